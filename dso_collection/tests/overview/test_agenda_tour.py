"""A collector's working day in a real browser, with the keyboard, and what is stored of it."""

import io
from datetime import timedelta

from reportlab.pdfgen import canvas

from odoo.tests import tagged

from ..http_common import PatientHttpCase
from ..letter_common import LetterCommon

COUNT = 20


@tagged("post_install", "-at_install")
class TestAgendaTour(LetterCommon, PatientHttpCase):
    """Twenty customers, "Day 01" to "Day 20", and for each something to do. The browser's clock
    cannot be frozen: dates are relative to today."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dso_sending_calendar_id = False
        cls.today = cls.company._dso_today()
        # nothing but what is made here
        cls.company.dso_default_scenario_id = False
        cls.sms_template = cls.env["sms.template"].create(
            {
                "name": "Reminder by SMS",
                "model_id": cls.env["ir.model"]._get_id("dso.action"),
                "body": "#company_name: please pay #items_amount_selected.",
            }
        )
        cls.company.dso_fax_domain = "fax.example.com"
        cls.partners = cls.env["res.partner"].create(
            [{"name": f"Day {number:02}", "is_company": True} for number in range(1, COUNT + 1)]
        )
        due = cls.today - timedelta(days=10)
        for number, partner in enumerate(cls.partners, start=1):
            cls._set_address(partner)
            cls._create_contact(
                partner, f"Ann {number:02}", f"day{number:02}@example.com", phone="+33612345678"
            )
            cls._invoice(due, 100.0 + number, partner, invoice_date=due - timedelta(days=30))
        cls.env["dso.customer"]._ensure_customers(cls.company)
        kinds = [
            *[{"action_type": "call"}] * 4,
            {"action_type": "email", "mail_template_id": cls.template.id},
            {"action_type": "email_interactive", "mail_template_id": cls.template.id},
            {"action_type": "letter", "letter_template_id": cls.letter_template.id},
            {"action_type": "letter_registered", "letter_template_id": cls.letter_template.id},
            {"action_type": "sms", "sms_template_id": cls.sms_template.id},
            {"action_type": "call"},
            {"action_type": "litigation"},
            {"action_type": "call"},
            *[
                {"automatic": True, "to_confirm": True, **automatic}
                for automatic in (
                    {"action_type": "email_interactive", "mail_template_id": cls.template.id},
                    {"action_type": "fax", "mail_template_id": cls.template.id},
                    {"action_type": "sms", "sms_template_id": cls.sms_template.id},
                    *[{"action_type": "email", "mail_template_id": cls.template.id}] * 4,
                )
            ],
        ]
        cls.actions = cls.env["dso.action"].create(
            [
                {**kind, "customer_id": cls._customer(partner).id, "date": cls.today}
                for kind, partner in zip(kinds, cls.partners, strict=False)
            ]
        )
        cls.reply = (
            cls.env["dso.reply"]
            .sudo()
            .create(
                {
                    "customer_id": cls._customer(cls.partners[-1]).id,
                    "subject": "Paid",
                    "preview": "We paid yesterday.",
                    "author_name": "Ann 20",
                }
            )
        )
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        # While a real letter is made, Odoo's tests let go of the one connection that they share
        # with the browser. What letters look like is the matter of test_letter.
        self.patch(
            type(self.env["dso.letter.printer"]),
            "_print",
            lambda printer, _report, records, values=None: {
                record.id: self._make_pdf(record.display_name) for record in records
            },
        )

    def _make_pdf(self, text):
        """One page with these words."""
        content = io.BytesIO()
        page = canvas.Canvas(content)
        page.drawString(72, 720, text)
        page.save()
        return content.getvalue()

    def _get(self, *numbers):
        return self.actions.browse([self.actions[number - 1].id for number in numbers])

    def _get_items(self, number):
        return self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.partners[number - 1].id),
                ("account_id.account_type", "=", "asset_receivable"),
            ]
        )

    def _tomorrow(self):
        return self.company._dso_next_working_day(self.today + timedelta(days=1))

    def test_working_day(self):
        self.start_tour("/odoo/collection-agenda", "dso_collection_day", login=self.collector.login)
        self.env.invalidate_all()

        calls = self._get(1, 2, 3, 4, 12)
        self.assertEqual(set(calls.mapped("state")), {"done"})
        self.assertEqual(
            calls.mapped("result"), ["reached", "message", "wrong_number", "no_answer", "promise"]
        )
        self.assertEqual(
            calls.mapped("comment"),
            [
                "Pays tomorrow",
                "With his assistant",
                "A private person",
                "Twice",
                "Spoke to the director",
            ],
        )
        self.assertEqual(calls.done_by_id, self.collector)
        # whoever was not reached is called again
        again = self.partners.dso_customer_id.browse()
        for number in (2, 4):
            again |= self._customer(self.partners[number - 1])
        open_calls = again.open_action_ids
        self.assertEqual(open_calls.mapped("action_type"), ["call", "call"])
        self.assertEqual(set(open_calls.mapped("date")), {self._tomorrow()})
        self.assertTrue(self._customer(self.partners[2]).contact_ids.dso_wrong_phone)

        mails = self._get(5, 6)
        self.assertEqual(mails.mapped("state"), ["done", "done"])
        self.assertEqual(
            mails.mapped("mail_id.email_to"),
            ['"Ann 05" <day05@example.com>', '"Ann 06" <day06@example.com>'],
        )
        letters = self._get(7, 8)
        self.assertEqual(letters.mapped("state"), ["done", "done"])
        self.assertTrue(all(letter.letter_attachment_id for letter in letters))
        sms = self._get(9)
        self.assertEqual((sms.state, sms.sms_number), ("done", "+33612345678"))
        self.assertIn("109.00", sms.sms_text)

        litigation = self._get(11)
        self.assertEqual((litigation.state, litigation.comment), ("done", "To the lawyer"))
        promised = self._get_items(12)
        self.assertEqual(promised.dso_status_id.kind, "promise")
        self.assertGreater(promised.dso_status_date, self.today)
        self.assertEqual(promised.dso_comment, "Spoke to the director")
        disputed = self._get_items(10)
        self.assertEqual(disputed.dso_status_id.kind, "dispute")
        self.assertEqual(disputed.dso_comment, "Two pallets are missing")
        follow_up = self._customer(self.partners[9]).open_action_ids - self._get(10)
        self.assertEqual((follow_up.origin, follow_up.item_ids.line_id), ("specific", disputed))
        self.assertGreater(follow_up.date, self.today)

        moved = self._get(10, 17)
        self.assertEqual(moved.mapped("state"), ["planned", "planned"])
        self.assertEqual(set(moved.mapped("date")), {self._tomorrow()})
        self.assertEqual(moved.mapped("date_forced"), [True, True])
        skipped = self._get(16)
        self.assertEqual((skipped.state, skipped.skipped), ("cancelled", True))

        confirmed = self._get(13, 14, 15, 18, 19)
        self.assertEqual(set(confirmed.mapped("agenda_state")), {"confirmed"})
        self.assertFalse(self._get(16, 17).filtered("confirmed"))
        self.assertEqual((self.reply.state, self.reply.handled_by_id), ("handled", self.collector))

    def test_filters_persist(self):
        self.start_tour(
            "/odoo/collection-agenda", "dso_collection_filters", login=self.collector.login
        )
