"""What an action is called, why it is there, and what it asks for: its own, not its neighbours'."""

from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools.translate import code_translations

from ...tools.clauses import join_clauses
from ..ledger.test_qualify import QualifyCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestNamed(QualifyCase):
    def _new(self, lines, **values):
        wizard = (
            self.env["dso.action.new"]
            .with_user(self.collector)
            .create(
                {
                    "customer_id": self.customer.id,
                    "line_ids": [Command.set(lines.ids)],
                    "action_date": "2026-03-10",
                    **values,
                }
            )
        )
        wizard.action_apply(all_the_same=True)
        return self.customer.action_ids.filtered(
            lambda action: action.origin == "specific" and action.state != "cancelled"
        ).sorted("id")[-1]

    def test_an_action_over_several_items_is_named_after_what_it_is(self):
        """One of its items is promised: the reminder is a reminder all the same."""
        self.young._dso_set_status(self.promise, "2026-03-02")
        template = self.env.ref("dso_collection.mail_template_reminder_1")
        action = self._new(
            self.old | self.young,
            action_type="email",
            mail_template_id=template.id,
            execute_now=True,
        )
        sent = action.child_ids or action
        self.assertEqual(sent.state, "done")
        self.assertEqual(sent.name, "First reminder")
        call = self._new(self.old | self.young, action_type="call")
        self.assertEqual(call.name, "Phone call")

    def test_the_reason_names_the_items_that_have_the_status(self):
        self.young._dso_set_status(self.promise, "2026-03-02")
        action = self._new(self.old | self.young, action_type="call")
        old, young = self.old.move_id.name, self.young.move_id.name
        self.assertIn(
            f"Specific action for {old}, {young}. {young}: Promise to pay.", action.reason
        )

    def test_the_reason_keeps_the_status_that_the_action_followed(self):
        self._qualify(self.old | self.young, status_id=self.dispute.id)
        action = self._specific()
        self._qualify(
            self.old | self.young,
            status_id=self.promise.id,
            date="2026-03-20",
            next_action="scenario",
        )
        self.assertEqual(action.state, "cancelled")
        self.assertIn(f": {self.dispute.name}.", action.reason)
        self.assertNotIn("Promise", action.reason)
        self.assertEqual(action.name, "Dispute follow-up: price")

    def test_a_follow_up_that_the_module_makes_is_one(self):
        """Of two disputes with two causes, and once both are something else, too."""
        self.old._dso_set_status(self.dispute, False)
        self.young._dso_set_status(self.env.ref("dso_collection.status_dispute_missing"), False)
        action = self.env["dso.action"]._make_follow_ups(self.old | self.young)
        name = action.name
        self.assertTrue(name.startswith("Dispute follow-up: price, "), name)
        (self.old | self.young)._dso_set_status(self.ongoing, False)
        self.assertEqual(action.name, name)

    def test_what_colleagues_and_customers_are_told_is_named_in_the_readers_language(self):
        """The words of the message are the recipient's, those of the history the reader's."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.partner_id.lang = "fr_FR"
        self.customer.partner_id.email = "compta@example.com"
        template = self.env.ref("dso_collection.mail_template_status_customer")
        template.with_context(lang="fr_FR").name = "Recouvrement : confirmation"
        self._qualify(status_id=self.promise.id, date="2026-03-20", email_mode="customer")
        sent = self.customer.action_ids.filtered(lambda action: action.origin == "manual")
        self.assertEqual(sent.state, "done")
        self.assertEqual(sent.name, "Confirmation of what was agreed")
        self.assertEqual(sent.with_context(lang="fr_FR").name, "Confirmation")

    def test_a_subject_of_ones_own_names_the_message(self):
        self.customer.partner_id.email = "compta@example.com"
        wizard = self._wizard(status_id=self.promise.id, date="2026-03-20", email_mode="customer")
        wizard.write(
            {"email_subject": "What we said on the phone", "email_body": "<p>As agreed.</p>"}
        )
        wizard.action_apply()
        sent = self.customer.action_ids.filtered(lambda action: action.origin == "manual")
        self.assertEqual(sent.name, "What we said on the phone")

    def test_letters_and_sms_are_named_after_their_template(self):
        """As e-mails are, planned and done, and whatever subject the letter left with."""
        sms = self.env.ref("dso_collection.sms_template_reminder")
        letter = self.env.ref("dso_collection.letter_template_formal_notice")
        self.env["res.lang"]._activate_lang("fr_FR")
        letter.with_context(lang="fr_FR").name = "Mise en demeure"
        letter.subject = "Your account with us"
        self.contact.phone = "+33612345678"
        address = {"street": "1 Road", "zip": "75001", "city": "Paris"}
        self.customer.partner_id.write({**address, "country_id": self.env.ref("base.fr").id})
        for kind, template, values in (
            ("sms", sms, {"sms_template_id": sms.id}),
            ("sms", sms, {"sms_template_id": sms.id, "sms_text": "Please call us"}),
            ("letter_registered", letter, {"letter_template_id": letter.id}),
        ):
            with self.subTest(kind):
                before = self.customer.action_ids
                wizard = self.env["dso.action.new"].with_user(self.collector)
                wizard.create(
                    {"customer_id": self.customer.id, "action_type": kind, **values}
                ).action_apply(all_the_same=True)
                action = self.customer.action_ids - before
                name = action.name
                self.assertNotIn(name, ("SMS", "Registered letter"))
                self.assertIn(name.lower(), template.name.lower())
                action.sudo()._carry_out(date(2026, 3, 6))
                action = self.customer.action_ids - before
                self.assertEqual((action.state, action.name), ("done", name))
                if template == letter:
                    self.assertEqual(action.with_context(lang="fr_FR").name, "Mise en demeure")

    def test_clauses_are_joined_as_the_language_does(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        env = self.env(context={"lang": "fr_FR"})
        self.assertEqual(join_clauses(self.env, ["a", "", "b"]), "a; b")
        separator = {"%(first)s; %(second)s": "%(first)s\u202f; %(second)s"}
        with patch.object(
            code_translations, "get_python_translations", lambda module, lang: separator
        ):
            self.assertEqual(join_clauses(env, ["a", "", "b"]), "a\u202f; b")

    def test_a_blank_comment_is_none(self):
        with self.assertRaisesRegex(UserError, "Choose a status, write a comment"):
            self._qualify(comment="  \n ")
        self.assertFalse(self.old.dso_comment)
        self._qualify(status_id=self.ongoing.id, comment="   ")
        self.assertFalse(self.old.dso_comment)
        self.assertFalse(self.old.dso_qualification_ids.sorted("id")[-1].comment)

    def test_what_ends_is_told_in_one_order(self):
        lines = self.young | self.old
        lines._dso_set_status(self.dispute, False)
        texts = {self._wizard(own).replaced_text for own in (lines, self.old | self.young)} | {
            self.env["dso.item.qualify"].new({"line_ids": [Command.set(own.ids)]}).replaced_text
            for own in (lines, self.old | self.young)
        }
        self.assertEqual(len(texts), 1, texts)
        self.assertLess(
            texts.copy().pop().index(self.old.move_id.name),
            texts.pop().index(self.young.move_id.name),
        )

    def test_one_day_is_no_days(self):
        action = self._open_action()
        with freeze_time("2026-02-11 09:00:00"):
            self.assertIn("is one day overdue", action._describe_leader(date(2026, 2, 11)))
            self.assertIn("is due tomorrow", action._describe_leader(date(2026, 2, 9)))
        step = self.scenario.step_ids[0]
        step.write({"trigger": "due_date", "delay": 1})
        self.assertEqual(step._describe_timing(), "One day after the due date")


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestDueToday(QualifyCase):
    """What is due today is not late: no reminder asks for it as unpaid."""

    def setUp(self):
        super().setUp()
        self.today = self._line(self._invoice("2026-03-06", 70.0))
        self._plan("2026-03-06")

    def test_a_reminder_of_an_older_leader_leaves_it_out(self):
        action = self._open_action()
        self.assertEqual(action.leader_line_id, self.old)
        self.assertIn(self.young.move_id.name, action.items_table)
        self.assertNotIn(self.today.move_id.name, action.items_table)
        text = action._dso_render("#items_amount_selected|#items_amount_overdue")
        self.assertEqual(text.replace("\xa0", " "), "$ 1,500.00|$ 1,500.00")
        self.assertNotIn(
            self.today.move_id.name, action._dso_render("<p>#items_list_overdue</p>", html=True)
        )

    def test_a_letter_and_a_text_message_do_as_an_email(self):
        values = {"customer_id": self.customer.id, "origin": "manual"}
        for action_type in ("sms", "letter"):
            action = self.env["dso.action"].create({**values, "action_type": action_type})
            self.assertEqual(
                action._dso_render("#items_amount_selected").replace("\xa0", " "), "$ 1,500.00"
            )

    def test_a_step_on_the_due_date_asks_for_what_is_due_today(self):
        self._pay(self.old.move_id, on="2026-03-06")
        self._pay(self.young.move_id, on="2026-03-06")
        action = self.env["dso.action"].new(
            {
                "customer_id": self.customer.id,
                "origin": "scenario",
                "action_type": "email",
                "leader_line_id": self.today.id,
            }
        )
        self.assertIn(self.today.move_id.name, action.items_table)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestEarly(QualifyCase):
    """Items that are not due, and a text for those that are late."""

    def setUp(self):
        super().setUp()
        self.customer.partner_id.email = "accounts@example.com"
        self.later = self._line(self._invoice("2026-04-20", 70.0))
        self.today = self._line(self._invoice("2026-03-06", 30.0))
        self.template = self.env.ref("dso_collection.mail_template_reminder_1")
        self._plan("2026-03-06")

    def _dialog(self, lines, **values):
        return (
            self.env["dso.action.new"]
            .with_user(self.collector)
            .create(
                {
                    "customer_id": self.customer.id,
                    "line_ids": [Command.set(lines.ids)],
                    "action_type": "email",
                    "mail_template_id": self.template.id,
                    "action_date": "2026-03-06",
                    **values,
                }
            )
        )

    def _own(self):
        return self.customer.action_ids.filtered(lambda action: action.origin == "specific")

    def test_it_is_asked_before_they_are_called_overdue(self):
        for values in ({"execute_now": True}, {"automatic": True}):
            dialog = self._dialog(self.old | self.later | self.today, **values)
            self.assertIn(self.later.move_id.name, dialog.early_text)
            self.assertIn(self.today.move_id.name, dialog.early_text)
            self.assertNotIn(self.old.move_id.name, dialog.early_text)
            question = dialog.action_apply()
            self.assertEqual(question["res_model"], "dso.action.question")
            self.assertFalse(self._own())
        question = self.env["dso.action.question"].browse(question["res_id"])
        self.assertIn(self.later.move_id.name, question.text)
        question.with_user(self.collector).action_yes()
        self.assertEqual(self._own().item_ids.line_id, self.old | self.later | self.today)

    def test_one_click_takes_them_out(self):
        dialog = self._dialog(self.old | self.later, execute_now=True)
        dialog.action_leave_out_early()
        self.assertEqual(dialog.line_ids, self.old)
        self.assertFalse(dialog.early_text)
        dialog.action_apply()
        self.assertEqual(self._own().child_ids.item_ids.line_id, self.old)

    def test_those_that_are_late_by_then_are_not_early(self):
        dialog = self._dialog(self.old | self.today, action_date="2026-03-09")
        self.assertFalse(dialog.early_text)
        dialog.action_apply()
        self.assertEqual(self._own().state, "planned")

    def test_what_is_meant_for_them_asks_nothing(self):
        before = self.env.ref("dso_collection.mail_template_before_due")
        self.assertFalse(self._dialog(self.later, mail_template_id=before.id).early_text)
        self.assertFalse(self._dialog(self.later, action_type="call").early_text)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestStatementSent(QualifyCase):
    """The statement of account by its button on the customer."""

    def setUp(self):
        super().setUp()
        self.customer.partner_id.email = "accounts@example.com"
        self.later = self._line(self._invoice("2026-04-20", 70.0))
        self._plan("2026-03-06")

    def _dialog(self, **values):
        window = self.customer.with_user(self.collector).action_send_statement()
        names = {
            key[8:]: value for key, value in window["context"].items() if key[:8] == "default_"
        }
        names["recipient_ids"] = [Command.set(names.get("recipient_ids", []))]
        return self.env["dso.action.new"].with_user(self.collector).create({**names, **values})

    def _sent(self):
        return self.customer.action_ids.filtered(lambda action: action.origin == "manual")

    def test_the_history_tells_what_the_statement_told(self):
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])
        self._invoice("2026-04-20", 30.0, currency_id=euro.id)
        self._dialog().action_apply()
        sent = self._sent()
        self.assertEqual((sent.state, sent.name), ("done", "Statement of account"))
        self.assertEqual(sent.amount, 1000.0 + 500.0 + 70.0 + 15.0)
        self.assertEqual(len(sent.item_ids), 4)
        reason = sent.reason.replace("\xa0", " ")
        self.assertIn("Statement of account: $ 1,570.00 and 30.00 €.", reason)
        self.assertNotIn("About", reason)

    def test_with_nothing_open_it_asks_first(self):
        for line in self.old | self.young | self.later:
            self._pay(line.move_id, on="2026-03-06")
        dialog = self._dialog()
        self.assertEqual(dialog.nothing_asked, "nothing is open")
        question = dialog.action_apply()
        self.assertEqual(question["res_model"], "dso.action.question")
        self.assertFalse(self._sent())
        dialog.action_apply(all_the_same=True)
        self.assertEqual(self._sent().state, "done")

    def test_nobody_who_was_taken_out_is_written_to(self):
        with self.assertRaisesRegex(UserError, "Nobody is left in “To”"):
            self._dialog(recipient_ids=[Command.clear()]).action_apply()
        self.assertFalse(self._sent())

    def test_nor_by_the_e_mail_of_a_status(self):
        wizard = self._wizard(status_id=self.promise.id, date="2026-03-20", email_mode="customer")
        wizard.email_recipient_ids = False
        with self.assertRaisesRegex(UserError, "Nobody is left in “Recipients”"):
            wizard.action_apply()
