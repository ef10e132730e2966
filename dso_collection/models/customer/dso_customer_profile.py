from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import behaviour as rules
from ...tools.ledger import due_date_sql, is_receivable_sql


class DsoCustomer(models.Model):
    """The part of ``dso.customer`` that says how late a customer pays. [Q60]

    Calculated from the reconciliations by one statement a company: each night for all, and with
    the refresh queue for customers whose ledger changed. What is averaged, and why,
    ``engine.behaviour`` tells.
    """

    _inherit = "dso.customer"

    days_late_average = fields.Float(
        string="Average delay (6 months)",
        digits=(8, 1),
        readonly=True,
        aggregator="avg",
        help="Shows how many days after the due date invoices were paid in the last six months, "
        "weighted by amount; negative if paid early.",
    )
    paid_amount_recent = fields.Monetary(
        string="Paid in Six Months",
        readonly=True,
        help="Shows what the average delay is based on. 0: nothing is known.",
    )

    @api.model
    def _refresh_profiles(self, todays, customers=None):
        """Bring the payment profiles in line with the reconciliations; only rows that change are
        written.

        Credit notes and exchange differences are no payments. The day of a payment is the
        accounting date of its reconciliation: the later one of both sides'.

        :param todays: {company id: today's date there}
        :param customers: default all of these companies
        """
        self.env.flush_all()
        for company_id, today in todays.items():
            after, until = rules.window(today)
            chosen = SQL("customer.company_id = %s", company_id)
            if customers is not None:
                chosen = SQL("%s AND customer.id = ANY(%s)", chosen, customers.ids)
            self.env.cr.execute(
                SQL(
                    """
                    WITH found AS (
                        SELECT customer.id, COALESCE(paid.days, 0) AS days,
                               COALESCE(paid.amount, 0) AS amount
                          FROM dso_customer customer
                          LEFT JOIN (%(paid)s) paid ON paid.customer_id = customer.id
                         WHERE %(chosen)s
                    ), changed AS (
                        -- in the same order as the plan, so that the two never deadlock
                        SELECT customer.id, found.days, found.amount
                          FROM dso_customer customer
                          JOIN found ON found.id = customer.id
                         WHERE (COALESCE(customer.days_late_average, 0),
                                COALESCE(customer.paid_amount_recent, 0))
                               IS DISTINCT FROM (found.days, found.amount)
                         ORDER BY customer.id
                           FOR NO KEY UPDATE OF customer
                    )
                    UPDATE dso_customer
                       SET days_late_average = changed.days, paid_amount_recent = changed.amount
                      FROM changed
                     WHERE changed.id = dso_customer.id
                    """,
                    paid=self._get_paid_query(chosen, after, until),
                    chosen=chosen,
                )
            )
        self.env["dso.customer"].invalidate_model(
            ["days_late_average", "paid_amount_recent"], flush=False
        )

    @api.model
    def _get_paid_query(self, chosen, after, until):
        """What was paid of invoices in a window, by customer, and how late on average.

        :param chosen: an SQL condition on ``customer``
        :param after: the day before the window
        :param until: its last day
        :return: an SQL query with ``customer_id``, ``amount`` and ``days``
        """
        return SQL(
            """
            SELECT customer.id AS customer_id, sum(partial.amount) AS amount,
                   round(sum(
                       partial.amount
                       * (partial.max_date - %(due_date)s)
                   ) / sum(partial.amount), 1) AS days
              FROM account_partial_reconcile partial
              JOIN account_move_line line ON line.id = partial.debit_move_id
              JOIN account_account account
                ON account.id = line.account_id AND %(is_receivable)s
              JOIN account_move move ON move.id = line.move_id AND move.move_type = 'out_invoice'
              JOIN account_move_line payment ON payment.id = partial.credit_move_id
              JOIN account_move payment_move
                ON payment_move.id = payment.move_id AND payment_move.move_type != 'out_refund'
              JOIN res_partner partner ON partner.id = line.partner_id
              JOIN dso_customer customer
                ON customer.partner_id = partner.commercial_partner_id
               AND customer.company_id = line.company_id
             WHERE %(chosen)s
               AND partial.max_date > %(after)s
               AND partial.max_date <= %(until)s
               AND partial.amount > 0
               AND line.parent_state = 'posted'
               AND NOT EXISTS (
                   SELECT 1 FROM account_partial_reconcile other
                    WHERE other.exchange_move_id = payment.move_id
               )
             GROUP BY customer.id
            """,
            chosen=chosen,
            due_date=due_date_sql(),
            is_receivable=is_receivable_sql(),
            after=after,
            until=until,
        )
