from odoo import fields, models
from odoo.tools import SQL


class DsoForecastCame(models.Model):
    """Money that customers paid, as the forecast is compared with it: a row for each item of a
    payment, see ``dso.forecast._read_came``."""

    _name = "dso.forecast.came"
    _description = "Money That Came In"
    _inherit = "dso.report"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "document"
    _depends = {
        "account.account": ["account_type", "non_trade"],
        "account.journal": ["type"],
        "account.move": ["name"],
        "account.move.line": [
            "account_id",
            "balance",
            "company_id",
            "date",
            "journal_id",
            "move_id",
            "name",
            "parent_state",
            "partner_id",
        ],
        "dso.customer": ["collector_id", "company_id", "partner_id"],
        "res.partner": ["commercial_partner_id"],
    }

    document = fields.Char(readonly=True)
    name = fields.Char(string="Label", readonly=True)
    date = fields.Date(readonly=True)
    week = fields.Date(readonly=True, help="Shows its Monday.")
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(
        readonly=True, help="Negative if it was paid back, or bounced. In company currency."
    )

    @property
    def _table_query(self):
        companies = self.env["res.company"]._dso_companies()
        return SQL(
            """
            SELECT came.id, came.id AS line_id, came.company_id,
                   contact.commercial_partner_id AS partner_id,
                   customer.id AS customer_id, customer.collector_id, came.date, came.week,
                   move.name AS document, line.name, line.company_currency_id AS currency_id,
                   came.amount
              FROM (%(came)s) came
              JOIN account_move_line line ON line.id = came.id
              JOIN account_move move ON move.id = line.move_id
              LEFT JOIN res_partner contact ON contact.id = came.partner_id
              LEFT JOIN dso_customer customer
                ON customer.partner_id = contact.commercial_partner_id
               AND customer.company_id = came.company_id
            """,
            came=self.env["dso.forecast"]._get_came_sql(companies.ids, SQL("TRUE")),
        )
