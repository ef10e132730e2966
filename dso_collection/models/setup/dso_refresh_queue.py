import functools

from odoo import api, fields, models
from odoo.tools import SQL

from ...hooks import UNTIL_WORKERS_KNOW
from ...tools.action_types import get_types_where
from ...tools.crons import notify_cron
from ...tools.ledger import RECEIVABLE


class DsoRefreshQueue(models.Model):
    """Customers whose ledger changed and who wait to be planned anew.

    Written by accountants' transactions, emptied by a cron. It has no foreign keys, so that a plan
    that locks a customer never makes an accountant wait, and rows are only ever inserted, so that
    two transactions never meet on one.
    """

    _name = "dso.refresh.queue"
    _description = "Customers to Replan"
    _inherit = ["dso.guard"]
    _log_access = False

    company_id = fields.Integer(required=True, index=True)
    partner_id = fields.Integer(required=True, help="Commercial partner, not a foreign key.")
    reassign = fields.Boolean(help="Something changed that the assignment rules look at.")

    # ------------------------------------------------------------------
    # From the ledger: noted while the transaction runs, inserted once at its end
    # ------------------------------------------------------------------

    @api.model
    def _note(self, move_ids=(), line_ids=(), partner_ids=(), reassigned_ids=()):
        """Remember that the customers of these entries, items or partners have to be planned.

        Costs a few set operations; one insert follows just before the commit.
        """
        data = self.env.cr.precommit.data
        noted = data.get("dso_refresh")
        if noted is None:
            noted = data["dso_refresh"] = {
                "moves": set(),
                "lines": set(),
                "partners": set(),
                "reassigned": set(),
            }
            # sudo: the queue is technical, whoever changes the ledger fills it
            self.env.cr.precommit.add(self.sudo()._insert_noted)
        noted["moves"].update(move_ids)
        noted["lines"].update(line_ids)
        noted["partners"].update(partner_ids)
        noted["reassigned"].update(reassigned_ids)

    @api.model
    def _insert_noted(self):
        """Put what was noted in this transaction into the queue: one statement."""
        noted = self.env.cr.precommit.data.pop("dso_refresh", None)
        if not noted:
            return
        queries = []
        entries = SQL(
            """
            SELECT DISTINCT line.company_id, partner.commercial_partner_id
              FROM account_move_line line
              JOIN account_account account ON account.id = line.account_id
              JOIN res_partner partner ON partner.id = line.partner_id
             WHERE account.account_type = %s
            """,
            # one that is not trade any more goes out of its file
            RECEIVABLE,
        )
        if noted["moves"]:
            queries.append(SQL("%s AND line.move_id = ANY(%s)", entries, list(noted["moves"])))
        if noted["lines"]:
            queries.append(SQL("%s AND line.id = ANY(%s)", entries, list(noted["lines"])))
        if noted["partners"]:
            queries += self._get_partner_queries(list(noted["partners"]))
        reassigned = noted["reassigned"] and SQL(
            """
            SELECT DISTINCT customer.company_id, customer.partner_id, TRUE
              FROM dso_customer customer
             WHERE customer.partner_id IN (
                 SELECT commercial_partner_id FROM res_partner WHERE id = ANY(%s)
             )
            """,
            list(noted["reassigned"]),
        )
        if reassigned:
            # one statement all the same
            queries = [SQL("SELECT noted.*, FALSE FROM (%s) noted", query) for query in queries]
            self._insert(SQL(" UNION ").join([*queries, reassigned]), reassign=True)
        elif queries:
            self._insert(SQL(" UNION ").join(queries))

    @api.model
    def _get_partner_queries(self, partner_ids):
        """Customers by partners that changed: their own contacts, those to whom something open is
        addressed, and colleagues in whose name it leaves or who are told of it."""
        open_actions = SQL("action.state IN ('planned', 'error') AND action.done_date IS NULL")
        return [
            SQL(
                """
                SELECT DISTINCT customer.company_id, customer.partner_id
                  FROM dso_customer customer
                  JOIN res_partner partner ON partner.commercial_partner_id = customer.partner_id
                 WHERE partner.id = ANY(%s)
                """,
                partner_ids,
            ),
            SQL(
                """
                SELECT DISTINCT action.company_id, action.partner_id
                  FROM dso_action_res_partner_rel recipient
                  JOIN dso_action action ON action.id = recipient.dso_action_id
                 WHERE recipient.res_partner_id = ANY(%s) AND %s
                """,
                partner_ids,
                open_actions,
            ),
            SQL(
                """
                SELECT DISTINCT action.company_id, action.partner_id
                  FROM res_users colleague
                  JOIN dso_action action ON action.collector_id = colleague.id
                 WHERE colleague.partner_id = ANY(%s) AND %s
                """,
                partner_ids,
                open_actions,
            ),
            SQL(
                """
                SELECT DISTINCT action.company_id, action.partner_id
                  FROM res_users colleague
                  JOIN res_partner customer ON customer.user_id = colleague.id
                  JOIN dso_action action ON action.partner_id = customer.id
                 WHERE colleague.partner_id = ANY(%s) AND %s
                   AND action.action_type = ANY(%s)
                """,
                partner_ids,
                open_actions,
                get_types_where(self.env, "_is_internal"),
            ),
        ]

    @api.model
    def _insert(self, query, reassign=False):
        """Queue what ``query`` selects (company, commercial partner) and wake the cron.

        :param reassign: whether it selects, third, whether the assignment rules are to be applied
        """
        columns = SQL("company_id, partner_id, reassign" if reassign else "company_id, partner_id")
        self.env.cr.execute(SQL("INSERT INTO dso_refresh_queue (%s) %s", columns, query))
        if self.env.cr.rowcount:
            self._trigger_refresh()

    @api.model
    def _trigger_refresh(self):
        """What ``ir.cron._trigger`` does, in one statement: accountants pay for it with each
        invoice, and the ORM's way takes milliseconds."""
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id("dso_collection.ir_cron_refresh")
        now = fields.Datetime.now()
        # while modules are installed or updated, the workers that run do not know them yet
        ready = self.env.registry.ready
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO "ir_cron_trigger" (
                    cron_id, call_at, create_uid, write_uid, create_date, write_date
                )
                SELECT id, %(at)s, %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM ir_cron
                 WHERE id = %(cron)s AND active
                """,
                now=now,
                at=now if ready else now + UNTIL_WORKERS_KNOW,
                uid=self.env.uid,
                cron=cron_id or None,
            )
        )
        if self.env.cr.rowcount and ready:
            self.env.cr.postcommit.add(functools.partial(notify_cron, self.env.cr.dbname))

    # ------------------------------------------------------------------
    # From the configuration: many customers at once
    # ------------------------------------------------------------------

    @api.model
    def _enqueue(self, condition):
        """Queue the customers for which an SQL condition on ``customer`` holds."""
        self.env.flush_all()
        self._insert(
            SQL(
                "SELECT customer.company_id, customer.partner_id FROM dso_customer customer "
                "WHERE %s",
                condition,
            )
        )

    @api.model
    def _enqueue_customers(self, customers):
        if customers:
            self._enqueue(SQL("customer.id = ANY(%s)", customers.ids))

    @api.model
    def _enqueue_companies(self, companies):
        if companies:
            self._enqueue(SQL("customer.company_id = ANY(%s)", companies.ids))

    @api.model
    def _enqueue_accounts(self, accounts):
        """Queue the customers with items on these accounts."""
        if not accounts.ids:
            return
        self.env.flush_all()
        self._insert(
            SQL(
                """
                SELECT DISTINCT line.company_id, partner.commercial_partner_id
                  FROM account_move_line line
                  JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE line.account_id = ANY(%s) AND line.reconciled IS NOT TRUE
                """,
                accounts.ids,
            )
        )

    @api.model
    def _enqueue_collectors(self, users):
        """Queue the customers of these collectors, their own or as their company's default."""
        if users.ids:
            self._enqueue(
                SQL(
                    "customer.collector_id = ANY(%(users)s) OR customer.company_id IN (SELECT id"
                    " FROM res_company WHERE dso_default_collector_id = ANY(%(users)s))",
                    users=users.ids,
                )
            )

    @api.model
    def _enqueue_scenarios(self, scenarios):
        if scenarios.ids:
            self._enqueue(SQL("customer.scenario_id = ANY(%s)", scenarios.ids))

    @api.model
    def _enqueue_statuses(self, statuses):
        """Queue the customers with open items in these statuses."""
        if not statuses.ids:
            return
        self.env.flush_all()
        self._insert(
            SQL(
                """
                SELECT DISTINCT line.company_id, partner.commercial_partner_id
                  FROM account_move_line line
                  JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE line.dso_status_id = ANY(%s)
                """,
                statuses.ids,
            )
        )

    # ------------------------------------------------------------------
    # Emptying it
    # ------------------------------------------------------------------

    @api.model
    def _lock_next(self, company, position, limit):
        """The next rows of a company, and those of their customers that nobody else holds, which
        are locked from now on.

        One statement, the first of its transaction, see ``dso.customer._lock_available``.

        :param position: id of the last row that was looked at
        :return: (list of (id of the row, commercial partner id) by id, ids of the locked files)
        """
        rows = SQL(
            "SELECT id, partner_id FROM dso_refresh_queue WHERE company_id = %s AND id > %s "
            "ORDER BY id LIMIT %s",
            company.id,
            position,
            limit,
        )
        self.env.cr.execute(
            SQL(
                """
                SELECT id
                  FROM dso_customer
                 WHERE company_id = %s AND partner_id IN (SELECT partner_id FROM (%s) AS waiting)
                 ORDER BY id
                   FOR NO KEY UPDATE SKIP LOCKED
                """,
                company.id,
                rows,
            ),
            log_exceptions=False,
        )
        free = [id_ for (id_,) in self.env.cr.fetchall()]
        self.env.cr.execute(rows)
        return self.env.cr.fetchall(), free

    @api.model
    def _remove(self, ids):
        """Take rows off the queue.

        :return: {commercial partner id: whether the assignment rules are to be applied again}
        """
        self.env.cr.execute(
            SQL(
                "DELETE FROM dso_refresh_queue WHERE id = ANY(%s) "
                "RETURNING partner_id, COALESCE(reassign, FALSE)",
                list(ids),
            ),
            # another worker was faster: from the start again
            log_exceptions=False,
        )
        taken = {}
        for partner_id, reassign in self.env.cr.fetchall():
            taken[partner_id] = taken.get(partner_id, False) or reassign
        return taken

    @api.model
    def _count_by_company(self):
        """Companies with customers in the queue, and how many rows each has.

        :return: {company id: number of rows}
        """
        self.env.cr.execute(
            "SELECT company_id, count(*) FROM dso_refresh_queue GROUP BY company_id"
        )
        return dict(self.env.cr.fetchall())
