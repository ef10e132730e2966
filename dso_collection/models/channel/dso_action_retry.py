"""Trying again by itself what failed for a passing cause: always the same message."""

import logging
from functools import partial

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import retry
from ...tools.conflicts import retry_on_conflict
from ...tools.crons import commit_progress

_logger = logging.getLogger(__name__)

#: Actions of one transaction.
BATCH_SIZE = 100


class DsoAction(models.Model):
    """The part of ``dso.action`` that comes back to what could not be delivered."""

    _inherit = "dso.action"

    def _prepare_retry_values(self, transient):
        """When a message that failed just now is tried again, later and later, and then not any
        more by itself."""
        self.ensure_one()
        if not transient:
            return {"retry_date": False}
        failures = self.retry_count + 1
        moment = retry.next_attempt(failures, fields.Datetime.now())
        moment = moment and self._get_retry_opening(moment)
        if moment:
            # sudo: waking the module's own cron is harmless
            self.env.ref("dso_collection.ir_cron_retry").sudo()._trigger(moment)
        return {"retry_count": failures, "retry_date": moment or False}

    def _get_retry_opening(self, moment):
        """The moment at which it is tried again: the one that is meant, or the next opening of the
        sending hours as they are now, ``None`` where there is none."""
        self.ensure_one()
        # sudo: the sending hours of the action's company
        company = self.company_id.sudo()
        return moment if company._dso_is_open(moment) else company._dso_next_opening(moment)

    @api.model
    def _cron_retry(self):
        """Send again what failed for a passing cause and is due."""
        self._retry_due()

    @api.model
    def _retry_due(self, now=None):
        """Send again what is due, inside the sending hours of its company, unless a reply of the
        customer is still to be handled: the same message, with its Message-Id or key.

        Several workers may run at a time: each takes actions that no other one holds. In a cron
        each batch is committed.

        :param now: naive UTC datetime, default the present
        :return: number of messages handed over again
        """
        now = now or fields.Datetime.now()
        # sudo: the cron serves all companies
        self = self.sudo().with_context(tracking_disable=True)
        companies = list(self.env["res.company"]._dso_get_open_todays(now))
        position, count = (fields.Datetime.to_datetime("1970-01-01"), 0), 0
        while companies:
            batch = partial(self._retry_batch, companies, now, position)
            position, done, seconds = retry_on_conflict(self.env, batch)
            count += done
            if not position or not seconds:
                break
        return count

    @api.model
    def _retry_batch(self, companies, now, position):
        """Send the next ones again, and commit.

        :return: position of the last one, ``None`` if there was none; number of those that were
            handed over; seconds left
        """
        rows = self._lock_retries(companies, now, position)
        if not rows:
            return None, 0, 0
        actions = self.browse([row[1] for row in rows])
        actions.invalidate_recordset()
        cleared = actions.browse().union(*actions._find_cleared_claims())
        cleared.retry_date = False
        cleared._cancel("cleared")
        actions -= cleared
        count = sum(group._retry_group(channel) for channel, group in actions._by_channel())
        left = BATCH_SIZE if len(rows) == BATCH_SIZE else 0
        seconds = commit_progress(self.env, len(rows), left)
        self.env.invalidate_all()
        return rows[-1], count, seconds

    @api.model
    def _lock_retries(self, companies, now, position):
        """Lock the next messages to try again, leaving those of other workers to them.

        :param companies: ids of those whose sending hours are open
        :return: list of (retry date, id)
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT retry_date, id FROM dso_action WHERE retry_date <= %s "
                "AND state = 'error' AND done_date IS NOT NULL AND company_id = ANY(%s) "
                "AND (retry_date, id) > (%s, %s) AND %s "
                "ORDER BY retry_date, id LIMIT %s FOR UPDATE SKIP LOCKED",
                now,
                companies,
                *position,
                self._get_pause_condition(self.env["res.company"].browse(companies)),
                BATCH_SIZE,
            )
        )
        return self.env.cr.fetchall()

    def _retry_group(self, channel):
        """Send these again; if that fails as a whole, one by one, so that one stops no other.

        :return: number of those that could be handed over
        """
        try:
            with self.env.cr.savepoint():
                self.write({"retry_date": False})
                self._resend_messages(channel)
                self.env["dso.refresh.queue"]._enqueue_customers(self.customer_id)
                self.env.flush_all()
            return len(self)
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001
            _logger.info("Retry of %s actions failed: %s", len(self), error)
            if len(self) == 1:
                self._set_undelivered(str(error))
                return 0
        return sum(action._retry_group(channel) for action in self)
