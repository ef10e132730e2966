"""What would ask for nothing is not sent, printed or marked done without a question."""

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..ledger.test_qualify import QualifyCase

ASK = "dso.action.question"


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestAskFirst(QualifyCase):
    """Acme's items are promised: a demand out of scenario has an empty table."""

    def setUp(self):
        super().setUp()
        self.partner.write({"street": "1 High St", "city": "Paris"})
        self.contact.phone = "+32470123456"
        self.customer.item_ids._dso_set_status(self.promise, "2026-03-20")
        self._plan("2026-03-06")

    def _make(self, action_type="email", **values):
        texts = {
            "mail_template_id": "dso_collection.mail_template_reminder_1",
            "sms_template_id": "dso_collection.sms_template_reminder",
            "letter_template_id": "dso_collection.letter_template_formal_notice",
        }
        return (
            self.env["dso.action"]
            .with_user(self.collector)
            .create(
                {
                    "customer_id": self.customer.id,
                    "action_type": action_type,
                    **{fname: self.env.ref(xmlid).id for fname, xmlid in texts.items()},
                    **values,
                }
            )
        )

    def _yes(self, question, user=None):
        self.assertEqual(question["res_model"], ASK)
        wizard = self.env[ASK].with_user(user or self.collector).browse(question["res_id"])
        self.assertIn("has nothing to collect", wizard.text)
        return wizard.action_yes()

    def test_every_channel_asks_and_may_be_overruled(self):
        self.company.dso_fax_domain = "fax.example.com"
        self.contact.dso_fax = "+33 1 42 68 53 01"
        for action_type in (
            "email", "email_interactive", "sms", "fax", "letter", "letter_registered", "litigation",
        ):  # fmt: skip
            with self.subTest(action_type):
                action = self._make(action_type)
                question = action.action_execute()
                self.assertEqual((action.state, action.done_date), ("planned", False))
                self._yes(question)
                self.assertEqual(action.state, "done", action.error_message)

    def test_it_says_why(self):
        action = self._make()
        self.assertIn("promised", action.nothing_asked)
        self.assertIn(self.old.move_name, action.nothing_asked)

    def test_what_does_not_ask_leaves(self):
        """A letter of thanks, a statement of account, a question to colleagues, a call."""
        for values in (
            {"subject": "Thanks", "body": "<p>Dear #customer_contact, thanks.</p>"},
            {"mail_template_id": self.env.ref("dso_collection.mail_template_statement").id},
            {"action_type": "email_internal"},
            {"action_type": "call"},
        ):
            with self.subTest(values):
                if "body" in values:
                    values["mail_template_id"] = False
                action = self._make(**values)
                action.action_execute()
                self.assertEqual(action.state, "done", action.error_message)

    def test_with_something_to_ask_nobody_is_asked(self):
        self._invoice("2026-03-02", 70.0)
        action = self._make()
        action.action_execute()
        self.assertEqual(action.state, "done")

    def test_credits_that_cover_it(self):
        self._invoice("2026-03-02", 70.0)
        self._credit(100.0)
        question = self._make().action_execute()
        text = self.env[ASK].browse(question["res_id"]).text
        self.assertIn("credits cover", text)

    def test_preview_says_it_and_asks(self):
        action = self._make()
        wizard = self.env["dso.action.preview"].with_user(self.collector)
        wizard = wizard.create({"action_id": action.id})
        self.assertTrue(wizard.nothing_asked)
        self._yes(wizard.action_send())
        self.assertEqual(action.state, "done")

    def test_marking_done_asks(self):
        action = self._make("letter_registered")
        log = self.env["dso.action.log"].with_user(self.collector).create({"action_id": action.id})
        question = log.action_apply()
        self.assertEqual(action.state, "planned")
        self._yes(question)
        self.assertEqual(action.state, "done")

    def test_pile_of_letters_leaves_it_out(self):
        action = self._make("letter_registered")
        window = action.action_print_letters()
        pile = self.env["dso.letter.print"].with_user(self.collector).browse(window["res_id"])
        self.assertFalse(pile.ready_count)
        self.assertIn("promised", pile.nothing_text)
        with self.assertRaises(UserError):
            pile.action_print()
        pile.action_print_all_the_same()
        self.assertEqual(pile.ready_count, 1)
        pile.action_print()
        self.assertEqual(action.state, "done")

    def test_confirming_asks_and_holds(self):
        action = self._make(automatic=True, to_confirm=True, date="2026-03-06")
        question = action.action_confirm()
        self.assertFalse(action.confirmed)
        action.action_confirm_selected()
        self.assertFalse(action.confirmed)
        self._yes(question)
        self.assertTrue(action.confirmed)
        self.env["dso.action"]._dispatch()
        self.assertEqual(action.state, "done")

    def test_what_leaves_by_itself_is_cancelled_with_the_reason(self):
        action = self._make(automatic=True, to_confirm=False, date="2026-03-06")
        self.env["dso.action"]._dispatch()
        self.assertEqual(action.state, "cancelled")
        self.assertIn("nothing left to collect", action.reason)

    def test_follow_up_of_a_promise_leaves(self):
        """It is about its items, whatever their status."""
        action = self._make(origin="specific", item_ids=[Command.create({"line_id": self.old.id})])
        self.assertIsNot(True, isinstance(action.action_execute(), dict))
        self.assertEqual(len(action.child_ids), 1)

    def test_formal_notice_over_a_promise_asks(self):
        action = self._make(
            "letter_registered",
            origin="specific",
            item_ids=[Command.create({"line_id": self.old.id})],
        )
        self._yes(action.action_execute())
        self.assertEqual(action.child_ids.state, "done")

    def test_new_action_done_now(self):
        form = Form(
            self.env["dso.action.new"]
            .with_user(self.collector)
            .with_context(default_customer_id=self.customer.id)
        )
        form.action_type = "letter_registered"
        form.execute_now = True
        self.assertTrue(form.nothing_asked)
        self.assertIn("Formal notice", form.preview_subject)
        wizard = form.save()
        before = self.customer.action_ids
        question = wizard.action_apply()
        self.assertEqual(self.customer.action_ids, before)
        self._yes(question)
        self.assertEqual((self.customer.action_ids - before).state, "done")

    def test_what_was_paid_is_not_sent_again(self):
        invoice = self._invoice("2026-03-02", 70.0)
        action = self._make()
        action.action_execute()
        action._set_undelivered("No such mailbox")
        self._pay(invoice, on="2026-03-06")
        question = action.action_retry()
        self.assertEqual(action.state, "error")
        self._yes(question)
        self.assertEqual(action.state, "done")

    def test_what_was_paid_is_not_sent_again_by_itself(self):
        invoice = self._invoice("2026-03-02", 70.0)
        action = self._make()
        action.action_execute()
        action._set_undelivered("Busy", transient=True)
        self._pay(invoice, on="2026-03-06")
        self.env["dso.action"]._retry_due(action.retry_date)
        self.assertEqual(action.state, "cancelled")
        self.assertIn("cleared", action.reason)
        self.assertFalse(action.retry_date)

    def test_question_does_nothing_else(self):
        values = {"res_model": "res.partner", "res_ids": [1], "method": "unlink"}
        with self.assertRaises(AccessError):
            self.env[ASK].with_user(self.collector).create(values)
        # nor if the module itself asked it
        question = self.env[ASK].sudo().create(values).sudo(False)
        with self.assertRaises(UserError):
            question.action_yes()


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestOwnActions(QualifyCase):
    """Actions that a user makes: how they begin, when they come again, what they are called."""

    def _form(self, **values):
        form = Form(
            self.env["dso.action.new"]
            .with_user(self.collector)
            .with_context(default_customer_id=self.customer.id)
        )
        for fname, value in values.items():
            form[fname] = value
        return form

    def _last(self):
        return self.customer.action_ids.filtered(lambda a: not a.parent_id).sorted("id")[-1]

    def test_interactive_email_begins_with_text_items_and_preview(self):
        form = self._form(action_type="email_interactive")
        self.assertEqual(
            form.mail_template_id, self.env.ref("dso_collection.mail_template_reminder_1")
        )
        overdue = self.customer.item_ids.filtered(lambda line: line.dso_days_overdue > 0)
        self.assertTrue(overdue)
        self.assertEqual(set(form.line_ids.ids), set(overdue.ids))
        self.assertIn("overdue", form.preview_subject)
        self.assertIn(self.old.move_name, form.preview_body)
        form.action_type = "call"
        self.assertFalse(form.line_ids.ids)

    def test_every_type_shows_its_text_before(self):
        """With a template, and with words of one's own; there is no action yet."""
        letter = self.env["dso.letter.template"].search([], limit=1)
        for action_type, template, own in (
            ("sms", {"sms_template_id": self.env.ref("dso_collection.sms_template_reminder")}, {}),
            ("sms", {}, {"sms_text": "Please pay #items_amount_overdue."}),
            ("email", {"mail_template_id": self.env.ref("dso_collection.mail_template_reminder_1")},
             {}),
            ("letter", {"letter_template_id": letter}, {}),
        ):  # fmt: skip
            with self.subTest(action_type, template=template):
                form = self._form(action_type=action_type)
                for fname, value in {**template, **own}.items():
                    form[fname] = value
                self.assertFalse(form.preview_error)
                if own:
                    self.assertRegex(form.preview_body, r"Please pay .*\d")
                else:
                    self.assertTrue(form.preview_body)

    def test_done_now_comes_again_after_the_follow_up_days(self):
        for lines in (self.old, self.env["account.move.line"]):
            wizard = (
                self.env["dso.action.new"]
                .with_user(self.collector)
                .create(
                    {
                        "customer_id": self.customer.id,
                        "line_ids": [Command.set(lines.ids)],
                        "action_type": "email",
                        "mail_template_id": self.env.ref(
                            "dso_collection.mail_template_reminder_1"
                        ).id,
                        "execute_now": True,
                    }
                )
            )
            wizard.action_apply()
            action = self._last()
            if lines:
                # 13 March is a Friday
                self.assertEqual((action.state, str(action.date)), ("planned", "2026-03-13"))
                self.assertEqual(action.child_ids.state, "done")
                self.assertEqual(action.agenda_state, "upcoming")
            else:
                self.assertEqual(action.state, "done")

    def test_unknown_hashtag_is_refused_before_anything_leaves(self):
        for values in (
            {"subject": "Pay #item_amount_selected", "body": "<p>x</p>"},
            {"subject": "Pay", "body": "<p>Pay #item_amount_selected</p>"},
        ):
            mails = self.env["mail.mail"].search_count([])
            wizard = (
                self.env["dso.action.new"]
                .with_user(self.collector)
                .create(
                    {
                        "customer_id": self.customer.id,
                        "action_type": "email",
                        "execute_now": True,
                        **values,
                    }
                )
            )
            with self.assertRaisesRegex(ValidationError, "items_amount_selected"):
                wizard.action_apply()
            self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        with self.assertRaisesRegex(ValidationError, "deadline"):
            self._qualify(
                status_id=self.dispute.id,
                email_mode="customer",
                email_subject="x",
                email_body="<p>By #dedline</p>",
            )

    def test_no_hashtags(self):
        wizard = (
            self.env["dso.action.new"]
            .with_user(self.collector)
            .create(
                {
                    "customer_id": self.customer.id,
                    "action_type": "email",
                    "subject": "Order #1 and #po-12",
                    "body": '<p style="color: #fff">See <a href="#x">here</a>, #1, #f1f3f5</p>',
                    "execute_now": True,
                }
            )
        )
        wizard.action_apply()
        self.assertEqual(self._last().state, "done")
        self.assertEqual(self._last().subject, "Order #1 and #po-12")

    def test_an_action_is_named_in_words(self):
        wizard = (
            self.env["dso.action.new"]
            .with_user(self.collector)
            .create(
                {
                    "customer_id": self.customer.id,
                    "action_type": "email",
                    "subject": "Your #items_amount_selected",
                    "body": "<p>#items_list_selected</p>",
                    "action_date": "2026-03-12",
                }
            )
        )
        wizard.action_apply()
        self.assertNotIn("#", self._last().name)
        self.assertIn("Your", self._last().name)

    def test_follow_ups_are_named_after_what_they_follow(self):
        promise = self.env.ref("dso_collection.status_promise")
        self._qualify(
            status_id=promise.id, date="2026-03-20", next_action="specific", action_type="call"
        )
        action = self._specific()
        self.assertIn("Follow-up: promise of", action.name)
        self.assertIn("1,000.00", action.name)
        self.assertIn("03/20/2026", action.name)
        self._qualify(status_id=self.env.ref("dso_collection.status_dispute_price").id)
        self.assertEqual(self._specific().name, "Dispute follow-up: price")
        # by e-mail, too: not after its template
        self._qualify(
            status_id=self.dispute.id,
            action_type="email",
            mail_template_id=self.env.ref("dso_collection.mail_template_reminder_1").id,
        )
        self.assertEqual(self._specific().name, "Dispute follow-up: price")

    def test_names_are_read_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("dso_collection.mail_template_reminder_1")
        template.with_context(lang="fr_FR").name = "Première relance"
        self.collector.lang = "fr_FR"
        form = self._form(action_type="email", mail_template_id=template)
        wizard = form.save()
        wizard.action_edit_content()
        wizard.body = "<p>Bonjour</p>"
        wizard.subject = False
        wizard.action_date = "2026-03-12"
        wizard.action_apply()
        action = self._last()
        self.assertEqual(action.with_context(lang="fr_FR").name, "Première relance")
        self.assertEqual(action.with_context(lang="en_US").name, "First reminder")
        self.assertIn("#company_name", action.subject)

    def test_steps_name_their_scenario(self):
        step = self.scenario.step_ids[1]
        self.assertEqual(step.display_name, "Test scenario: 2. B")
        found = self.env["dso.scenario.step"].name_search("Test scenario")
        self.assertIn(step.id, [key for key, _name in found])

    def test_edited_text_of_a_template_with_placeholders_keeps_its_hashtags(self):
        template = self.env.ref("dso_collection.mail_template_reminder_2")
        form = self._form(action_type="email", mail_template_id=template)
        wizard = form.save()
        wizard.action_edit_content()
        self.assertIn("#items_amount_selected", wizard.subject)
        self.assertIn("#items_list_selected", str(wizard.body))
        self.assertNotIn("t-if", str(wizard.body))
