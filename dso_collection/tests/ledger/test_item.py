from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestItem(DsoCommon):
    """Fields of items and of their entries."""

    def setUp(self):
        super().setUp()
        self.old = self._line(self._invoice("2026-03-01", 100))
        self.due_today = self._line(self._invoice("2026-03-10", 200))
        self.future = self._line(self._invoice("2026-03-20", 300))
        self._plan("2026-03-10")
        self.own = [("partner_id", "=", self.partner.id)]
        self.Line = self.env["account.move.line"].with_user(self.collector)

    def test_days_overdue(self):
        self.assertEqual(self.old.dso_days_overdue, 9)
        self.assertEqual(self.due_today.dso_days_overdue, 0, "due today is not overdue")
        self.assertEqual(self.future.dso_days_overdue, 0)

    def test_days_overdue_search(self):
        for domain, found in (
            ([("dso_days_overdue", ">", 0)], self.old),
            ([("dso_days_overdue", ">=", 9)], self.old),
            ([("dso_days_overdue", ">", 9)], self.Line),
            ([("dso_days_overdue", "=", 9)], self.old),
            ([("dso_days_overdue", "<", 10), ("dso_days_overdue", ">", 0)], self.old),
        ):
            with self.subTest(domain):
                self.assertEqual(self.Line.search(domain + self.own), found)
        receivable = self.own + [("account_type", "=", "asset_receivable")]
        self.assertEqual(
            self.Line.search([("dso_days_overdue", "<=", 0)] + receivable),
            self.due_today | self.future,
        )

    def test_days_overdue_compute_and_search_agree(self):
        """Also of what has no due date, which is due on its own, and of no days at all."""
        undated = self._undated("2026-03-05")
        self.assertFalse(undated.date_maturity)
        self.assertEqual(undated.dso_days_overdue, 5)
        lines = self.old | self.due_today | self.future | undated
        own = [("id", "in", lines.ids)]
        for days in (-1, 0, 5, 9):
            with self.subTest(days):
                for operator, holds in (
                    ("=", lambda line, days=days: line.dso_days_overdue == days),
                    (">", lambda line, days=days: line.dso_days_overdue > days),
                    ("<=", lambda line, days=days: line.dso_days_overdue <= days),
                ):
                    found = self.Line.search([("dso_days_overdue", operator, days), *own])
                    self.assertEqual(found, lines.filtered(holds), operator)

    def test_leader(self):
        self.assertTrue(self.old.dso_is_leader)
        self.assertFalse(self.future.dso_is_leader)
        found = self.Line.search([("dso_is_leader", "=", True)] + self.own)
        self.assertEqual(found, self.old)
        rest = self.Line.search(
            [("dso_is_leader", "=", False), ("account_type", "=", "asset_receivable")] + self.own
        )
        self.assertEqual(rest, self.due_today | self.future)

    def test_excluded_compute_and_search_agree(self):
        """For every cause, what is shown as excluded is what is found as excluded."""
        today = self.company._dso_today()
        lines = self.old | self.due_today | self.future
        claims = self.own + [("account_type", "=", "asset_receivable")]
        cases = [
            {"dso_status_id": self.env.ref("dso_collection.status_dispute_price").id},
            {"dso_status_id": self.env.ref("dso_collection.status_litigation").id},
            {"dso_ignored": True},
            {"no_followup": True},
            {},
        ]
        promise = self.env.ref("dso_collection.status_promise").id
        cases += [
            {"dso_status_id": promise, "dso_status_date": today + timedelta(days=days)}
            for days in (-4, -2, -1, 0, 3)
        ]
        for values in cases:
            with self.subTest(values):
                self.old.write(values)
                self.env.invalidate_all()
                shown = lines.filtered("dso_excluded")
                found = self.Line.search([("dso_excluded", "=", True)] + claims)
                self.assertEqual(found, shown)
                self.assertEqual(
                    self.Line.search([("dso_excluded", "=", False)] + claims), lines - shown
                )
                self.old.write(
                    {
                        "dso_status_id": False,
                        "dso_status_date": False,
                        "dso_ignored": False,
                        "no_followup": False,
                    }
                )

    def test_ignored_by_amount(self):
        self.company.dso_ignore_below = 150
        self.env.invalidate_all()
        self.assertTrue(self.old.dso_excluded)
        self.assertFalse(self.due_today.dso_excluded)
        self.assertEqual(self.Line.search([("dso_excluded", "=", True)] + self.own), self.old)

    def test_ignore_counts_in_amounts(self):
        self.old.with_user(self.collector).action_dso_ignore()
        self._plan("2026-03-10")
        self.assertEqual(self._customer().amount_overdue, 100)
        self.assertEqual(self._customer().leader_line_id, self.due_today)
        self.old.with_user(self.collector).action_dso_unignore()
        self._plan("2026-03-10")
        self.assertEqual(self._customer().leader_line_id, self.old)

    def test_reader_cannot_ignore(self):
        with self.assertRaises(AccessError):
            self.old.with_user(self.reader).action_dso_ignore()

    def test_paid_item_cannot_be_changed(self):
        self._pay(self.old.move_id, "2026-03-10")
        with self.assertRaises(UserError):
            self.old.with_user(self.collector).action_dso_ignore()

    def test_every_change_of_status_is_logged(self):
        status = self.env.ref("dso_collection.status_promise")
        self.old.write({"dso_status_id": status.id, "dso_status_date": "2026-03-15"})
        entry = self.old.dso_qualification_ids
        self.assertEqual(len(entry), 1)
        self.assertEqual(entry.status_id, status)
        self.assertEqual(entry.document, self.old.move_id.name)
        self.assertEqual(str(entry.date), "2026-03-15")
        self.assertEqual(entry.amount_residual, 100)

    def test_log_is_append_only(self):
        self.old.dso_status_id = self.env.ref("dso_collection.status_promise")
        entry = self.old.dso_qualification_ids
        for user in (self.manager, self.env.ref("base.user_root")):
            with self.assertRaises(UserError):
                entry.with_user(user).write({"comment": "x"})
            with self.assertRaises(UserError):
                entry.with_user(user).unlink()

    def test_log_outlives_the_item(self):
        self.old.dso_status_id = self.env.ref("dso_collection.status_promise")
        entry = self.old.dso_qualification_ids
        name = self.old.move_id.name
        self.old.move_id.button_draft()
        self.old.move_id.with_context(force_delete=True).unlink()
        self.assertTrue(entry.exists())
        self.assertFalse(entry.line_id)
        self.assertEqual(entry.document, name)

    def test_status_on_the_invoice(self):
        """Writing on the invoice sets all its open items; a collector may, without being an
        accountant."""
        status = self.env.ref("dso_collection.status_dispute_price")
        move = self.old.move_id.with_user(self.collector)
        self.assertFalse(move.dso_status_id)
        self.old.move_id.dso_status_id = status
        self.assertEqual(self.old.dso_status_id, status)
        self.assertEqual(move.dso_status_id, status)
        found = self.env["account.move"].search([("dso_status_id", "=", status.id)])
        self.assertEqual(found, self.old.move_id)

    def test_actions_on_the_invoice(self):
        move = self.old.move_id.with_user(self.reader)
        self.assertEqual(move.dso_action_count, 1)
        self.assertEqual(move.dso_action_ids, self._open_action())
        self.assertEqual(self.future.move_id.dso_action_count, 0)

    def test_own_fields_leave_accounting_alone(self):
        """A status on a posted item does not mark its entry as modified by hand, nor is it kept
        from one in a locked period."""
        self.company.fiscalyear_lock_date = "2026-03-31"
        move = self.old.move_id
        before = move.is_manually_modified
        self.old.with_user(self.collector).action_dso_ignore()
        self.assertTrue(self.old.dso_ignored)
        self.assertEqual(move.is_manually_modified, before)

    def test_copy_takes_no_collection_fields(self):
        self.old.write({"dso_ignored": True, "dso_comment": "Said no"})
        copy = self._line(self.old.move_id.copy())
        self.assertFalse(copy.dso_ignored)
        self.assertFalse(copy.dso_comment)
