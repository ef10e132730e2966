from odoo import fields, models
from odoo.tools import SQL

from ...tools.inside import get_inside
from ...tools.labels import WITHOUT_COLLECTOR


class DsoReport(models.AbstractModel):
    """What the SQL views have in common: each company's own date, and buttons.

    They are queries rather than views of the database, because they depend on which day it is
    where the company collects, and that only Python can say.
    """

    _name = "dso.report"
    _description = "Collection Report"
    _inherit = ["dso.guard"]
    _auto = False

    #: The field of the company's currency, in which amounts are booked; ``None``: there is none, or
    #: nothing to gain.
    _booked_currency = None

    customer_id = fields.Many2one("dso.customer", string="Customer File", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    collector_id = fields.Many2one("res.users", readonly=True, falsy_value_label=WITHOUT_COLLECTOR)
    line_id = fields.Many2one("account.move.line", string="Item", readonly=True)

    def _get_days(self):
        """The companies' dates as a table of ``company_id`` and ``today``.

        ``dso_todays`` in the context ({company id: date}) asks for another day: the plan's.

        :return: an SQL expression for a FROM clause
        """
        todays = get_inside(self.env, "dso_todays", {})
        companies = self.env["res.company"]._dso_companies()
        return SQL(
            "unnest(%s::int[], %s::date[])",
            companies.ids,
            [todays.get(company.id) or company._dso_today() for company in companies],
        )

    def _get_readable_sql(self):
        """Files that the reader may see, as a condition on a table ``customer``: where rows tell of
        many of them at once, no record rule can keep any out."""
        if self.env.su:
            return SQL("TRUE")
        readable = self.env["dso.customer"].with_context(active_test=False)._search([])
        return SQL("customer.id IN (%s)", readable.subselect())

    def _read_group_select(self, aggregate_spec, query):
        """Which currencies there are, and the sum converted into the user's, is asked by every
        pivot. Where the companies at hand have only one, both are known: to look for it in each
        group would sort all items, to convert would divide each amount.
        """
        name, _colon, function = aggregate_spec.partition(":")
        booked = self._booked_currency
        if booked and self._has_one_currency():
            if name == booked and function == "array_agg_distinct":
                return SQL(
                    "array_remove(ARRAY[min(%(currency)s)], NULL)",
                    currency=self._field_to_sql(self._table, booked, query),
                )
            if function == "sum_currency" and self._fields[name].get_currency_field(self) == booked:
                aggregate_spec = f"{name}:sum"
        return super()._read_group_select(aggregate_spec, query)

    def _has_one_currency(self):
        """Whether all that the user can see is in one currency: the record rules keep to the
        companies at hand."""
        return not self.env.su and len(self.env.companies.currency_id) == 1

    def action_view_customer(self):
        """Open the customer's collection file."""
        self.ensure_one()
        return self.customer_id.get_formview_action()

    def action_view_item(self):
        """Open the document of the item."""
        self.ensure_one()
        return self.line_id.action_open_business_doc()
