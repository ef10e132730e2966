"""Invoices and credit notes with all their journal items from the beginning.

Odoo can add taxes and instalments to an invoice that has its products only, line by line, which
takes a minute for a ledger like ours: too long for one request. Here the same methods of Odoo are
asked beforehand, and each entry is created at once; ``tests/test_demo.py`` compares them.
"""

from collections import defaultdict

from odoo.fields import Command


class Entries:
    """Prepares the entries of one company."""

    def __init__(self, company):
        """:param company: res.company, whose environment allows this company only"""
        self.env = company.env
        self.company = company
        self._positions = {}
        self._products = {}
        self._rates = {}

    def complete(self, values):
        """Put the journal items into the values of an invoice or a credit note.

        :param values: of ``account.move``, with its products in ``invoice_line_ids``
        """
        partner = self.env["res.partner"].browse(values["partner_id"])
        currency = self.env["res.currency"].browse(values["currency_id"])
        sign = -1 if values["move_type"] == "out_invoice" else 1
        position = self._get_position(partner)
        products = [line for _command, _id, line in values.pop("invoice_line_ids")]
        bases = [
            self._prepare_base(line, partner, currency, position, sign, values) for line in products
        ]
        Tax = self.env["account.tax"]
        Tax._add_tax_details_in_base_lines(bases, self.company)
        Tax._round_base_lines_tax_details(bases, self.company)
        Tax._add_accounting_data_in_base_lines_tax_details(bases, self.company)
        found = Tax._prepare_tax_lines(bases, self.company)
        lines = [
            {
                **line,
                **amounts,
                "account_id": base["account_id"].id,
                "tax_ids": [Command.set(base["tax_ids"].ids)],
                "display_type": "product",
            }
            for line, (base, amounts) in zip(products, found["base_lines_to_update"], strict=True)
        ]
        taxes = [{**line, "display_type": "tax"} for line in found["tax_lines_to_add"]]
        terms = self._prepare_terms(lines, taxes, partner, currency, sign, values)
        values["fiscal_position_id"] = position.id
        values["line_ids"] = [
            # said, so that no distribution is looked up for each
            Command.create({**line, "analytic_distribution": False})
            for line in (*lines, *taxes, *terms)
        ]
        return values

    def number(self, values_list):
        """Number invoices in this order, from the first of a year, as Odoo would: it would look
        the last number up for each of them."""
        code = (
            self.env["account.journal"]
            .search([("company_id", "=", self.company.id), ("type", "=", "sale")], limit=1)
            .code
        )
        counts = defaultdict(int)
        for values in values_list:
            year = values["invoice_date"].year
            counts[year] += 1
            values["name"] = f"{code}/{year}/{counts[year]:05d}"

    def _prepare_base(self, line, partner, currency, position, sign, values):
        account, taxes = self._get_accounting(line["product_id"], position)
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            None,
            product_id=self.env["product.product"].browse(line["product_id"]),
            partner_id=partner,
            currency_id=currency,
            account_id=account,
            tax_ids=taxes,
            price_unit=line["price_unit"],
            quantity=line["quantity"],
            sign=sign,
            is_refund=values["move_type"] == "out_refund",
            rate=self._get_rate(currency, values["invoice_date"]),
        )

    def _prepare_terms(self, lines, taxes, partner, currency, sign, values):
        """One journal item for each instalment, that together balance the others."""

        def add_up(entries, name, rounding):
            return rounding.round(-sum(entry[name] for entry in entries))

        amounts = {
            "untaxed_amount": add_up(lines, "balance", self.company.currency_id),
            "untaxed_amount_currency": add_up(lines, "amount_currency", currency),
            "tax_amount": add_up(taxes, "balance", self.company.currency_id),
            "tax_amount_currency": add_up(taxes, "amount_currency", currency),
        }
        term = self.env["account.payment.term"].browse(values.get("invoice_payment_term_id"))
        if term:
            parts = term._compute_terms(
                date_ref=values["invoice_date"],
                currency=currency,
                company=self.company,
                sign=-sign,
                **amounts,
            )["line_ids"]
        else:
            parts = [
                {
                    "date": values["invoice_date"],
                    "company_amount": amounts["untaxed_amount"] + amounts["tax_amount"],
                    "foreign_amount": amounts["untaxed_amount_currency"]
                    + amounts["tax_amount_currency"],
                }
            ]
        account = partner.with_company(self.company).property_account_receivable_id
        return [
            {
                "display_type": "payment_term",
                "account_id": account.id,
                "date_maturity": part["date"],
                "balance": part["company_amount"],
                "amount_currency": part["foreign_amount"],
            }
            for part in parts
        ]

    # ------------------------------------------------------------------
    # What is the same for many
    # ------------------------------------------------------------------

    def _get_position(self, partner):
        if partner not in self._positions:
            positions = self.env["account.fiscal.position"].with_company(self.company)
            self._positions[partner] = positions._get_fiscal_position(partner)
        return self._positions[partner]

    def _get_accounting(self, product_id, position):
        """The account of income and the taxes of a product, as its line has them."""
        key = product_id, position
        if key not in self._products:
            product = self.env["product.product"].browse(product_id).with_company(self.company)
            accounts = product.product_tmpl_id.get_product_accounts(fiscal_pos=position)
            taxes = product.taxes_id.filtered(lambda tax: tax.company_id == self.company)
            self._products[key] = accounts["income"], position.map_tax(taxes)
        return self._products[key]

    def _get_rate(self, currency, day):
        if (currency, day) not in self._rates:
            self._rates[currency, day] = self.env["res.currency"]._get_conversion_rate(
                self.company.currency_id, currency, self.company, day
            )
        return self._rates[currency, day]
