import contextlib

from psycopg2 import OperationalError

from odoo import api, models
from odoo.tools import SQL, split_every

from ...tools.conflicts import retry_on_conflict
from ...tools.crons import commit_progress
from .dso_customer import ADVISORY_LOCK, BATCH_SIZE

#: Customers taken off the refresh queue together.
REFRESH_BATCH_SIZE = 500
#: How often customers whom others hold are tried again, and how many seconds they are waited for.
MAX_ROUNDS = 20
PATIENCE = 10


class DsoCustomer(models.Model):
    """The plan of the day, and the queue of what changed since."""

    _inherit = "dso.customer"

    @api.model
    def _cron_plan(self):
        """The daily full plan, in short transactions: the net below the refresh queue."""
        companies = self.env["res.company"]._dso_companies()
        retry_on_conflict(self.env, lambda: self._ensure_customers(companies))
        commit_progress(self.env)
        # sudo: the plan follows the ledger and the scenario, whoever causes it
        self = self.sudo().with_context(active_test=False, tracking_disable=True)
        for company in companies:
            self._plan_company(company, company._dso_today())

    @api.model
    def _plan_company(self, company, today):
        """The full plan of one company, batch by batch. Customers whom a dispatcher holds come
        last, when it has let go of them; whoever is held all the time is left to the queue."""
        customers = self.search([("company_id", "=", company.id)], order="id")
        ids = retry_on_conflict(self.env, customers._take_over_files_of_contacts).ids
        left = len(ids)
        commit_progress(self.env, 0, left)
        for _round in range(MAX_ROUNDS):
            held = []
            for batch in split_every(BATCH_SIZE, ids):
                passed = retry_on_conflict(
                    self.env, lambda ids=batch: self.browse(ids)._plan_and_follow(today)
                )
                held += passed
                left -= len(batch) - len(passed)
                self.env.invalidate_all()
                commit_progress(self.env, len(batch) - len(passed), left)
            if not held:
                break
            ids = held
            self.browse(held[:1])._wait_for_others()
        else:
            self.env["dso.refresh.queue"]._enqueue_customers(self.browse(held))
        retry_on_conflict(self.env, lambda: self._note_plan(company, today))

    @api.model
    def _note_plan(self, company, today):
        """Only where it is news: two plans that end together write the company once, and none of
        them touches who changed its settings, and when."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE res_company SET dso_last_plan_date = %s"
                " WHERE id = %s AND dso_last_plan_date IS DISTINCT FROM %s",
                today,
                company.id,
                today,
            ),
            # the other plan wrote it in this very moment: tried again
            log_exceptions=False,
        )
        company.invalidate_recordset(["dso_last_plan_date"], flush=False)
        commit_progress(self.env)

    def _plan_and_follow(self, today):
        """A batch of the full plan: its figures may match other rules.

        :return: ids of the customers that others hold, who were passed over
        """
        customers = self._lock_available()
        held = (self - customers).exists()
        if customers:
            todays = customers._get_todays(today)
            self._refresh_profiles(todays, customers)
            customers._plan_batch(today)
            customers._apply_rules_on_figures(today)
        return held.ids

    @api.model
    def _cron_refresh(self):
        """Empty the refresh queue; at the turn of a company's day, start the full plan."""
        # sudo: the queue is the module's own, nobody else reads or writes it
        queue = self.env["dso.refresh.queue"].sudo()
        # what this very transaction changed counts too
        self.env.flush_all()
        queue._insert_noted()
        self._trigger_plan_of_the_day()
        waiting = queue._count_by_company()
        left = sum(waiting.values())
        commit_progress(self.env, 0, left)
        # sudo: every company that waits, whoever causes it
        for company in self.env["res.company"].sudo().browse(waiting).exists():
            left = self._refresh_company(company, left)
            if left is None:
                return
        commit_progress(self.env)

    @api.model
    def _refresh_company(self, company, left):
        """Empty the queue of one company. Customers whom a dispatcher holds stay in it until it
        has let go of them.

        :return: how many are left for other companies, None where the cron's time is over
        """
        # sudo: the queue is the module's own, nobody else reads or writes it
        queue = self.env["dso.refresh.queue"].sudo()
        for _round in range(MAX_ROUNDS):
            position, held = 0, []
            while batch := retry_on_conflict(
                self.env, lambda position=position: self._refresh_batch(company, position)
            ):
                position, done, passed = batch
                held += passed
                left = max(0, left - done)
                self.env.invalidate_all()
                if not commit_progress(self.env, done, left):
                    return None
            if not held:
                return left
            # sudo: as the plan itself
            self.sudo().browse(held[:1])._wait_for_others()
        queue._trigger_refresh()
        return left

    @api.model
    def _refresh_batch(self, company, position=0):
        """Plan the next customers of a company's queue, unless another worker is at it.

        :param position: id of the last row of the queue that was looked at
        :return: (the next position, number of customers taken off the queue, ids of those that
            others hold and that stay in it), None where there are no more
        """
        # sudo: the queue is the module's own; the plan follows the ledger
        queue = self.env["dso.refresh.queue"].sudo()
        self = self.sudo().with_context(active_test=False)
        rows, free = queue._lock_next(company, position, REFRESH_BATCH_SIZE)
        self.env.cr.execute(
            SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", ADVISORY_LOCK, company.id)
        )
        if not rows or not self.env.cr.fetchone()[0]:
            return None
        partner_ids = {partner_id for _id, partner_id in rows}
        customers = self.search(
            [("partner_id", "in", list(partner_ids)), ("company_id", "=", company.id)]
        )
        held = customers - self.browse(free)
        passed = set(held.partner_id.ids)
        customers -= held
        new = self._ensure_customers(company, partner_ids - passed - set(customers.partner_id.ids))
        # a new file may have taken in one of these
        customers = (customers | new).exists()
        taken = queue._remove([id_ for id_, partner_id in rows if partner_id not in passed])
        again = {partner_id for partner_id, reassign in taken.items() if reassign}
        # what the assignment rules look at has changed
        customers.filtered(lambda each: each.partner_id.id in again)._assign_again()
        if customers:
            customers = customers._take_over_files_of_contacts()
            self._plan(customers)
            customers._apply_rules_on_figures()
        return rows[-1][0], len(taken), held.ids

    def _lock_available(self):
        """Lock those of these customers that no other transaction holds, without waiting.

        The first statement of its transaction: what is read afterwards is what was locked. Where
        a row changes in this very moment the lock fails, and ``retry_on_conflict`` tries once
        more; nothing is wrong then that a log would have to tell.

        :return: the customers that are locked now
        """
        self.env.cr.execute(
            SQL(
                "SELECT id FROM dso_customer WHERE id = ANY(%s) ORDER BY id "
                "FOR NO KEY UPDATE SKIP LOCKED",
                self.ids,
            ),
            log_exceptions=False,
        )
        return self.browse([id_ for (id_,) in self.env.cr.fetchall()])

    def _wait_for_others(self):
        """Wait until the transaction that holds these customers has ended, for some seconds at
        most. Ends the transaction, so that the next one sees what the other did."""
        commit_progress(self.env)
        # an error says that the other has changed them, or that it works on: both end the wait
        with contextlib.suppress(OperationalError):
            self.env.cr.execute(SQL("SET LOCAL lock_timeout = %s", f"{PATIENCE}s"))
            self.env.cr.execute(
                SQL("SELECT id FROM dso_customer WHERE id = ANY(%s) FOR NO KEY UPDATE", self.ids),
                log_exceptions=False,
            )
        self.env.cr.rollback()

    def _apply_rules_on_figures(self, today=None):
        """Rules that look at figures are applied with each plan, which just wrote them."""
        # sudo: whether any rule looks at figures
        if self.env["dso.assignment.rule"].sudo()._depend_on_figures():
            changed = self._assign_again()
            changed._plan_batch(today)

    @api.model
    def _trigger_plan_of_the_day(self):
        """A new day makes items overdue without anybody touching the ledger."""
        for company in self.env["res.company"]._dso_companies():
            if company.dso_last_plan_date and company.dso_last_plan_date < company._dso_today():
                self.env.ref("dso_collection.ir_cron_plan")._trigger()
                return
