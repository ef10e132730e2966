from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestAction(DsoCommon):
    """What a collector does with actions, as a collector."""

    def setUp(self):
        super().setUp()
        self.invoice = self._invoice("2026-03-01")
        self._plan("2026-03-06")
        self.action = self._open_action().with_user(self.collector)

    def test_execute_email_now(self):
        """Whatever the calendar and the confirmation."""
        self.assertEqual(self.action.agenda_state, "late")
        self.action.action_execute()
        self.assertEqual(self.action.state, "done")
        self.assertEqual(str(self.action.done_date), "2026-03-06")
        self.assertEqual(self.action.done_by_id, self.collector)
        mail = self.action.sudo().mail_id
        self.assertEqual(mail.state, "outgoing")
        self.assertIn("ann@acme.example.com", mail.email_to)
        self.assertEqual(mail.email_from, self.collector.email_formatted)
        self.assertEqual((mail.model, mail.res_id), ("dso.customer", self._customer().id))
        self.assertPlanned("B", "2026-03-16")

    def test_snapshot(self):
        """What the customer was told is kept, and outlives the journal item."""
        self.action.action_execute()
        item = self.action.item_ids
        self.assertEqual(item.document, self.invoice.name)
        self.assertEqual(item.amount_residual, 100)
        self.assertEqual(item.days_overdue, 5)
        self.assertEqual(self.action.amount, 100)
        with self.assertRaises(UserError):
            item.write({"amount_residual": 1})
        with self.assertRaises(UserError):
            item.unlink()
        with self.assertRaises(UserError):
            self.action.unlink()
        self.invoice.button_draft()
        self.invoice.with_context(force_delete=True).unlink()
        self.assertFalse(item.line_id)
        self.assertTrue(item.document)

    def test_history_is_not_written_anew(self):
        """Neither its words nor its dates; a comment can still be added."""
        self.action.action_execute()
        for values in (
            {"done_date": "2020-01-01"},
            {"done_by_id": self.manager.id},
            {"state": "cancelled"},
            {"date": "2026-01-01"},
            {"subject": "Forged"},
            {"body": "<p>Forged</p>"},
            {"amount": 1},
            {"collector_id": self.manager.id},
            {"recipient_ids": [Command.clear()]},
        ):
            for user in (self.collector, self.manager):
                with self.subTest(values, user=user.name), self.assertRaises(UserError):
                    self.action.with_user(user).write(values)
        self.action.write({"comment": "Called to ask whether it came", "result": "reached"})
        self.assertEqual(self.action.result, "reached")

    def test_a_date_typed_into_the_list_reaches_the_file(self):
        self.action.write({"date": "2026-03-20"})
        self.assertTrue(self.action.date_forced)
        self.env.flush_all()
        self.env["dso.customer"]._cron_refresh()
        customer = self._customer()
        self.env.invalidate_all()
        self.env.cr.execute(
            "SELECT next_action_date FROM dso_customer WHERE id = %s", [customer.id]
        )
        self.assertEqual(str(self.env.cr.fetchone()[0]), "2026-03-20")
        self.assertEqual(str(self.action.date), "2026-03-20")

    def test_execute_twice_is_refused(self):
        self.action.action_execute()
        with self.assertRaisesRegex(UserError, r"not planned any more \(Done\)"):
            self.action.action_execute()

    def test_execute_without_contact_says_what_to_mend(self):
        self.contact.dso_collection_contact = False
        with self.assertRaisesRegex(UserError, "no collections contact"):
            self.action.action_execute()

    def test_execute_what_was_paid_meanwhile(self):
        """The ledger is read again: nothing is sent for what was cleared."""
        self._pay(self.invoice, "2026-03-06")
        outcome = self.action.action_execute()
        self.assertEqual(self.action.state, "cancelled")
        self.assertIn("cleared", outcome["params"]["message"])
        self.assertFalse(self.action.sudo().mail_id)

    def test_execute_refuses_what_changed_meanwhile(self):
        """Another leader since the screen was drawn: look again."""
        self._invoice("2026-02-20", 500)
        with self.assertRaisesRegex(UserError, "just changed"):
            self.action.action_execute()

    def test_call_asks_result_and_comment(self):
        call = (
            self.env["dso.action"]
            .with_user(self.collector)
            .create(
                {"customer_id": self._customer().id, "action_type": "call", "date": "2026-03-06"}
            )
        )
        self.assertEqual(call.agenda_state, "late")
        opened = call.action_log()
        wizard = (
            self.env[opened["res_model"]]
            .with_user(self.collector)
            .with_context(**opened["context"])
            .create({"result": "promise", "comment": "Will pay on Friday"})
        )
        wizard.action_apply()
        self.assertEqual(call.state, "done")
        self.assertEqual((call.result, call.comment), ("promise", "Will pay on Friday"))
        self.assertEqual(self._customer().last_action_date, call.done_date)

    def test_reschedule(self):
        self.action.action_reschedule("2026-03-12")
        self.assertEqual(str(self.action.date), "2026-03-12")
        self.assertTrue(self.action.date_forced)
        self.assertEqual(self.action.agenda_state, "upcoming")
        self.assertIn("by hand", self.action.reason)
        self.assertEqual(str(self._customer().next_action_date), "2026-03-12")

    def test_date_written_in_the_list_holds(self):
        self.action.date = "2026-03-12"
        self.assertTrue(self.action.date_forced)

    def test_reschedule_done_is_refused(self):
        self.action.action_execute()
        with self.assertRaises(UserError):
            self.action.action_reschedule("2026-03-20")

    def test_cancel(self):
        self.action.action_cancel()
        self.assertEqual(self.action.state, "cancelled")
        self.assertTrue(self.action.skipped)
        self.assertPlanned("B", "2026-03-16")
        with self.assertRaises(UserError):
            self.action.action_cancel()

    def test_confirm_in_bulk(self):
        other = self.env["res.partner"].create({"name": "Other"})
        self._create_contact(other, "Bob", "bob@other.example.com")
        self._invoice("2026-03-01", partner=other)
        second = self._plan("2026-03-06", other)
        actions = self.action | second.with_user(self.collector)
        cron = self.env.ref("dso_collection.ir_cron_dispatch")
        with self.capture_triggers(cron.id) as captured:
            actions.action_confirm()
        self.assertEqual(actions.mapped("agenda_state"), ["confirmed", "confirmed"])
        self.assertTrue(captured.records)

    def test_nothing_to_confirm(self):
        self.action.action_execute()
        with self.assertRaises(UserError):
            self.action.action_confirm()

    def test_agenda_states_are_searchable(self):
        """Each state found by search is the one that is shown."""
        Action = self.env["dso.action"]
        Action.create(
            [
                {"customer_id": self._customer().id, "action_type": "call", "date": day}
                for day in ("2026-03-05", "2026-03-06", "2026-03-07")
            ]
        )
        self._invoice("2026-03-01", partner=self.env["res.partner"].create({"name": "No contact"}))
        self.env["dso.customer"]._plan()
        every = Action.search([("company_id", "=", self.company.id)])
        for state in ("confirmed", "late", "upcoming", "error", "done", "cancelled"):
            with self.subTest(state):
                found = every.search(
                    [("agenda_state", "=", state), ("company_id", "=", self.company.id)]
                )
                self.assertEqual(
                    found, every.filtered(lambda action, state=state: action.agenda_state == state)
                )
        self.assertIn("error", every.mapped("agenda_state"))
        self.assertIn("upcoming", every.mapped("agenda_state"))

    def test_specific_needs_items(self):
        with self.assertRaises(UserError):
            self.env["dso.action"].create(
                {"customer_id": self._customer().id, "origin": "specific"}
            )

    def test_specific_tells_only_its_items(self):
        self._invoice("2026-03-02", 77)
        specific = self.env["dso.action"].create(
            {
                "customer_id": self._customer().id,
                "origin": "specific",
                "action_type": "email",
                "mail_template_id": self.template.id,
                "item_ids": [Command.create({"line_id": self._line(self.invoice).id})],
            }
        )
        specific.with_user(self.collector).action_execute()
        # a manual specific action lives on (R16): what was told is its execution's
        self.assertEqual(specific.state, "planned")
        self.assertEqual(specific.child_ids.state, "done")
        self.assertEqual(specific.child_ids.item_ids.mapped("amount_residual"), [100])

    def test_preview_is_what_is_sent(self):
        wizard = (
            self.env["dso.action.preview"]
            .with_user(self.collector)
            .create({"action_id": self.action.id})
        )
        subject, body, recipients = wizard.subject, wizard.body, wizard.recipients
        self.assertIn(self.invoice.name, body)
        self.action.action_execute()
        mail = self.action.sudo().mail_id
        self.assertEqual(mail.subject, subject)
        self.assertEqual(str(mail.body_html), str(body))
        self.assertEqual(mail.email_to, recipients)
        again = (
            self.env["dso.action.preview"]
            .with_user(self.collector)
            .create({"action_id": self.action.id})
        )
        self.assertEqual(again.subject, subject)

    def test_preview_of_broken_template(self):
        self._break(self.template)
        wizard = self.env["dso.action.preview"].create({"action_id": self.action.id})
        self.assertIn("cannot be rendered", wizard.error_message)

    def test_litigation_puts_status_on_items(self):
        """R16: and the items leave the scenario."""
        action = self.env["dso.action"].create(
            {"customer_id": self._customer().id, "action_type": "litigation"}
        )
        action.with_user(self.collector).action_execute()
        self.assertEqual(
            self._line(self.invoice).dso_status_id,
            self.env.ref("dso_collection.status_litigation"),
        )
        self.assertFalse(self._open_action())

    def test_totals_are_never_added_across_currencies(self):
        other = self.setup_other_currency("EUR", rates=[("2026-01-01", 2.0)])
        self._invoice("2026-03-02", 40, currency_id=other.id)
        self.assertIn("100.00", self.action.total_text)
        self.assertIn("40.00", self.action.total_text)
        self.assertIn(" and ", self.action.total_text)
        self.assertNotIn("140", self.action.total_text)

    def test_text_is_in_the_recipients_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.contact.lang = "fr_FR"
        self.template.with_context(lang="fr_FR").subject = "Relance de {{ object.company_id.name }}"
        self.action.action_execute()
        self.assertTrue(self.action.subject.startswith("Relance de"))
        self.assertIn("100,00", self.action.body)

    def test_markup_in_names_is_text(self):
        """No name of a customer can inject markup into a message."""
        self.partner.name = "<script>alert(1)</script>"
        self.invoice.line_ids.name = "<b>bold</b>"
        self.template.body_html = (
            '<p t-out="object.partner_id.name"/><t t-out="object.items_table"/>'
        )
        self.action.action_execute()
        self.assertNotIn("<script>", self.action.sudo().mail_id.body_html)
        self.assertIn("&lt;script&gt;", self.action.sudo().mail_id.body_html)

    def test_reader_cannot_act(self):
        action = self.action.with_user(self.reader)
        self.assertTrue(action.reason)
        for method, args in (
            ("action_confirm", ()),
            ("action_execute", ()),
            ("action_cancel", ()),
            ("action_reschedule", ("2026-03-09",)),
            ("action_retry", ()),
        ):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(action, method)(*args)
