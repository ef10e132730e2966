"""What a trial by hand found: what people press, and what they are told then."""

from contextlib import ExitStack
from unittest.mock import Mock, patch

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo import modules
from odoo.exceptions import AccessError, LockError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestTrial(DsoCommon):
    """Step A of the scenario is due today."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice("2026-03-01")
        cls._plan("2026-03-06")
        cls.action = cls._open_action().with_user(cls.collector)

    def _held_by_another(self, records):
        """Another transaction holds these records."""
        model = type(records)

        def lock(records, **_params):
            raise LockError("Cannot grab a lock on records")

        def try_lock(records, **_params):
            return records.browse()

        return patch.multiple(model, lock_for_update=lock, try_lock_for_update=try_lock)

    def assertTold(self, function, *words):
        """A plain sentence: the screen shows any other class of error with its traceback."""
        with self.assertRaises(UserError) as caught:
            function()
        self.assertIs(type(caught.exception), UserError)
        for word in words:
            self.assertIn(word, str(caught.exception))

    # ------------------------------------------------------------------
    # Two at a time
    # ------------------------------------------------------------------

    def test_send_now_while_another_sends(self):
        opened = self.action.action_preview_selected()
        wizard = self.env["dso.action.preview"].with_user(self.collector)
        wizard = wizard.with_context(**opened["context"]).create({})
        with self._held_by_another(self.action):
            self.assertTold(wizard.action_send, self.action.display_name, "Reload the page")
        self.assertEqual(self.action.state, "planned")
        self.assertFalse(self.action.message_id)

    def test_undo_while_another_undoes(self):
        lines = self._line(self.invoice)
        wizard = self.env["dso.item.qualify"].with_user(self.collector)
        wizard = wizard.create({"line_ids": [(6, 0, lines.ids)], "comment": "Called."})
        wizard.action_apply()
        with self._held_by_another(self.env["dso.item.qualify.undo"]):
            self.assertTold(wizard.action_undo, "Reload the page")

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def test_a_step_that_was_skipped_is_said_so(self):
        self.action.action_cancel()
        following = self._open_action()
        self.assertIn("“A” was skipped on", following.reason)
        self.assertNotIn("was done", following.reason)

    def test_after_a_step_that_was_done(self):
        self.action.action_execute()
        self.assertIn("“A” was done on", self._open_action().reason)

    def test_a_new_action_that_was_sent_is_said_so(self):
        wizard = self._new(execute_now=True, action_type="email", mail_template_id=self.template.id)
        closing = wizard.action_apply()
        message = closing["params"]["message"]
        self.assertIn("ann@acme.example.com", message)
        self.assertNotIn("planned", message)

    def test_a_new_action_that_is_planned_is_said_so(self):
        wizard = self._new(action_type="email", mail_template_id=self.template.id)
        self.assertIn("planned", wizard.action_apply()["params"]["message"])

    def test_a_new_internal_email_needs_a_colleague(self):
        wizard = self._new(action_type="email_internal", mail_template_id=self.template.id)
        self.assertTold(wizard.action_apply, "colleague")

    def _new(self, **values):
        customer = self._customer().with_user(self.collector)
        return (
            self.env["dso.action.new"]
            .with_user(self.collector)
            .create({"customer_id": customer.id, **values})
        )

    def test_send_now_hands_over(self):
        """It is in the queue: that it has arrived, nobody knows yet."""
        opened = self.action.action_preview_selected()
        wizard = self.env["dso.action.preview"].with_user(self.collector)
        wizard = wizard.with_context(**opened["context"]).create({})
        message = wizard.action_send()["params"]["message"]
        self.assertNotIn("done", message)
        self.assertIn("being sent to ann@acme.example.com", message)

    # ------------------------------------------------------------------
    # The status that a dialog begins with
    # ------------------------------------------------------------------

    def test_a_preset_status_brings_its_follow_up(self):
        """As if it were chosen by hand."""
        status = self.env.ref("dso_collection.status_promise")
        status.write({"next_action": "specific", "action_type": "call", "email_mode": "customer"})
        lines = self._line(self.invoice).with_user(self.collector)
        opened = lines.action_dso_qualify()
        wizard = self.env["dso.item.qualify"].with_user(self.collector)
        by_hand = Form(wizard.with_context(**opened["context"]))
        by_hand.status_id = status
        preset = Form(wizard.with_context(**opened["context"], default_status_id=status.id))
        for fname in ("next_action", "email_mode", "date", "summary"):
            self.assertEqual(preset[fname], by_hand[fname], fname)
        self.assertEqual(preset.next_action, "specific")
        self.assertEqual(preset.save().next_action, "specific")

    def test_a_call_that_brings_a_promise_brings_its_follow_up(self):
        status = self.env.ref("dso_collection.status_promise")
        status.write({"next_action": "specific", "action_type": "call"})
        call = self.env["dso.action"].with_user(self.collector)
        call = call.create(
            {
                "customer_id": self._customer().id,
                "origin": "manual",
                "action_type": "call",
                "date": "2026-03-06",
                "item_ids": [(0, 0, {"line_id": self._line(self.invoice).id})],
            }
        )
        opened = call.action_log()
        log = self.env["dso.action.log"].with_user(self.collector)
        log = Form(log.with_context(**opened["context"]))
        log.result = "promise"
        opened = log.save().action_apply()
        wizard = self.env["dso.item.qualify"].with_user(self.collector)
        wizard = Form(wizard.with_context(**opened["context"]))
        self.assertEqual(wizard.status_id, status)
        self.assertEqual(wizard.next_action, "specific")
        wizard.save().action_apply()
        specific = self._customer().open_action_ids.filtered(lambda a: a.origin == "specific")
        self.assertEqual(specific.action_type, "call")

    # ------------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------------

    def test_one_count_of_open_items(self):
        """The button counts what its list shows, credits too."""
        self._credit(30.0)
        customer = self._customer()
        customer.invalidate_recordset()
        action = customer.action_view_items()
        shown = self.env["account.move.line"].search_count(action["domain"])
        self.assertEqual(customer.item_count, shown)
        self.assertEqual(customer.item_count, 2)

    # ------------------------------------------------------------------
    # Archived files
    # ------------------------------------------------------------------

    def _specific(self):
        return self.env["dso.action"].create(
            {
                "customer_id": self._customer().id,
                "origin": "specific",
                "action_type": "call",
                "date": "2026-03-09",
                "item_ids": [(0, 0, {"line_id": self._line(self.invoice).id})],
            }
        )

    def test_only_credit_managers_archive_a_file(self):
        customer = self._customer()
        for archive in ("action_archive_files", "action_archive"):
            with self.assertRaisesRegex(AccessError, "credit manager"):
                getattr(customer.with_user(self.collector), archive)()
        with self.assertRaises(AccessError):
            customer.with_user(self.collector).write({"active": False})
        self.assertTrue(customer.active)
        # Odoo's own entry of the menu asks nothing that is worth asking
        self.assertTrue(customer.fields_get(["active"])["active"]["readonly"])

    def test_an_archived_file_has_nothing_planned(self):
        customer = self._customer()
        specific = self._specific()
        customer._plan(customer)
        self.assertTrue(customer.open_action_ids)
        actions = customer.open_action_ids
        message = customer.with_user(self.manager).action_archive_files()["params"]["message"]
        self.assertIn("archived", message)
        self.assertFalse(customer.active)
        self.assertEqual(set(actions.mapped("state")), {"cancelled"})
        for action in actions:
            self.assertIn("the customer's file was archived", action.reason)
        self.assertFalse(customer.open_action_ids)
        self.assertIn("archived", customer.planning_reason)
        with self.assertRaisesRegex(UserError, "archived"):
            self._new(action_type="call", customer_id=customer.id).action_apply()
        # what nobody took away comes back with it
        customer.with_user(self.manager).action_restore_files()
        self.assertEqual((customer.active, specific.state), (True, "planned"))
        self.assertFalse(specific.cancel_code)

    def test_an_archived_file_stays_in_the_figures(self):
        dashboard = self.env["dso.dashboard"].with_user(self.manager)
        customer = self._customer()

        def read():
            data = dashboard.get_data(self.company.id)
            return {tile["key"]: (tile["amount"], tile["count"]) for tile in data["tiles"][:2]}

        before = read()
        self.assertTrue(before["amount_due"][0])
        customer.with_user(self.manager).action_archive_files()
        self.assertEqual(read(), before)
        [tile] = [
            tile
            for tile in dashboard.get_data(self.company.id)["tiles"]
            if tile["key"] == "amount_due"
        ]
        self.assertIn(customer, self.env["dso.customer"].search(tile["domain"]))

    # ------------------------------------------------------------------
    # What keeps an action back
    # ------------------------------------------------------------------

    def test_a_collector_without_an_address(self):
        """Only administrators enter it, in a form where it is not the login."""
        self.collector.partner_id.email = False
        self._plan("2026-03-06")
        action = self._open_action()
        self.assertEqual(action.error_data["code"], "no_sender_email")
        admin = new_test_user(
            self.env,
            login="dso_admin",
            name="Ada Admin",
            groups="base.group_user,base.group_erp_manager,dso_collection.group_dso_manager",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        for user in (self.collector, self.manager):
            fix = action.with_user(user).action_fix
            self.assertTold(fix, "Colin Collector has no e-mail address", "administrator", "Ask ")
        opened = action.with_user(admin).action_fix()
        self.assertEqual((opened["res_model"], opened["res_id"]), ("res.users", self.collector.id))
        users = self.env["res.users"].with_user(admin)
        arch = users.get_view(opened["views"][0][0], "form")["arch"]
        self.assertIn('name="email"', arch)
        self.assertIn('name="login"', arch)

    def test_what_is_tried_again_by_itself_has_nothing_to_mend(self):
        self.action.action_execute()
        self.action.sudo()._set_undelivered("Connection refused", transient=True)
        self.assertEqual(self.action.state, "error")
        self.assertTrue(self.action.retry_date)
        self.assertNotIn("fix", self.action.offers)
        told = self.action.action_fix()
        self.assertEqual(told["tag"], "display_notification")
        self.assertIn("Connection refused", told["params"]["message"])

    def test_a_promise_that_was_not_kept_names_its_document_once(self):
        lines = self._line(self.invoice)
        promise = self.env.ref("dso_collection.status_promise")
        wizard = self.env["dso.item.qualify"].with_user(self.collector)
        wizard.create(
            {"line_ids": [(6, 0, lines.ids)], "status_id": promise.id, "date": "2026-03-09"}
        ).action_apply()
        with freeze_time("2026-03-25 09:00:00"):
            self.env.flush_all()
            for lang, word in (("fr_FR", "facture"), ("de_DE", "rechnung"), ("en_US", "invoice")):
                self.env["res.lang"]._activate_lang(lang)
                found = self.env["dso.promise"].with_context(lang=lang)
                found = found.search([("line_id", "in", lines.ids)])
                [sentence] = found._describe_not_kept()
                self.assertEqual(sentence.lower().count(word), 1, sentence)

    # ------------------------------------------------------------------
    # Crons that meet others
    # ------------------------------------------------------------------

    def test_crons_try_again_on_a_conflict(self):
        """One that fails is called again much later: the summary would come an hour late."""
        for model, cron, method in (
            ("dso.summary", "_cron_send", "_send"),
            ("dso.page", "_cron_questions", "_lock_waiting"),
            ("dso.alert", "_cron_alert", "_notify"),
        ):
            with self.subTest(cron), ExitStack() as stack:
                results = [SerializationFailure("meanwhile"), self.env[model]]
                called = Mock(side_effect=results)
                stack.enter_context(patch.object(type(self.env[model]), method, called))
                stack.enter_context(patch.object(modules.module, "current_test", False))
                commit = Mock(return_value=1.0)
                stack.enter_context(
                    patch.object(type(self.env["ir.cron"]), "_commit_progress", commit)
                )
                rollback = stack.enter_context(patch.object(self.env.cr, "rollback"))
                self.company.dso_page_reminder_days = 3
                getattr(self.env[model], cron)()
                self.assertEqual(called.call_count, 2)
                rollback.assert_called_once()

    # ------------------------------------------------------------------
    # Promises that become smaller
    # ------------------------------------------------------------------

    def _promise(self, lines, **values):
        wizard = self.env["dso.item.qualify"].with_user(self.collector)
        wizard = wizard.create(
            {
                "line_ids": [(6, 0, lines.ids)],
                "status_id": self.env.ref("dso_collection.status_promise").id,
                "date": "2026-03-20",
                "next_action": "specific",
                "action_type": "call",
                "action_date": "2026-03-23",
                **values,
            }
        )
        wizard.action_apply()
        return wizard

    def test_a_follow_up_is_named_after_what_is_left_of_it(self):
        """Of a promise of two invoices one is disputed: what stays is a promise of the other."""
        other = self._line(self._invoice("2026-03-01", 500.0))
        both = self._line(self.invoice) + other
        self._promise(both)
        action = self._customer().open_action_ids.filtered(lambda each: each.origin == "specific")
        self.assertIn("600.00", action.name)
        disputed = self._promise(
            other, status_id=self.env.ref("dso_collection.status_dispute_price").id, date=False
        )
        self.assertEqual(action.item_ids.line_id, both - other)
        self.assertIn("100.00", action.name)
        disputed.action_undo()
        self.assertEqual(action.item_ids.line_id, both)
        self.assertIn("600.00", action.name)

    def test_promises_that_are_open_are_counted(self):
        lines = self._line(self.invoice)
        self._promise(lines)
        self._promise(lines, date="2026-03-20", amount=40.0)
        self.assertEqual(self._customer().promise_count, 2)
        self.assertEqual(self._customer().promise_open_count, 1)
        shown = self._customer().with_user(self.collector).action_view_promises()
        self.assertEqual(shown["context"], {"search_default_not_replaced": 1})

    def test_what_is_planned_besides_is_said(self):
        self.assertIs(self._customer().other_actions_text, False)
        other = self._line(self._invoice("2026-03-01", 500.0))
        self._promise(other)
        self._plan("2026-03-06")
        self.assertEqual(self._customer().next_action_id.origin, "scenario")
        self.assertIn("03/23/2026", self._customer().other_actions_text)
        self.assertIn("promise of", self._customer().other_actions_text)

    def test_what_removing_a_step_does_is_said_before(self):
        scenario = self.env["dso.scenario"].with_user(self.manager).browse(self.scenario.id)
        with Form(scenario) as form:
            self.assertFalse(form.removed_text)
            form.step_ids.remove(index=3)
            # nobody waits for it
            self.assertFalse(form.removed_text)
            form.step_ids.remove(index=0)
            self.assertIn("“A”: 1 planned actions", form.removed_text)

    def test_what_is_due_on_the_very_day_is_explained(self):
        """It counts for the minimum (R8), and the message leaves it out: the agenda says so."""
        invoice = self._invoice("2026-03-06", 40.0)
        self._plan("2026-03-06")
        action = self._open_action()
        self.assertEqual(action.amount, 140.0)
        said = action.reason
        self.assertRegex(said, r"40\.00 of the \D*140\.00 only falls due on 03/06/2026")
        self.assertIn(f"({invoice.name})", said)
        self.assertNotIn("only falls due", self._plan("2026-03-07").reason)

    def test_credits_are_never_asked_for(self):
        """What a user plans is not blocked (R8); with less due than there are credits it asks for
        nothing, not for a negative amount."""
        self._credit(37.44)
        message, call = (
            self.env["dso.action"]
            .with_user(self.collector)
            .create(
                [
                    {
                        "customer_id": self._customer().id,
                        "action_type": action_type,
                        "mail_template_id": template,
                    }
                    for action_type, template in (("email", self.template.id), ("call", False))
                ]
            )
        )
        self._plan("2026-03-06")
        self.assertAlmostEqual(message.amount, 62.56)
        price = self.env.ref("dso_collection.status_dispute_price")
        self._promise(self._line(self.invoice), status_id=price.id, date=False)
        self._plan("2026-03-06")
        self.env.invalidate_all()
        self.assertEqual(message.amount, 0.0)
        # what is talked about may be the credit itself
        self.assertAlmostEqual(call.amount, -37.44)
        message.action_execute()
        self.assertEqual(message.amount, 0.0)

    def test_litigation_ends_the_follow_up_of_a_dispute(self):
        """The whole invoice goes to court: what was planned for a part of it has no sense."""
        lines = self._line(self.invoice)
        price = self.env.ref("dso_collection.status_dispute_price")
        self._promise(lines, status_id=price.id, date=False, amount=40.0)
        follow_up = self._customer().open_action_ids.filtered(
            lambda action: action.origin == "specific"
        )
        self._new(
            action_type="litigation", line_ids=[(6, 0, lines.ids)], action_date="2026-03-06"
        ).action_apply()
        litigation = self._customer().open_action_ids.filtered(
            lambda action: action.action_type == "litigation"
        )
        litigation.with_user(self.collector).action_execute()
        self.assertEqual(lines.dso_status_id.kind, "litigation")
        self.assertEqual(follow_up.state, "cancelled")

    def test_items_of_an_archived_file(self):
        """They are nobody else's: what is to be done is said, and the others of many go on."""
        partner = self.env["res.partner"].create({"name": "Beta", "is_company": True})
        other = self._line(self._invoice("2026-03-01", 500.0, partner))
        self._plan("2026-03-06", partner)
        lines = self._line(self.invoice).with_user(self.manager)
        self._customer().with_user(self.manager).action_archive_files()
        with self.assertRaisesRegex(UserError, "archived.*Restore"):
            lines.action_dso_qualify()
        with self.assertRaisesRegex(UserError, "archived.*Restore"):
            lines.action_dso_new_action()
        action = (lines + other).action_dso_qualify()
        self.assertEqual(action["context"]["default_line_ids"], other.ids)
        lines.action_dso_ignore()
        self.assertTrue(lines.dso_ignored)

    def test_the_file_of_an_archived_contact_opens(self):
        """Whatever a plan says of a customer, its screen shows."""
        customer = self._customer()
        self.partner.active = False
        self._plan("2026-03-06")
        shown = customer.with_user(self.manager).web_read({"planning_code": {}, "ageing": {}})
        self.assertEqual(shown[0]["planning_code"], "archived")
        self.assertIn("archived", customer.with_user(self.manager).planning_reason)

    def test_the_file_of_a_company_of_this_database_opens(self):
        customer = self._customer()
        self.env["res.company"].create({"name": "Inside", "partner_id": self.partner.id})
        shown = customer.with_user(self.manager).web_read({"planning_code": {}, "ageing": {}})
        self.assertEqual(shown[0]["planning_code"], "own_company")
