from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..common import DsoCommon


class QualifyCase(DsoCommon):
    """The dialog "Change status", as a collector."""

    def setUp(self):
        super().setUp()
        self.old = self._line(self._invoice("2026-02-10", 1000.0))
        self.young = self._line(self._invoice("2026-02-20", 500.0))
        self._plan("2026-03-06")
        self.customer = self._customer()
        self.promise = self.env.ref("dso_collection.status_promise")
        self.dispute = self.env.ref("dso_collection.status_dispute_price")
        self.ongoing = self.env.ref("dso_collection.status_ongoing")

    def _wizard(self, lines=None, **values):
        lines = self.old if lines is None else lines
        return (
            self.env["dso.item.qualify"]
            .with_user(self.collector)
            .create({"line_ids": [Command.set(lines.ids)], **values})
        )

    def _qualify(self, lines=None, **values):
        return self._wizard(lines, **values).action_apply()

    def _upload(self, name):
        """A file as the dialog's widget uploads it."""
        return (
            self.env["ir.attachment"]
            .with_user(self.collector)
            .create({"name": name, "raw": b"x", "res_model": "dso.item.qualify", "res_id": 0})
        )

    def _specific(self):
        return self.customer.action_ids.filtered(
            lambda action: action.origin == "specific" and action.state == "planned"
        )


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestQualify(QualifyCase):
    def test_the_follow_up_of_a_part_that_was_paid_closes_itself(self):
        """60 of 100 are promised and paid: the follow-up has nothing left to follow (R15)."""
        status = self.env.ref("dso_collection.status_promise")
        self._qualify(
            self.old,
            status_id=status.id,
            date="2026-03-12",
            amount=60.0,
            next_action="specific",
            action_type="call",
            action_date="2026-03-13",
        )
        followup = self._specific()
        self.assertEqual(len(followup), 1)
        self._pay(self.old.move_id, "2026-03-10", 59.0)
        self.customer._plan(self.customer)
        self.assertEqual((followup.state, followup.amount), ("planned", 1.0))
        self._pay(self.old.move_id, "2026-03-10", 1.0)
        self.customer._plan(self.customer)
        self.assertEqual(followup.state, "cancelled")
        self.assertIn("what was promised is paid", followup.reason)

    def test_status_comment_and_log(self):
        self._qualify(
            self.old | self.young, status_id=self.ongoing.id, comment="Cheque is in the post"
        )
        for line in self.old | self.young:
            self.assertEqual(line.dso_status_id, self.ongoing)
            self.assertEqual(line.dso_comment, "Cheque is in the post")
            entry = line.dso_qualification_ids
            self.assertEqual(entry.status_id, self.ongoing)
            self.assertEqual(entry.comment, "Cheque is in the post")
            self.assertEqual(entry.user_id, self.collector)
            self.assertEqual(entry.source, "collector")
            self.assertEqual(entry.amount_residual, line.amount_residual)
        # on going excludes nothing: the plan stands
        self.assertPlanned("A", "2026-02-15")
        self.assertFalse(self._specific())

    def test_comment_alone_keeps_the_status(self):
        self._qualify(status_id=self.ongoing.id)
        self._qualify(comment="Called again, no answer")
        self.assertEqual(self.old.dso_status_id, self.ongoing)
        self.assertEqual(self.old.dso_comment, "Called again, no answer")
        last = self.old.dso_qualification_ids.sorted("id")[-1]
        self.assertFalse(last.status_id)
        self.assertFalse(last.kind)
        self.assertEqual(last.comment, "Called again, no answer")

    def test_nothing_chosen_is_refused(self):
        with self.assertRaisesRegex(UserError, "Choose a status"):
            self._qualify()

    def test_promise_proposes_its_date(self):
        """R15: the promised date, here a Saturday, so the Monday after; else the follow-up days."""
        wizard = self._wizard(status_id=self.promise.id, date="2026-03-14")
        self.assertEqual(wizard.next_action, "specific")
        self.assertEqual(wizard.action_type, "call")
        self.assertEqual(wizard.action_date, date(2026, 3, 16))
        self.dispute.followup_days = 5
        wizard = self._wizard(status_id=self.dispute.id)
        # 6 March + 5 is Wednesday the 11th
        self.assertEqual(wizard.action_date, date(2026, 3, 11))
        wizard = self._wizard()
        self.assertEqual(wizard.action_date, date(2026, 3, 13))

    def test_promise_plans_a_follow_up_and_the_next_leader(self):
        """The old item is held by its follow-up; the young one, due 20 February, leads from today
        on: its first reminder on 25 February at the earliest, but it leads since 6 March."""
        self._qualify(status_id=self.promise.id, date="2026-03-16", comment="Monday")
        specific = self._specific()
        self.assertEqual(specific.date, date(2026, 3, 16))
        self.assertEqual(specific.item_ids.line_id, self.old)
        self.assertEqual(specific.amount, 1000.0)
        self.assertEqual(self.customer.leader_line_id, self.young)
        self.assertPlanned("A", "2026-03-06")
        self.assertEqual(self.customer.amount_promised, 1000.0)
        self.assertEqual(self.old.dso_excluded_reason, "Specific action")
        self.assertTrue(self.old.dso_has_specific)
        self.assertIn("INV/", specific.reason)
        self.assertIn("Promise to pay", specific.reason)

    def test_promise_without_follow_up_comes_back_after_its_grace(self):
        """Friday 13 March and a grace of one working day: back on Tuesday the 17th."""
        self.company.dso_promise_grace_days = 1
        self._qualify(status_id=self.promise.id, date="2026-03-13", next_action="scenario")
        self.assertEqual(self.customer.leader_line_id, self.young)
        self._plan("2026-03-16")
        self.assertEqual(self.customer.leader_line_id, self.young)
        self._plan("2026-03-17")
        self.assertEqual(self.customer.leader_line_id, self.old)

    def test_dispute_needs_its_specific_action(self):
        with self.assertRaises(ValidationError):
            self._qualify(status_id=self.dispute.id, next_action="scenario")
        self.assertFalse(self.old.dso_status_id)
        self._qualify(status_id=self.dispute.id, resolver_id=self.manager.id)
        self.assertEqual(len(self._specific()), 1)
        self.assertEqual(self.old.dso_qualification_ids.resolver_id, self.manager)
        self.assertEqual(self.customer.amount_disputed, 1000.0)

    def test_partial_dispute_leaves_the_rest_in_the_scenario(self):
        """300 of 1,000 are disputed: the item still leads, for 700."""
        self._qualify(status_id=self.dispute.id, amount=300.0)
        self.assertEqual(self.customer.leader_line_id, self.old)
        action = self.assertPlanned("A", "2026-02-15")
        self.assertEqual(action.amount, 1200.0)
        self.assertEqual(self.customer.amount_disputed, 300.0)
        self.assertEqual(self.customer.amount_due, 1500.0)
        self.assertFalse(self.old.dso_excluded)
        self.assertEqual(self.old.dso_amount, 300.0)
        self.assertEqual(self._specific().amount, 300.0)
        self.assertEqual(self._specific().item_ids.partial, True)
        found = self.env["account.move.line"].search(
            [("dso_excluded", "=", True), ("id", "in", (self.old | self.young).ids)]
        )
        self.assertFalse(found)
        self.assertIn("700.00", action.items_table)
        self.assertIn("300.00", self._specific().items_table)

    def test_partial_dispute_becomes_whole_when_the_rest_is_paid(self):
        self._qualify(status_id=self.dispute.id, amount=300.0)
        self._pay(self.old.move_id, on="2026-03-06", amount=700.0)
        self._plan("2026-03-06")
        self.assertTrue(self.old.dso_excluded)
        self.assertEqual(self.customer.leader_line_id, self.young)
        self.assertEqual(self.customer.amount_disputed, 300.0)

    def test_payment_counts_for_the_promised_part_first(self):
        """400 of 1,000 promised, 400 paid: nothing is promised any more, 600 are chased."""
        self._qualify(
            status_id=self.promise.id, date="2026-03-16", amount=400.0, next_action="scenario"
        )
        self.assertEqual(self.customer.amount_promised, 400.0)
        self.assertEqual(self._open_action().amount, 1100.0)
        self._pay(self.old.move_id, on="2026-03-06", amount=400.0)
        self._plan("2026-03-06")
        self.assertEqual(self.customer.amount_promised, 0.0)
        self.assertEqual(self._open_action().amount, 1100.0)

    def test_part_is_shared_out_oldest_first(self):
        """1,200 promised on 1,000 and 500: all of the older one and 200 of the younger."""
        self._qualify(
            self.old | self.young, status_id=self.promise.id, date="2026-03-16", amount=1200.0
        )
        self.assertEqual(self.old.dso_qualification_ids.amount, 0.0)
        self.assertEqual(self.young.dso_qualification_ids.amount, 200.0)
        self.assertEqual(self.customer.amount_promised, 1200.0)
        self.assertEqual(self._specific().amount, 1200.0)
        self.assertEqual(self._open_action().amount, 300.0)

    def test_part_beyond_what_is_open_is_refused(self):
        with self.assertRaisesRegex(UserError, "between zero and"):
            self._qualify(status_id=self.promise.id, date="2026-03-16", amount=1000.01)
        with self.assertRaisesRegex(UserError, "Only a promise or a dispute"):
            self._qualify(status_id=self.ongoing.id, amount=10.0)

    def test_new_qualification_replaces_the_follow_up(self):
        self._qualify(self.old | self.young, status_id=self.dispute.id)
        first = self._specific()
        self._qualify(status_id=self.promise.id, date="2026-03-20")
        self.assertEqual(first.state, "planned")
        self.assertEqual(first.item_ids.line_id, self.young)
        self._qualify(self.young, status_id=self.ongoing.id, next_action="scenario")
        self.assertEqual(first.state, "cancelled")
        self.assertIn("another follow-up", first.reason)
        self.assertEqual(self.customer.leader_line_id, self.young)

    def test_comment_alone_leaves_the_follow_up(self):
        self._qualify(status_id=self.dispute.id)
        follow_up = self._specific()
        self._qualify(comment="Sales looks into it", step="next")
        self.assertEqual(self._specific(), follow_up)
        self.assertEqual(follow_up.item_ids.line_id, self.old)
        self.assertEqual(self.old.dso_status_id, self.dispute)

    def test_quick_buttons(self):
        self._wizard().with_context(dso_days=14).action_quick_promise()
        self.assertEqual(self.old.dso_status_id, self.promise)
        self.assertEqual(self.old.dso_status_date, date(2026, 3, 20))
        self._wizard(self.young).with_context(
            dso_status="dso_collection.status_dispute_missing"
        ).action_quick_dispute()
        self.assertEqual(
            self.young.dso_status_id, self.env.ref("dso_collection.status_dispute_missing")
        )
        self.assertEqual(len(self._specific()), 2)
        self._wizard(self.young).action_quick_ongoing()
        self.assertEqual(self.young.dso_status_id, self.ongoing)
        self.assertEqual(len(self._specific()), 1)

    def test_a_quick_button_sets_no_other_reason(self):
        """Archived, it is not offered; renamed, it is called so."""
        self._status("price").active = False
        self._status("missing").name = "Dispute: incomplete delivery"
        wizard = self._wizard()
        self.assertFalse(wizard.quick_price)
        self.assertEqual(wizard.quick_quality, "Quality")
        self.assertEqual(wizard.quick_missing, "Incomplete delivery")
        with self.assertRaisesRegex(UserError, "archived"):
            wizard.with_context(
                dso_status="dso_collection.status_dispute_price"
            ).action_quick_dispute()
        self.assertFalse(self.old.dso_status_id)
        # a status of a user's own serves for promises
        self.promise.active = False
        self.assertFalse(self._wizard().quick_promise)
        own = self.env["dso.item.status"].create({"name": "Will pay", "kind": "promise"})
        self._wizard().with_context(dso_days=7).action_quick_promise()
        self.assertEqual(self.old.dso_status_id, own)

    def _status(self, name):
        return self.env.ref(f"dso_collection.status_dispute_{name}")

    def test_dialog_keeps_what_was_entered(self):
        with Form(
            self.env["dso.item.qualify"]
            .with_user(self.collector)
            .with_context(default_line_ids=self.old.ids)
        ) as form:
            form.status_id = self.promise
            form.date = "2026-03-16"
            form.comment = "On Monday"
        wizard = form.record
        wizard.action_next()
        self.assertEqual(wizard.step, "email")
        wizard.action_next()
        wizard.action_back()
        self.assertEqual(wizard.step, "email")
        self.assertEqual(wizard.comment, "On Monday")
        self.assertIn("Promise to pay", wizard.summary)
        with Form(wizard) as form:
            form.email_mode = "customer"
            self.assertIn("Promise to pay", form.email_subject)
            self.assertIn("On Monday", form.email_body)
            self.assertIn(self.old.move_id.name, form.email_body)
            form.email_body = "<p>My own words</p>"
            form.step = "status"
            form.comment = "On Tuesday"
            form.step = "email"
            self.assertIn("My own words", form.email_body)
        wizard.action_apply()
        self.assertIn("My own words", self.customer.past_action_ids.body)

    def test_edited_subject_is_kept(self):
        """Back and forth, and when the text is proposed anew for another comment."""
        wizard = self._wizard(status_id=self.promise.id, email_mode="customer", step="email")
        with Form(wizard) as form:
            form.email_subject = "As agreed on the phone"
        wizard.action_back()
        wizard.comment = "On Tuesday"
        wizard.action_next()
        self.assertEqual(wizard.email_subject, "As agreed on the phone")
        self.assertIn("On Tuesday", wizard.email_body)
        wizard.action_propose_again()
        self.assertIn("Promise to pay", wizard.email_subject)

    def test_steps_keep_their_title(self):
        first = self.old.with_user(self.collector).action_dso_qualify()
        wizard = self._wizard()
        self.assertEqual(wizard.action_next()["name"], first["name"])

    def test_question_to_colleagues_greets_them(self):
        """Never the customer's contact, and anew when another colleague is chosen."""
        form = Form(self._wizard(status_id=self.dispute.id, email_mode="internal", step="email"))
        self.assertNotIn("Ann", form.email_body)
        # nor whoever writes it
        self.assertIn("Hello all,", form.email_body)
        form.email_user_ids.add(self.manager)
        self.assertIn("Hello Mia Manager,", form.email_body)

    def test_internal_follow_up_goes_to_the_resolver(self):
        self._qualify(
            status_id=self.dispute.id,
            resolver_id=self.manager.id,
            action_type="email_internal",
            mail_template_id=self.template.id,
        )
        self.assertEqual(self._specific().recipient_ids, self.manager.partner_id)

    def test_scenario_preview(self):
        wizard = self._wizard(
            status_id=self.promise.id, date="2026-03-16", next_action="scenario", step="next"
        )
        self.assertIn("“A” on 03/06/2026", wizard.scenario_preview)
        self.assertIn(self.young.move_id.name, wizard.scenario_preview)
        wizard = self._wizard(
            self.old | self.young, status_id=self.dispute.id, next_action="scenario", step="next"
        )
        self.assertEqual(wizard.scenario_preview, "Everything is in dispute.")
        self.assertFalse(self.old.dso_status_id, "a preview writes nothing")

    def test_email_to_the_customer(self):
        self._qualify(
            status_id=self.promise.id,
            date="2026-03-16",
            comment="He pays on <b>Monday</b>",
            email_mode="customer",
        )
        mail = self.customer.past_action_ids
        self.assertEqual((mail.state, mail.origin, mail.action_type), ("done", "manual", "email"))
        self.assertEqual(mail.recipient_ids, self.contact)
        self.assertIn("Promise to pay, 03/16/2026", mail.subject)
        self.assertIn("He pays on &lt;b&gt;Monday&lt;/b&gt;", mail.body)
        self.assertIn(self.old.move_id.name, mail.body)
        self.assertNotIn(self.young.move_id.name, mail.body)
        self.assertEqual(mail.item_ids.line_id, self.old)
        self.assertEqual(mail.mail_id.state, "outgoing")
        self.assertEqual(len(self._specific()), 1)

    def test_no_name_acts_as_a_hashtag(self):
        """What a value brought into the proposed text is no hashtag when the text leaves."""
        self.old.move_id.name = "#company_name"
        self._qualify(
            status_id=self.promise.id,
            date="2026-03-16",
            email_mode="customer",
            comment="Ask #my_name",
        )
        body = self.customer.past_action_ids.body
        self.assertEqual(body.count("#\u2060company_name"), 1)
        self.assertIn("#\u2060my_name", body)

    def test_status_hashtags_know_the_dialog(self):
        template = self.template.copy(
            {"subject": "#status", "body_html": "<p>#status, #status_date: #comment</p>"}
        )
        wizard = self._wizard(
            status_id=self.promise.id,
            date="2026-03-16",
            comment="On Monday",
            email_mode="customer",
            email_template_id=template.id,
        )
        wizard.action_apply()
        mail = self.customer.past_action_ids
        self.assertEqual(mail.subject, "Promise to pay")
        self.assertIn("Promise to pay, 03/16/2026: On Monday", mail.body)

    def test_hashtags_of_a_partial_dispute(self):
        """1,000 of which 300 are in dispute, and 500: 1,500 are overdue, 1,200 without disputes;
        the reminder asks for 1,200, the follow-up for 300."""
        self._qualify(status_id=self.dispute.id, amount=300.0)
        reminder, specific = self._open_action(), self._specific()
        names = ("overdue", "overdue_exclude_disputes", "selected", "selected_exclude_disputes")

        def amounts(action):
            texts = [action._dso_render(f"#items_amount_{name}") for name in names]
            return [text.replace("$", "").replace("\xa0", "") for text in texts]

        self.assertEqual(amounts(reminder), ["1,500.00", "1,200.00", "1,200.00", "1,200.00"])
        self.assertEqual(amounts(specific), ["1,500.00", "1,200.00", "300.00", "0.00"])

    def test_email_to_colleagues(self):
        with self.assertRaisesRegex(UserError, "Choose the colleagues"):
            self._qualify(status_id=self.dispute.id, email_mode="internal")
        file = self._upload("delivery.txt")
        self._qualify(
            status_id=self.dispute.id,
            comment="The price list says 90",
            resolver_id=self.manager.id,
            email_mode="internal",
            email_attachment_ids=[Command.set(file.ids)],
        )
        mail = self.customer.past_action_ids
        self.assertEqual(mail.action_type, "email_internal")
        self.assertEqual(mail.recipient_ids, self.manager.partner_id)
        self.assertIn("The price list says 90", mail.body)
        self.assertIn("/mail/view?model=dso.customer", mail.body)
        self.assertIn("Dispute: price", mail.subject)
        self.assertEqual(mail.message_id.attachment_ids.mapped("name"), ["delivery.txt"])

    def test_email_in_the_recipients_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.contact.lang = "fr_FR"
        self._qualify(status_id=self.promise.id, date="2026-03-16", email_mode="customer")
        self.assertIn("16/03/2026", self.customer.past_action_ids.subject)

    def test_without_contact_the_status_is_noted_all_the_same(self):
        self.contact.dso_collection_contact = False
        toast = self._qualify(status_id=self.promise.id, date="2026-03-16", email_mode="customer")
        self.assertIn("no collections contact", toast["params"]["message"])
        self.assertEqual(self.old.dso_status_id, self.promise)

    def test_contract_words_for_the_email(self):
        """``subject`` and ``body`` alone are the message of step two."""
        self._qualify(
            status_id=self.ongoing.id,
            email_mode="customer",
            subject="As agreed",
            body="<p>Thank you</p>",
        )
        mail = self.customer.past_action_ids
        self.assertEqual(mail.subject, "As agreed")
        self.assertIn("Thank you", mail.body)

    def test_attachments_stay_with_the_qualification(self):
        file = self._upload("note.txt")
        self._qualify(
            status_id=self.ongoing.id,
            attachment_ids=[Command.set(file.ids)],
            attachments_public=True,
        )
        entry = self.old.dso_qualification_ids
        self.assertEqual(entry.attachment_ids, file)
        self.assertEqual((file.res_model, file.res_id), ("dso.qualification", entry.id))
        self.assertEqual(file.with_user(self.reader).name, "note.txt")
        self.assertTrue(entry.attachments_public)

    def test_several_customers_at_once(self):
        other = self.env["res.partner"].create({"name": "Beta", "is_company": True})
        self._create_contact(other, "Bob", "bob@beta.example.com")
        line = self._line(self._invoice("2026-02-10", 70.0, partner=other))
        self._plan("2026-03-06", other)
        self._qualify(self.old | line, status_id=self.dispute.id, email_mode="customer")
        for customer, own in ((self.customer, self.old), (self._customer(other), line)):
            specific = customer.action_ids.filtered(lambda a: a.origin == "specific")
            self.assertEqual(specific.item_ids.line_id, own)
            mail = customer.past_action_ids.filtered(lambda a: a.state == "done")
            self.assertEqual(mail.item_ids.line_id, own)
            self.assertIn(own.move_id.name, mail.body)

    def test_cleared_meanwhile_is_refused(self):
        wizard = self._wizard(status_id=self.ongoing.id)
        self._pay(self.old.move_id, on="2026-03-06")
        with self.assertRaisesRegex(UserError, "cleared in the meantime"):
            wizard.action_apply()

    def test_log_is_seen_on_the_item(self):
        self._qualify(status_id=self.ongoing.id, comment="Seen here")
        action = self.old.with_user(self.reader).action_dso_view_item()
        self.assertEqual(action["res_id"], self.old.id)
        view = (
            self.env["account.move.line"]
            .with_user(self.reader)
            .get_view(self.env.ref("account.view_move_line_form").id)
        )
        self.assertIn("dso_qualification_ids", view["arch"])

    def test_from_invoices(self):
        moves = (self.old | self.young).move_id.with_user(self.collector)
        action = moves.action_dso_qualify()
        self.assertEqual(action["res_model"], "dso.item.qualify")
        self.assertEqual(
            sorted(action["context"]["default_line_ids"]), sorted((self.old | self.young).ids)
        )
        self._pay(self.old.move_id, on="2026-03-06")
        with self.assertRaisesRegex(UserError, "Choose open items"):
            self.old.move_id.with_user(self.collector).action_dso_qualify()


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestQualifyRights(QualifyCase):
    def test_reader_sees_but_cannot_qualify(self):
        self._qualify(status_id=self.ongoing.id, comment="Seen")
        self.assertEqual(self.old.with_user(self.reader).dso_qualification_ids.comment, "Seen")
        with self.assertRaises(AccessError):
            self.env["dso.item.qualify"].with_user(self.reader).create(
                {"line_ids": [Command.set(self.old.ids)]}
            )
        with self.assertRaises(AccessError):
            self.old.with_user(self.reader).action_dso_qualify()
        with self.assertRaises(AccessError):
            self.env["dso.action.new"].with_user(self.reader).create(
                {"customer_id": self.customer.id}
            )

    def test_nobody_changes_the_log(self):
        self._qualify(status_id=self.ongoing.id)
        entry = self.old.dso_qualification_ids
        for user in (self.collector, self.manager, self.env.user):
            with self.assertRaises(UserError):
                entry.with_user(user).write({"comment": "changed"})
            with self.assertRaises(UserError):
                entry.with_user(user).unlink()
        with self.assertRaises(UserError):
            entry.sudo().write({"comment": "changed"})

    def test_others_customers_are_out_of_reach(self):
        """With the company's restriction, in the dialogs, as items of an action and in the log."""
        self.company.dso_own_customers_only = True
        self.customer.collector_id = self.manager
        wizard = self._wizard(status_id=self.ongoing.id)
        with self.assertRaises(AccessError):
            wizard.action_apply()
        with self.assertRaises(AccessError):
            self.old.with_user(self.collector).action_dso_qualify()
        wizard = self._wizard(status_id=self.promise.id, email_mode="customer", step="email")
        self.assertFalse(wizard.email_body)
        self.assertFalse(wizard.email_recipient_ids)
        own = self.env["res.partner"].create({"name": "Own", "is_company": True})
        self._line(self._invoice("2026-02-10", 70.0, partner=own))
        self._plan("2026-03-06", own)
        customer = self._customer(own).with_user(self.collector)
        with self.assertRaises(ValidationError):
            self.env["dso.action"].with_user(self.collector).create(
                {
                    "customer_id": customer.id,
                    "origin": "specific",
                    "date": "2026-03-06",
                    "item_ids": [Command.create({"line_id": self.old.id})],
                }
            )
        self.assertFalse(
            self.env["dso.qualification"]
            .with_user(self.collector)
            .search([("customer_id", "=", self.customer.id)])
        )

    def test_used_status_is_archived_not_deleted(self):
        self._qualify(status_id=self.ongoing.id)
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            self.ongoing.with_user(self.manager).unlink()
        self.ongoing.with_user(self.manager).active = False
        self.assertEqual(self.old.dso_status_id, self.ongoing)
        with self.assertRaises(AccessError):
            self.ongoing.with_user(self.collector).name = "Mine"
