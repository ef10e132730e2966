from freezegun import freeze_time

from odoo.tests import tagged

from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-07 09:00:00")
class TestWithdrawn(DsoCommon):
    """What somebody confirmed or moved and the plan withdraws stays in the history with its
    reason; what nobody touched is replaced in place (R10)."""

    def setUp(self):
        super().setUp()
        self.first = self._invoice("2026-02-20")
        self.second = self._invoice("2026-03-04")
        self.action = self._plan("2026-03-07")

    def _refresh(self):
        self.env.flush_all()
        self.env["dso.customer"]._cron_refresh()
        self.env.invalidate_all()

    def _check(self, code, words, new=True):
        self.assertEqual(self.action.state, "cancelled")
        self.assertEqual(self.action.cancel_code, code)
        self.assertIn(words, self.action.reason)
        self.assertEqual(self.action.leader_line_id, self._line(self.first))
        self.assertIn(self.action, self._customer().past_action_ids)
        following = self._open_action()
        self.assertEqual(bool(following), new)
        if new:
            self.assertNotEqual(following, self.action)
            self.assertFalse(following.confirmed or following.date_forced)
        # the daily plan says the same
        before = self._customer().action_ids
        self._plan("2026-03-07")
        self.assertEqual(self._customer().action_ids, before)

    def test_paid(self):
        self.action.action_confirm()
        self._pay(self.first)
        self._refresh()
        self._check("leader_cleared", self.first.name)

    def test_moved_by_hand(self):
        self.action.action_reschedule("2026-03-20")
        self._pay(self.first)
        self._refresh()
        self._check("leader_cleared", self.first.name)

    def test_all_paid(self):
        self.action.action_confirm()
        self._pay(self.first | self.second)
        self._refresh()
        self._check("cleared", "all its items were cleared", new=False)

    def test_disputed(self):
        self.action.action_confirm()
        status = self.env.ref("dso_collection.status_dispute_price")
        self._line(self.first)._dso_set_status(status)
        self._refresh()
        self._check("leader_excluded", self.first.name)

    def test_older_item(self):
        self.action.action_confirm()
        self._invoice("2026-02-10")
        self._refresh()
        self._check("leader_changed", "another item is now the leader")

    def test_other_scenario(self):
        self.action.action_confirm()
        self._customer().scenario_id = self._create_scenario(("Z", "due_date", 3))
        self._check("scenario_changed", "scenario was changed")

    def test_no_scenario(self):
        self.action.action_confirm()
        self._customer().scenario_id = False
        self._check("no_scenario", "no longer has a scenario", new=False)

    def test_untouched_is_replaced_in_place(self):
        self._pay(self.first)
        self._refresh()
        self.assertEqual(self._open_action(), self.action)
        self.assertEqual(self.action.leader_line_id, self._line(self.second))

    def test_dispatch(self):
        """Paid between the last plan and the moment it leaves: nothing leaves of it."""
        self.action.action_confirm()
        self._pay(self.first)
        self.env["dso.action"]._dispatch()
        self.env.invalidate_all()
        self._check("leader_cleared", self.first.name)

    def test_by_hand(self):
        """Executed at the very moment: the user is told what became of it."""
        self.action.action_confirm()
        self._pay(self.first)
        result = self.action.with_user(self.collector).action_execute()
        self.assertIn(self.first.name, result["params"]["message"])
        self._check("leader_cleared", self.first.name)

    def test_constant_queries(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {number}", "is_company": True} for number in range(16)]
        )
        moves = self.env["account.move"]
        for partner in partners:
            moves |= self._invoice("2026-02-20", partner=partner)
            self._invoice("2026-03-04", partner=partner)
        customers = self.env["dso.customer"]
        customers._plan(None)
        files = customers.search([("partner_id", "in", partners.ids)], order="id")
        files.open_action_ids.sudo().write({"confirmed": True})
        self._line(moves).dso_ignored = True
        few, many = files[:3], files[3:]
        less = self._count_queries(lambda: few._plan(few))
        more = self._count_queries(lambda: many._plan(many))
        self.assertLessEqual(more, less + 2)
        self.assertEqual(len(files.past_action_ids), 16)
