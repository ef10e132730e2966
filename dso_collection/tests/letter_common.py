"""What the tests of letters share: customers with an address, letters, and reading PDFs."""

import io

from odoo import Command
from odoo.tools.pdf import PdfFileReader

from .common import DsoCommon

MM = 72 / 25.4


class LetterCommon(DsoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.france = cls.env.ref("base.fr")
        cls.germany = cls.env.ref("base.de")
        cls.company.partner_id.write(
            {
                "street": "1 Main Street",
                "zip": "10115",
                "city": "Berlin",
                "country_id": cls.germany.id,
            }
        )
        cls.company.dso_letter_window = "din5008"
        cls._set_address(cls.partner)
        cls.letter_template = cls.env["dso.letter.template"].create(
            {
                "name": "Formal notice",
                "subject": "Formal notice of #items_amount_selected",
                "body": "<p>Please pay.</p><div>#items_list_selected</div>",
            }
        )

    @classmethod
    def _set_address(cls, partner, **values):
        partner.write(
            {
                "street": "5 Rue de la Paix",
                "zip": "75002",
                "city": "Paris",
                "country_id": cls.france.id,
                **values,
            }
        )

    @classmethod
    def _make_customer(cls, name, count=1, amount=100.0):
        """A customer with an address and so many late invoices."""
        partner = cls.env["res.partner"].create({"name": name, "is_company": True})
        cls._set_address(partner)
        cls._invoices(count, "2026-03-01", amount, partner)
        cls.env["dso.customer"]._ensure_customers(cls.company)
        return partner

    @classmethod
    def _letter(cls, partner=None, action_type="letter", **values):
        """A letter out of scenario, of all items that are due."""
        partner = partner or cls.partner
        cls.env["dso.customer"]._ensure_customers(cls.company)
        lines = cls.env["account.move.line"].search(
            [
                ("partner_id", "=", partner.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        return cls.env["dso.action"].create(
            {
                "customer_id": cls._customer(partner).id,
                "action_type": action_type,
                "letter_template_id": cls.letter_template.id,
                "date": "2026-03-06",
                "item_ids": [Command.create({"line_id": line.id}) for line in lines],
                **values,
            }
        )

    @classmethod
    def _pages(cls, pdf):
        return PdfFileReader(io.BytesIO(pdf), strict=False).pages

    @classmethod
    def _text(cls, pdf):
        """The words of a PDF, one space between them."""
        return " ".join(" ".join(page.extract_text() for page in cls._pages(pdf)).split())

    @classmethod
    def _find_word(cls, page, word):
        """Where a word begins on a page, in millimetres from the top left corner: its baseline."""
        found = []

        def visit(text, matrix, text_matrix, _font, _size):
            if word in text:
                found.append(
                    (
                        (text_matrix[4] * matrix[0] + matrix[4]) / MM,
                        297 - (text_matrix[5] * matrix[3] + matrix[5]) / MM,
                    )
                )

        page.extract_text(visitor_text=visit)
        return found
