from collections import defaultdict
from datetime import date
from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date, formatLang

from ..engine import letters
from ..engine.ageing import BUCKETS
from ..tools.workbook import Sheet

REPORT = "dso_collection.report_ageing"
#: On some sixty pages; more of them nobody prints, and the printer takes minutes.
MAX_CUSTOMERS = 2000


class Row(NamedTuple):
    """What was open of a customer.

    :ivar partner: without any, items of nobody
    :ivar amounts: one for each bucket
    """

    partner: models.BaseModel
    collector: models.BaseModel
    amounts: list[float]

    @property
    def total(self) -> float:
        return sum(self.amounts)


class Table(NamedTuple):
    """What was open on a day, of one company, by customer."""

    company: models.BaseModel
    day: date
    rows: list[Row]

    @property
    def totals(self) -> list[float]:
        return [sum(amounts) for amounts in zip(*(row.amounts for row in self.rows), strict=True)]


class DsoAgeing(models.Model):
    """The part of ``dso.ageing`` that makes files of it: one table for each company, since each has
    a currency of its own."""

    _inherit = "dso.ageing"

    @api.model
    def _read_tables(self, domain):
        """
        :return: list of :class:`Table` of the companies at hand
        :raise UserError: where the day has not come yet, and where nothing was open
        """
        keys = [bucket.key for bucket in BUCKETS]
        found = defaultdict(lambda: defaultdict(lambda: [0.0] * len(keys)))
        for company, partner, collector, bucket, amount in self._read_group(
            domain, ["company_id", "partner_id", "collector_id", "bucket"], ["amount:sum"]
        ):
            found[company][partner, collector][keys.index(bucket)] = amount
        day = self._get_day(self.get_today())
        tables = [
            Table(
                company,
                day or company._dso_today(),
                sorted(
                    (Row(*key, amounts) for key, amounts in found[company].items()),
                    key=lambda row: (not row.partner, (row.partner.name or "").lower()),
                ),
            )
            for company in self.env.companies
            if company in found
        ]
        if not tables:
            raise UserError(
                self.env._("Nothing was open on this day. Choose another day, or remove a filter.")
            )
        return tables

    @api.model
    def _get_labels(self):
        """The buckets, in the user's language."""
        return [label for _key, label in self._fields["bucket"]._description_selection(self.env)]

    @api.model
    def _get_file_name(self):
        day = self._get_day(self.get_today()) or self.get_today()
        return self.env._("Ageing %(date)s", date=day)

    @api.model
    def _get_title(self, day):
        return self.env._("Ageing as of %(day)s", day=format_date(self.env, day))

    @api.model
    def _get_credits_line(self):
        return self.env._("Credits are deducted in the age of their own date.")

    @api.model
    def _get_filter_line(self, filters):
        """:param filters: texts that say which items are in it, none: all"""
        if not filters:
            return ""
        return self.env._("Only: %(filters)s", filters=", ".join(filters))

    @api.model
    def _prepare_sheets(self, domain, filters=()):
        """
        :return: list of ``tools.workbook.Sheet``, one for each company
        """
        header = [
            self.env._("Customer"),
            self.env._("Customer code"),
            self.env._("Collector"),
            *self._get_labels(),
            self.env._("Total"),
            self.env._("Currency"),
        ]
        sheets = []
        for table in self._read_tables(domain):
            round_ = table.company.currency_id.round
            currency = table.company.currency_id.name
            totals = [round_(amount) for amount in table.totals]
            lines = [
                table.company.name,
                self._get_title(table.day),
                self._get_filter_line(filters),
                self._get_credits_line(),
            ]
            sheets.append(
                Sheet(
                    table.company.name,
                    header,
                    [
                        [
                            row.partner.name or self.env._("Without customer"),
                            row.partner.ref or "",
                            row.collector.name or "",
                            *(round_(amount) for amount in row.amounts),
                            round_(row.total),
                            currency,
                        ]
                        for row in table.rows
                    ],
                    [self.env._("Total"), "", "", *totals, round_(sum(totals)), currency],
                    [line for line in lines if line],
                )
            )
        return sheets

    @api.model
    def _print(self, domain, filters=()):
        """The same on paper, in the user's language.

        :return: the PDF as bytes
        """
        tables = self._read_tables(domain)
        count = sum(len(table.rows) for table in tables)
        if count > MAX_CUSTOMERS:
            raise UserError(
                self.env._(
                    "%(count)s customers are too many for a PDF: it takes %(maximum)s. Filter the "
                    "ageing, by collector for instance, or take the spreadsheet.",
                    count=count,
                    maximum=MAX_CUSTOMERS,
                )
            )
        printer = self.env["dso.letter.printer"]
        pdfs = []
        for table in tables:
            values = {"ageing": self._prepare_page(table, filters)}
            printed = printer.with_company(table.company)._print_part(
                REPORT, table.company, values, letters.NO_WINDOW
            )
            pdfs.append(printed[table.company.id])
        return printer._merge(pdfs) if len(pdfs) > 1 else pdfs[0]

    @api.model
    def _prepare_page(self, table, filters):
        """What the template prints, formatted."""
        currency = table.company.currency_id

        def format_amounts(amounts):
            # nothing is left empty: what there is, is seen at a glance
            return [
                ""
                if currency.is_zero(amount)
                else formatLang(self.env, amount, digits=currency.decimal_places)
                for amount in amounts
            ]

        totals = table.totals
        return {
            "title": self._get_title(table.day),
            "filters": self._get_filter_line(filters),
            "credits": self._get_credits_line(),
            "currency": self.env._("Amounts in %(currency)s", currency=currency.name),
            "labels": self._get_labels(),
            "rows": [
                {
                    "name": row.partner.name or self.env._("Without customer"),
                    "ref": row.partner.ref or "",
                    "amounts": format_amounts([*row.amounts, row.total]),
                }
                for row in table.rows
            ],
            "totals": format_amounts([*totals, sum(totals)]),
        }
