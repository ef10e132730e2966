from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.dso_collection.tests.common import DsoCommon
from odoo.addons.mail.tests.common import MockEmail
from odoo.addons.queue_job.tests.common import trap_jobs


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00")
class TestQueueJob(DsoCommon, MockEmail):
    """Planned and sent in jobs, OCA's queue_job."""

    def _run_in_a_job(self, records, method, *arguments):
        with trap_jobs() as trap:
            getattr(records.with_delay(), method)(*arguments)
            trap.assert_jobs_count(1)
            trap.perform_enqueued_jobs()

    def test_from_plan_to_mail(self):
        line = self._line(self._invoice("2026-03-01"))
        self._plan("2026-03-06")
        action = self.assertPlanned("A", "2026-03-06")
        self._do(action, "2026-03-06")
        mail = action.sudo().mail_id
        self.assertEqual(mail.state, "outgoing")
        with self.mock_mail_gateway():
            self._run_in_a_job(mail, "send")
        self.assertEqual(len(self._mails), 1)
        self.assertEqual((mail.state, mail.failure_reason), ("sent", False))
        self.assertEqual(action.state, "done")
        self._pay(line.move_id, "2026-03-06")
        self._run_in_a_job(self.env["dso.customer"], "_cron_refresh")
        self.assertNothingPlanned("no_item")
