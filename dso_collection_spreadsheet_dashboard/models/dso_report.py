from odoo import models
from odoo.tools import SQL


class DsoReport(models.AbstractModel):
    _inherit = "dso.report"

    def _read_group_select(self, aggregate_spec, query):
        """In a spreadsheet, which says so in the context (``dso_one_currency``), amounts of two
        currencies have no sum, and groups of two currencies do not stand side by side: nobody would
        see there that they were added up, converted, or shown with the sign of another."""
        select = super()._read_group_select(aggregate_spec, query)
        name, _colon, function = aggregate_spec.partition(":")
        field = self._fields.get(name)
        if (
            field is None
            or field.type != "monetary"
            or function not in ("sum", "sum_currency")
            or not self.env.context.get("dso_one_currency")
        ):
            return select
        currency = self._field_to_sql(self._table, field.get_currency_field(self), query)
        # over all groups of the answer, which are made before the window is looked at
        return SQL(
            "CASE WHEN min(min(%s)) OVER () = max(max(%s)) OVER () THEN %s END",
            currency,
            currency,
            select,
        )
