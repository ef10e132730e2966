from datetime import timedelta

from freezegun import freeze_time
from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

from ...models.overview.dso_action import TAB_DOMAINS
from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestAgenda(DsoCommon):
    """What the agenda's screen asks: tabs, counters, exchanges, many actions at once. 6 March 2026
    is a Friday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # A, five days after the due date, leaves by itself once confirmed
        cls.partners = cls.partner
        for number in range(3):
            partner = cls.env["res.partner"].create({"name": f"Customer {number}"})
            cls._create_contact(partner, f"Contact {number}", f"c{number}@example.com")
            cls.partners |= partner
        # due on the first, second … of March: their reminders on the sixth, seventh …
        for day, partner in enumerate(cls.partners, start=1):
            cls._invoice(f"2026-03-0{day}", 100.0 * day, partner)
        cls.env["dso.customer"]._plan()
        cls.automatic = cls.env["dso.action"].search([("partner_id", "in", cls.partners.ids)])
        cls.calls = cls.env["dso.action"].create(
            [
                {
                    "customer_id": cls._customer(partner).id,
                    "action_type": "call",
                    "date": f"2026-03-{day:02}",
                }
                for day, partner in zip((5, 6, 9), cls.partners, strict=False)
            ]
        )

    def _as(self, user, actions=None):
        return (self.calls if actions is None else actions).with_user(user)

    def _message(self, result):
        self.assertEqual(result["tag"], "display_notification")
        # the list is loaded again
        self.assertEqual(result["params"]["next"]["type"], "ir.actions.act_window_close")
        return result["params"]["message"]

    # ------------------------------------------------------------------
    # When it leaves
    # ------------------------------------------------------------------

    def test_what_needs_nobody_says_when_it_leaves(self):
        """Sending hours from eight to noon and from one, in Paris. Friday at ten there (nine UTC):
        at once; at half past twelve: at one; on the Saturday: on Monday at eight."""
        calendar = self.env["resource.calendar"].create({"name": "Hours", "tz": "Europe/Paris"})
        self.company.dso_sending_calendar_id = calendar
        due, later = self.automatic.sorted("date")[:2]
        self.assertFalse(due.leaving_text, "it waits to be confirmed")
        (due | later).action_confirm()
        for moment, action, expected in (
            ("2026-03-06 09:00:00", due, "goes out in a few minutes"),
            ("2026-03-06 11:30:00", due, "goes out today at 1:00\u202fPM"),
            ("2026-03-06 19:00:00", due, "goes out on 03/09/2026 at 8:00\u202fAM"),
            ("2026-03-06 09:00:00", later, "goes out on 03/09/2026 at 8:00\u202fAM"),
        ):
            with self.subTest(moment), freeze_time(moment):
                self.env.invalidate_all()
                self.assertEqual(action.leaving_text, expected)

    def test_what_is_paused_by_a_reply_does_not_say_so(self):
        action = self.automatic.sorted("date")[0]
        action.action_confirm()
        self.assertTrue(action.leaving_text)
        self.company.dso_pause_on_reply = True
        self.env["dso.reply"].sudo().create(
            {"customer_id": action.customer_id.id, "subject": "Wait", "preview": "Wait"}
        )
        self.env.invalidate_all()
        self.assertTrue(action.is_paused)
        self.assertFalse(action.leaving_text)

    # ------------------------------------------------------------------
    # Tabs and counters
    # ------------------------------------------------------------------

    def test_tabs(self):
        """Each tab of the actions is an action that exists and that the reader may open."""
        agenda = self.env["dso.action"].with_user(self.reader).dso_get_agenda()
        tabs = {tab["id"]: tab for tab in agenda["tabs"]}
        self.assertEqual(list(tabs)[:5], ["manual", "automatic", "history", "replies", "charts"])
        actions = self.env["ir.actions.act_window"]
        for tab in tabs.values():
            for window in actions.browse(tab["actions"]).exists():
                self.assertIn(window.res_model, self.env)
        window = actions.browse(tabs["manual"]["actions"])
        self.assertEqual(window, self.env.ref("dso_collection.dso_action_action_manual"))
        for model, view_id in agenda["panels"].items():
            view = self.env["ir.ui.view"].browse(view_id)
            self.assertEqual((view.model, view.type), (model, "form"))

    def test_own_customers_come_first(self):
        self.assertTrue(self.env["dso.action"].with_user(self.collector).dso_get_agenda()["own"])
        self.assertFalse(self.env["dso.action"].with_user(self.manager).dso_get_agenda()["own"])

    def test_tab_domains_are_those_of_the_actions(self):
        for tab, domain in TAB_DOMAINS.items():
            window = self.env.ref(f"dso_collection.dso_action_action_{tab}")
            self.assertCountEqual(
                [
                    (name, op, sorted(v) if isinstance(v, (list, tuple)) else v)
                    for name, op, v in domain
                ],
                [
                    (name, op, sorted(v) if isinstance(v, (list, tuple)) else v)
                    for name, op, v in safe_eval(window.domain)
                ],
            )

    def test_counters_follow_the_filters(self):
        """Four reminders, the first of them due today; three calls, of yesterday, today and
        Monday."""
        Action = self.env["dso.action"].with_user(self.collector)
        counts = Action.dso_count_agenda_tabs([])
        self.assertEqual((counts["automatic"]["all"], counts["automatic"]["todo"]), (4, 1))
        self.assertEqual((counts["manual"]["all"], counts["manual"]["todo"]), (3, 2))
        counts = Action.dso_count_agenda_tabs([("partner_id", "=", self.partners[0].id)])
        self.assertEqual((counts["automatic"]["all"], counts["automatic"]["todo"]), (1, 1))
        self.assertEqual((counts["manual"]["all"], counts["manual"]["todo"]), (1, 1))
        counts = Action.dso_count_agenda_tabs([("collector_id", "=", self.manager.id)])
        self.assertEqual(counts["manual"]["all"] + counts["automatic"]["all"], 0)

    def test_replies_are_counted(self):
        replies = (
            self.env["dso.reply"]
            .sudo()
            .create(
                [
                    {"customer_id": self._customer(self.partners[0]).id, "subject": "Paid"},
                    {"customer_id": self._customer(self.partners[1]).id, "subject": "Why?"},
                ]
            )
        )
        self._customer(self.partners[1]).collector_id = self.manager
        replies.invalidate_recordset()
        Action = self.env["dso.action"].with_user(self.collector)
        self.assertEqual(Action.dso_count_agenda_tabs([])["replies"]["todo"], 2)
        self.assertEqual(Action.dso_count_agenda_tabs([], own=True)["replies"]["todo"], 1)
        replies[0].with_user(self.collector).action_handle()
        self.assertEqual(Action.dso_count_agenda_tabs([], own=True)["replies"]["todo"], 0)

    def test_counters_cost_the_same_for_many(self):
        Action = self.env["dso.action"].with_user(self.collector)
        Action.dso_count_agenda_tabs([])
        self.env.flush_all()
        with self.assertQueryCount(7):
            Action.dso_count_agenda_tabs([])
        self.calls[0].copy({"date": "2026-03-02"})
        self.env.flush_all()
        with self.assertQueryCount(7):
            counts = Action.dso_count_agenda_tabs([])
        self.assertEqual((counts["manual"]["all"], counts["manual"]["todo"]), (4, 3))

    def test_history_opens_with_what_was_withdrawn(self):
        """Done and cancelled actions, with their reasons; either filter can be removed."""
        window = self.env.ref("dso_collection.dso_action_action_history")
        context = safe_eval(window.context, {"uid": self.env.uid})
        names = {
            key for key, value in context.items() if key.startswith("search_default") and value
        }
        self.assertLessEqual({"search_default_done", "search_default_cancelled"}, names)
        search = etree.fromstring(
            self.env["dso.action"].get_view(window.search_view_id.id, "search")["arch"]
        )
        done, cancelled = (
            search.xpath(f"//filter[@name='{name}']")[0] for name in ("done", "cancelled")
        )
        # side by side: one or the other
        self.assertEqual(done.getnext(), cancelled)
        arch = self.env.ref("dso_collection.dso_action_view_list_history").arch
        view = etree.fromstring(arch)
        self.assertEqual(view.get("decoration-muted"), "state == 'cancelled'")
        self.assertEqual(view.xpath("//field[@name='reason']")[0].get("optional"), "show")

    def test_history_is_sorted_by_what_happened(self):
        """What was withdrawn stands at the day when it was, not above all that was done."""
        calls = self.calls.sorted()[:3]
        late, withdrawn, early = calls
        (late | early).action_execute()
        withdrawn._cancel("user")
        self.env.flush_all()
        for action, column, day in (
            (late, "done_date", "2026-03-05"),
            (withdrawn, "write_date", "2026-03-04"),
            (early, "done_date", "2026-03-03"),
        ):
            self.env.cr.execute(
                SQL(
                    "UPDATE dso_action SET %s = %s WHERE id = %s",
                    SQL.identifier(column),
                    day,
                    action.id,
                )
            )
        self.env.invalidate_all()
        window = self.env.ref("dso_collection.dso_action_action_history")
        found = self.env["dso.action"].search(
            [*safe_eval(window.domain), ("id", "in", calls.ids)], order="done_date desc, id desc"
        )
        self.assertEqual(found, late + withdrawn + early)

    def test_what_was_done_is_not_searched_for_what_is_to_do(self):
        """One query to count the history, however long it is; none to find nothing to do in it."""
        window = self.env.ref("dso_collection.dso_action_action_history")
        self.calls[0].action_execute()
        actions = self.env["dso.action"].with_user(self.collector)
        domain = safe_eval(window.domain)
        actions.dso_count_agenda(domain)
        self.env.flush_all()
        with self.assertQueryCount(1):
            counts = actions.dso_count_agenda(domain)
        self.assertEqual((counts["all"], counts["todo"]), (1, 0))

    # ------------------------------------------------------------------
    # Searching by the customer
    # ------------------------------------------------------------------

    def test_search_by_the_customers_class(self):
        category = self.env["res.partner.category"].create({"name": "Key account"})
        self.partners[0].write(
            {
                "category_id": [Command.set(category.ids)],
                "country_id": self.env.ref("base.be").id,
                "user_id": self.manager.id,
            }
        )
        for condition in (
            ("partner_category_ids", "child_of", category.ids),
            ("partner_country_id", "ilike", "Belgium"),
            ("partner_user_id", "=", self.manager.id),
            ("partner_id.category_id.name", "=", "Key account"),
            ("customer_id.amount_overdue", "=", 100.0),
        ):
            found = self.env["dso.action"].with_user(self.collector).search([condition])
            self.assertEqual(found.partner_id, self.partners[0], condition)

    # ------------------------------------------------------------------
    # The panel
    # ------------------------------------------------------------------

    def test_contacts_of_the_panel(self):
        self.assertEqual(self._as(self.collector)[0].contact_ids, self.contact)

    def test_exchanges(self):
        """An action done on the third, a status of today, a reply of the fourth: newest first, and
        not the action itself."""
        customer = self._customer()
        done = self.env["dso.action"].create(
            {
                "customer_id": customer.id,
                "action_type": "call",
                "subject": "First call",
                "date": "2026-03-03",
            }
        )
        done.write({"result": "message", "comment": "<b>Back</b> on Monday"})
        done.action_execute()
        done.sudo().done_date = "2026-03-03"
        self.env["dso.reply"].sudo().create(
            {
                "customer_id": customer.id,
                "subject": "Your call",
                "preview": "x" * 300,
                "author_name": "Ann",
                "date": "2026-03-04 10:00:00",
            }
        )
        line = customer.item_ids
        for status, comment in (("ongoing", "Waits for his director"), ("promise", "A slip")):
            wizard = self.env["dso.item.qualify"].with_user(self.collector)
            wizard = wizard.create(
                {
                    "line_ids": [Command.set(line.ids)],
                    "status_id": self.env.ref(f"dso_collection.status_{status}").id,
                    "comment": comment,
                }
            )
            wizard.action_apply()
        # what was taken back was not said, nor is it told that it was taken back
        wizard.action_undo()
        exchanges = self._as(self.collector)[0].exchanges
        self.assertEqual([e["kind"] for e in exchanges], ["said", "reply", "action"])
        said, reply, action = exchanges
        self.assertEqual(said["title"], line.move_id.name)
        self.assertEqual(said["text"], "Waits for his director")
        self.assertEqual(said["author"], self.collector.name)
        self.assertEqual((reply["author"], reply["title"]), ("Ann", "Your call"))
        self.assertEqual((len(reply["text"]), reply["text"][-1]), (240, "…"))
        self.assertEqual((action["type"], action["badge"]), ("call", "Message left"))
        # words stay words: the screen escapes them
        self.assertEqual(action["text"], "<b>Back</b> on Monday")
        self.assertIn("03/03/2026", action["date"])
        self.assertNotIn("action", [e["kind"] for e in done.with_user(self.collector).exchanges])

    def test_exchanges_of_others_stay_theirs(self):
        """What the record rules hide is not told by the panel either."""
        self.company.dso_own_customers_only = True
        self._customer().collector_id = self.manager
        with self.assertRaises(AccessError):
            self._as(self.collector)[0].exchanges  # noqa: B018 it is read

    # ------------------------------------------------------------------
    # Many at once
    # ------------------------------------------------------------------

    def test_confirm_many_of_which_some_are_in_error(self):
        """They are confirmed, and do not leave: that is not counted as done."""
        first, second, third, _fourth = self.automatic.sorted("date")
        first._set_error("no_contact", model="res.partner", res_id=first.partner_id.id)
        message = self._message(
            self._as(self.collector, first | second | third).action_confirm_selected()
        )
        self.assertIn("2 confirmed.", message)
        self.assertIn("1 not: in error, it is sent automatically once that is fixed (", message)
        self.assertEqual((first | second | third).mapped("confirmed"), [True, True, True])

    def test_confirming_one_in_error_says_so(self):
        first = self.automatic.sorted("date")[0]
        first._set_error("no_contact", model="res.partner", res_id=first.partner_id.id)
        message = self._message(self._as(self.collector, first).action_confirm())
        self.assertIn(f"{first.display_name}: confirmed, but in error.", message)

    def test_confirm_many(self):
        """Four reminders and a call, one reminder confirmed before and one cancelled."""
        first, second, third, fourth = self.automatic.sorted("date")
        first.action_confirm()
        second.action_cancel()
        selected = first | second | third | fourth | self.calls[0]
        message = self._message(self._as(self.collector, selected).action_confirm_selected())
        self.assertEqual((third | fourth).mapped("confirmed"), [True, True])
        self.assertIn("2 confirmed.", message)
        self.assertIn("1 not: already confirmed (", message)
        self.assertIn("1 not: already done or cancelled (", message)
        self.assertIn("1 not: done by hand, nothing to confirm (", message)
        self.assertIn(self.calls[0].display_name, message)
        self.assertFalse(self.calls[0].confirmed)

    def test_confirm_nothing(self):
        message = self._message(self._as(self.collector).action_confirm_selected())
        self.assertIn("Nothing was changed.", message)
        self.assertIn("3 not: done by hand", message)

    def test_reschedule_many(self):
        self.calls[0].action_cancel()
        wizard = (
            self.env["dso.action.reschedule"]
            .with_user(self.collector)
            .create({"action_ids": [Command.set(self.calls.ids)], "date": "2026-03-13"})
        )
        message = self._message(wizard.action_apply())
        self.assertIn("2 moved to 03/13/2026.", message)
        self.assertIn("1 not: already done or cancelled", message)
        moved = self.calls[1:]
        self.assertEqual({str(day) for day in moved.mapped("date")}, {"2026-03-13"})
        self.assertEqual(moved.mapped("date_forced"), [True, True])
        self.assertEqual(str(self.calls[0].date), "2026-03-05")

    def test_slips_of_dates_are_refused(self):
        """What is moved into the past would leave at once, what waits for the year 9999 never."""
        action = self.calls[1].with_user(self.collector)
        wizard = self.env["dso.action.reschedule"].with_user(self.collector)
        ways = {
            "dialog": lambda day: wizard.create(
                {"action_ids": [Command.set(self.calls.ids)], "date": day}
            ).action_apply(),
            "program": action.action_reschedule,
            "list": lambda day: action.write({"date": day}),
        }
        for way, move in ways.items():
            with self.subTest(way), self.assertRaisesRegex(UserError, "more than a year away"):
                move("9999-12-31")
        with self.assertRaisesRegex(UserError, "has passed"):
            ways["dialog"]("2001-01-01")
        action.action_reschedule(self.company._dso_today())

    def test_dropped_on_a_day_off(self):
        """Nobody is kept from it, and everybody is told."""
        action = self.calls[1].with_user(self.collector)
        self.assertFalse(action.dso_drop("2026-03-13"))
        self.assertIn("03/14/2026 is not a working day", action.dso_drop("2026-03-14"))
        self.assertEqual(str(action.date), "2026-03-14")
        with self.assertRaisesRegex(UserError, "has passed"):
            action.dso_drop("2026-03-02")

    def test_a_date_beyond_all_calendars_breaks_no_screen(self):
        """However it came there, the agenda opens and it can be moved back."""
        self._invoice("2026-03-01")
        self._plan("2026-03-06")
        action = self._open_action().with_user(self.collector)
        action.sudo().write({"date": "9999-12-31", "confirmed": True, "date_forced": True})
        customer = action.customer_id
        customer._plan(customer)
        self.env.invalidate_all()
        self.assertTrue(action.leaving_text)
        self.assertEqual(customer.scenario_line[0]["date"], "9999-12-31")
        action.action_reschedule("2026-03-20")
        self.assertEqual(str(action.date), "2026-03-20")

    def test_skip_many(self):
        self.calls[0].action_cancel()
        message = self._message(self._as(self.collector).action_cancel_selected())
        self.assertIn("2 skipped.", message)
        self.assertIn("1 not: already done or cancelled", message)
        self.assertEqual(set(self.calls.mapped("state")), {"cancelled"})

    def test_many_names_are_not_all_told(self):
        message = self._message(self._as(self.collector, self.calls).action_confirm_selected())
        self.assertNotIn("and more", message)
        calls = self.calls | self.calls[0].copy()
        message = self._message(self._as(self.collector, calls).action_confirm_selected())
        self.assertIn("4 not: done by hand", message)
        self.assertIn("and more", message)

    def test_reassign(self):
        """Customers change their collector, and so do all of their planned actions, reminders
        included; what was done does not."""
        other = new_test_user(
            self.env,
            "dso_other",
            groups="base.group_user,dso_collection.group_dso_collector",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self._customer(self.partners[1]).collector_id = other
        done = self.calls[0].copy({"subject": "Done"})
        done.action_execute()
        opened = self._as(self.collector, self.calls[:2]).action_reassign()
        wizard = (
            self.env[opened["res_model"]]
            .with_user(self.collector)
            .with_context(**opened["context"])
            .create({"collector_id": other.id})
        )
        message = self._message(wizard.action_apply())
        self.assertIn("Customers assigned: 1. Planned actions that go with them: 2.", message)
        self.assertIn("1 unchanged: they already had this.", message)
        moved = self._customer(self.partners[0]).open_action_ids
        self.assertEqual(len(moved), 2)
        self.assertEqual(moved.collector_id, other)
        self.assertEqual(done.collector_id, self.collector)
        self.env["dso.customer"]._plan()
        self.assertEqual(moved.collector_id, other)

    def test_reassign_ones_own(self):
        """Who sees the own customers only may give them away, and sees them no more."""
        self.company.dso_own_customers_only = True
        opened = self._as(self.collector, self.calls[0]).action_reassign()
        wizard = (
            self.env[opened["res_model"]]
            .with_user(self.collector)
            .with_context(**opened["context"])
            .create({"collector_id": self.manager.id})
        )
        self.assertIn("Acme: assigned", self._message(wizard.action_apply()))
        with self.assertRaises(AccessError):
            self._as(self.collector, self.calls[0]).read(["date"])

    def test_reassign_what_was_done(self):
        self.calls.action_cancel()
        with self.assertRaisesRegex(UserError, "still to be done"):
            self._as(self.collector).action_reassign()

    def test_readers_change_nothing(self):
        for method in ("action_confirm_selected", "action_cancel_selected", "action_reassign"):
            with self.assertRaises(AccessError):
                getattr(self._as(self.reader), method)()

    def test_calendar_of_too_many(self):
        """Of each day and collector those with the highest score, within the user's rules and
        filters, in a number of queries that does not grow."""
        day, later = "2026-03-20", "2026-03-23"
        first, second, third = self.calls
        self.calls.date = day
        # own customers of another collector are counted on their own
        third.customer_id.collector_id = self.manager
        fourth = first.copy({"date": later})
        for action, score in ((first, 10), (second, 30), (third, 5), (fourth, 1)):
            action.sudo().score = score
        model = self.env["dso.action"].with_user(self.collector)
        domain = [("date", "in", [day, later])]

        self.assertEqual(
            set(model.dso_get_first_of_days(domain, 1)), {second.id, third.id, fourth.id}
        )
        self.assertEqual(
            set(model.dso_get_first_of_days([*domain, ("date", "=", day)], 2)), set(self.calls.ids)
        )
        self.env.company.dso_own_customers_only = True
        self.assertEqual(set(model.dso_get_first_of_days(domain, 1)), {second.id, fourth.id})
        self.env.invalidate_all()
        with self.assertQueryCount(2):
            model.dso_get_first_of_days(domain, 1)

    def test_calendar_moves(self):
        """A day of the calendar is the user's own, and holds."""
        action = self.automatic.sorted("date")[0]
        action.with_user(self.collector).action_reschedule("2026-03-20")
        self._plan("2026-03-07")
        self.assertEqual(str(action.date), "2026-03-20")
        self.assertTrue(action.date_forced)
        self.assertEqual(action.date - timedelta(days=14), self.company._dso_today())


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestAgendaQueries(DsoCommon):
    """Every tab of the agenda takes as many queries for many customers as for a few."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._add_customers("Few", 4)

    @classmethod
    def _add_customers(cls, name, number):
        """Customers with a reminder, a call to make, a call made, a reply and a comment each."""
        partners = cls.env["res.partner"].create(
            [
                {"name": f"{name} {index}", "is_company": True, "phone": f"+32 2 555 {index:04}"}
                for index in range(number)
            ]
        )
        for partner in partners:
            cls._create_contact(partner, f"Ann of {partner.name}", "ann@example.com")
            cls._invoice("2026-03-01", 100.0, partner)
        cls.env["dso.customer"]._plan()
        customers = cls.env["dso.customer"].search([("partner_id", "in", partners.ids)])
        call = {"action_type": "call", "date": "2026-03-05"}
        calls = cls.env["dso.action"].create(
            [
                {"customer_id": customer.id, **call}
                for customer in customers
                for _number in ("to make", "made")
            ]
        )
        calls[1::2].write({"result": "reached", "comment": "They will pay."})
        calls[1::2].action_execute()
        # sudo: what comes in is noted by the system
        cls.env["dso.reply"].sudo().create(
            [{"customer_id": customer.id, "subject": "Paid"} for customer in customers]
        )
        cls.env["dso.qualification"].sudo().create(
            [
                {
                    "customer_id": customer.id,
                    "partner_id": customer.partner_id.id,
                    "company_id": customer.company_id.id,
                    "line_id": customer.item_ids.id,
                    "comment": "The goods came late.",
                    "source": "customer",
                    "logged_on": "2026-03-05",
                }
                for customer in customers
            ]
        )

    def _get_pages(self):
        """{tab: function that loads the first page, as the web client does}, and those that load
        the form beside it."""
        pages = {}
        agenda = self.env["dso.action"].with_user(self.collector).dso_get_agenda()
        for tab in agenda["tabs"]:
            for window in self.env["ir.actions.act_window"].browse(tab["actions"]).exists():
                for view_id, kind in window.views:
                    if kind in ("list", "kanban"):
                        pages[tab["id"], window.name, kind] = self._make_page(window, view_id, kind)
        return pages

    def _make_page(self, window, view_id, kind):
        model = self.env[window.res_model].with_user(self.collector)
        arch = model.get_views([(view_id, kind)])["views"][kind]["arch"]
        specification = self._specify(model, etree.fromstring(arch))
        domain = safe_eval(window.domain or "[]", {"uid": self.collector.id})

        def load():
            return model.web_search_read(domain, specification, limit=80)["records"]

        return load

    def _measure(self):
        """{page: (number of records, number of queries)}, each loaded before."""
        result = {}
        for key, load in self._get_pages().items():
            number = len(load())
            result[key] = (number, self._count_queries(load))
        return result

    def test_pages(self):
        few = self._measure()
        self._add_customers("Many", 16)
        many = self._measure()
        tabs = {tab for tab, _name, _kind in few}
        self.assertLessEqual({"manual", "automatic", "history", "replies", "alerts"}, tabs)
        for key, (number, queries) in many.items():
            with self.subTest(page=key):
                if key[0] not in ("alerts", "charts"):
                    self.assertGreaterEqual(number, few[key][0] + 16)
                self.assertLessEqual(queries, few[key][1])

    def test_panel(self):
        """One action, of a customer with a past as long as others' or longer."""
        model = self.env["dso.action"].with_user(self.collector)
        agenda = model.dso_get_agenda()
        arch = model.get_views([(agenda["panels"]["dso.action"], "form")])["views"]["form"]["arch"]
        specification = self._specify(model, etree.fromstring(arch))
        call = model.search([("state", "=", "planned"), ("action_type", "=", "call")], limit=1)

        def load():
            return call.web_read(specification)

        load()
        few = self._count_queries(load)
        done = self.env["dso.action"].create(
            [
                {
                    "customer_id": call.customer_id.id,
                    "action_type": "call",
                    "date": "2026-03-04",
                    "subject": f"Call {number}",
                }
                for number in range(6)
            ]
        )
        done.action_execute()
        for day in (2, 3, 4):
            self._invoice(f"2026-03-0{day}", 10.0, call.partner_id)
        load()
        self.assertLessEqual(self._count_queries(load), few)
        self.assertEqual(len(call.exchanges), 8)

    def _count_undone(self, method):
        """Queries of a method, with those that write what it changed, which is then taken back."""
        with self.env.cr.savepoint() as savepoint:
            queries = self._count_queries(lambda: (method(), self.env.flush_all()))
            savepoint.rollback()
        return queries

    def _find_reminders(self, number):
        return (
            self.env["dso.action"]
            .with_user(self.collector)
            .search([("automatic", "=", True), ("state", "=", "planned")], limit=number)
        )

    def test_many_at_once(self):
        """Confirmed, moved, skipped, given to a colleague: as many queries for twenty as for
        four."""
        self._add_customers("Many", 16)
        bulk = {
            "confirm": lambda actions: actions.action_confirm_selected(),
            "move": lambda actions: actions._reschedule_selected("2026-03-20"),
            "skip": lambda actions: actions.action_cancel_selected(),
            "reassign": lambda actions: (
                self.env["dso.customer.assign"]
                .with_user(self.collector)
                .create(
                    {
                        "customer_ids": [Command.set(actions.customer_id.ids)],
                        "collector_id": self.manager.id,
                    }
                )
                .action_apply()
            ),
        }
        few, many = self._find_reminders(4), self._find_reminders(20)
        self.assertEqual((len(few), len(many)), (4, 20))
        for name, method in bulk.items():
            with self.subTest(name):
                self._count_undone(lambda method=method: method(many))
                queries = self._count_undone(lambda method=method: method(few))
                self.assertLessEqual(
                    self._count_undone(lambda method=method: method(many)), queries
                )

    def test_calendar(self):
        """A month: how many of each day and collector, and those that are drawn."""
        model = self.env["dso.action"].with_user(self.collector)
        arch = model.get_views([(False, "calendar")])["views"]["calendar"]["arch"]
        names = [node.get("name") for node in etree.fromstring(arch).iter("field")]
        domain = [("date", ">=", "2026-03-01"), ("date", "<=", "2026-03-31")]

        def load():
            model.formatted_read_group(domain, ["date:day", "collector_id"], ["__count"])
            ids = model.dso_get_first_of_days(domain, 10)
            return model.search_read([("id", "in", ids)], names)

        number = len(load())
        few = self._count_queries(load)
        self._add_customers("Many", 16)
        self.assertGreater(len(load()), number)
        self.assertLessEqual(self._count_queries(load), few)

    def test_a_call(self):
        """Its dialog opened and its result noted: as many queries for a customer with many items
        and a long past."""
        model = self.env["dso.action"].with_user(self.collector)
        call = model.search([("state", "=", "planned"), ("action_type", "=", "call")], limit=1)
        dialog = self.env["dso.action.log"].with_user(self.collector)
        arch = dialog.get_views([(False, "form")])["views"]["form"]["arch"]
        specification = self._specify(dialog, etree.fromstring(arch))

        def show():
            dialog.with_context(default_action_id=call.id).onchange({}, [], specification)

        def note():
            dialog.create({"action_id": call.id, "result": "reached"}).action_apply()
            self.assertEqual(call.state, "done")

        for method in (show, note):
            self._count_undone(method)
        few = [self._count_undone(method) for method in (show, note)]
        for day in range(1, 6):
            self._invoice(f"2026-03-0{day}", 10.0, call.partner_id)
        done = self.env["dso.action"].create(
            [
                {"customer_id": call.customer_id.id, "action_type": "call", "date": "2026-03-04"}
                for _number in range(6)
            ]
        )
        done.action_execute()
        self.env["dso.customer"]._plan(call.customer_id)
        for method in (show, note):
            self._count_undone(method)
        many = [self._count_undone(method) for method in (show, note)]
        for name, before, after in zip(("show", "note"), few, many, strict=True):
            with self.subTest(name):
                self.assertLessEqual(after, before)
