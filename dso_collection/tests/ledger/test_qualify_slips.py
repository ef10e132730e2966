"""What a slip in the dialog "Change status" must not do, and how it is taken back."""

from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .test_qualify import QualifyCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestHeldItems(QualifyCase):
    """Items with which something else is going on are taken only when they are ticked."""

    def _context(self, action=None):
        action = action or self.customer.with_user(self.collector).action_qualify()
        return (
            action["context"]["default_line_ids"],
            sorted(action["context"].get("default_held_line_ids", [])),
        )

    def test_disputed_items_are_not_proposed(self):
        self.assertEqual(self._context()[1], [])
        self._qualify(status_id=self.dispute.id)
        self.assertEqual(self._context(), (self.young.ids, self.old.ids))

    def test_all_that_is_going_on(self):
        """Open promises, litigation and items of specific actions; a broken promise is free."""
        litigation = self.env.ref("dso_collection.status_litigation")
        self._qualify(status_id=litigation.id)
        self._qualify(
            self.young, status_id=self.promise.id, date="2026-03-10", next_action="scenario"
        )
        self.assertEqual(self._context(), ([], sorted((self.old | self.young).ids)))
        with freeze_time("2026-03-20 09:00:00"):
            self.assertEqual(self._context(), (self.young.ids, self.old.ids))

    def test_specific_action_is_about_its_own_items(self):
        self._qualify(status_id=self.dispute.id)
        action = self._specific().with_user(self.collector).action_qualify_items()
        self.assertEqual(self._context(action), (self.old.ids, []))

    def test_a_comment_alone_says_that_the_follow_up_stays(self):
        self._qualify(status_id=self.dispute.id)
        follow_up = self._specific()
        wizard = self._wizard(self.old, comment="They sent the delivery note")
        self.assertIn(f"The follow-up of {follow_up.date:%m/%d/%Y} stays", wizard.summary)
        self.assertIn("Scenario continues", self._wizard(self.young, comment="Well").summary)

    def test_promise_in_one_click_leaves_the_dispute(self):
        self._qualify(status_id=self.dispute.id, comment="Wrong price")
        action = self.customer.with_user(self.collector).action_qualify()
        wizard = (
            self.env["dso.item.qualify"]
            .with_user(self.collector)
            .with_context(**action["context"])
            .create({})
        )
        self.assertFalse(wizard.replaced_text)
        wizard.with_context(dso_days=7).action_quick_promise()
        self.assertEqual(self.old.dso_status_id, self.dispute)
        self.assertEqual(self.old.dso_comment, "Wrong price")
        self.assertEqual(self.young.dso_status_id, self.promise)
        self.assertEqual(len(self._specific()), 2)

    def test_ticked_it_is_taken_and_said_before(self):
        self._qualify(status_id=self.dispute.id)
        wizard = self._wizard(
            self.young, held_line_ids=[Command.set(self.old.ids)], status_id=self.ongoing.id
        )
        with Form(wizard) as form:
            form.taken_line_ids.add(self.old)
            self.assertIn("Dispute: price", form.replaced_text)
            self.assertIn("03/13/2026", form.replaced_text)
            form.line_ids.remove(self.young.id)
        wizard.action_apply()
        self.assertEqual(self.old.dso_status_id, self.ongoing)
        self.assertFalse(self.young.dso_status_id)

    def test_names_say_what_is_going_on(self):
        self._qualify(status_id=self.dispute.id)
        name = self.old.with_user(self.collector).with_context(dso_held=True).display_name
        self.assertIn("Dispute: price", name)
        self.assertNotIn("Dispute", self.old.with_user(self.collector).display_name)

    def test_nothing_taken_is_refused(self):
        wizard = self._wizard(self.env["account.move.line"], status_id=self.ongoing.id)
        with self.assertRaisesRegex(UserError, "at least one item"):
            wizard.action_apply()


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestLatestWords(QualifyCase):
    """What is shown of an item belongs to its latest qualification."""

    def setUp(self):
        super().setUp()
        self._qualify(status_id=self.promise.id, date="2026-03-16", comment="On Monday")

    def assertNoWords(self):
        self.assertFalse(self.old.dso_comment)
        self.assertFalse(self.old.dso_status_date)

    def test_new_status_without_comment(self):
        self._qualify(status_id=self.ongoing.id)
        self.assertNoWords()
        self.assertFalse(self.old.dso_qualification_ids.sorted("id")[-1].comment)

    def test_written_on_the_item(self):
        self.old.dso_status_id = self.ongoing
        self.assertNoWords()
        self.assertFalse(self.old.dso_qualification_ids.sorted("id")[-1].date)

    def test_written_on_the_invoice(self):
        self.old.move_id.dso_status_id = self.ongoing
        self.assertNoWords()

    def test_same_status_keeps_its_words(self):
        self.old.move_id.dso_status_id = self.promise
        self.assertEqual(self.old.dso_comment, "On Monday")
        self.assertEqual(self.old.dso_status_date, date(2026, 3, 16))

    def test_resolved_by_the_module(self):
        self._qualify(status_id=self.dispute.id, comment="Wrong price")
        self.old._dso_resolve()
        self.assertNoWords()

    def test_date_and_part_do_not_stay_in_the_dialog(self):
        form = Form(
            self.env["dso.item.qualify"]
            .with_user(self.collector)
            .with_context(default_line_ids=self.young.ids)
        )
        form.status_id = self.promise
        form.date = "2026-03-20"
        form.amount = 100.0
        form.status_id = self.ongoing
        self.assertFalse(form.date)
        self.assertFalse(form.amount)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestSlippedDates(QualifyCase):
    """A promise in the past is broken at once: nobody meant that."""

    def test_in_the_dialog(self):
        with self.assertRaisesRegex(UserError, "has passed"):
            self._qualify(status_id=self.promise.id, date="2026-03-05")
        with self.assertRaisesRegex(UserError, "more than a year away"):
            self._qualify(status_id=self.promise.id, date="2062-03-20")
        self._qualify(status_id=self.promise.id, date="2026-03-06")
        self.assertEqual(self.old.dso_status_date, date(2026, 3, 6))

    def test_far_away_is_asked(self):
        wizard = self._wizard(status_id=self.promise.id, date="2027-06-01")
        self.assertIn("more than a year", wizard.question)
        wizard.sure = True
        wizard.action_apply()
        self.assertEqual(self.old.dso_status_date, date(2027, 6, 1))

    @patch("odoo.addons.dso_collection.models.action.account_move_line_qualification.request", True)
    def test_written_on_item_and_invoice_at_a_keyboard(self):
        values = {"dso_status_id": self.promise.id, "dso_status_date": "2026-03-05"}
        for record in (self.old, self.old.move_id):
            with self.assertRaisesRegex(UserError, "has passed"):
                record.write(values)
            self.env.invalidate_all()
        self._qualify(status_id=self.promise.id, date="2026-03-20")
        with self.assertRaisesRegex(UserError, "has passed"):
            self.old.dso_status_date = "2026-03-01"

    def test_follow_up(self):
        with self.assertRaisesRegex(UserError, "has passed"):
            self._qualify(status_id=self.dispute.id, action_date="2026-03-05")
        wizard = self._wizard(
            status_id=self.promise.id, date="2026-03-20", action_date="2026-03-10"
        )
        with self.assertRaisesRegex(UserError, "comes before the day"):
            wizard.action_apply()
        wizard.sure = True
        wizard.action_apply()
        self.assertEqual(self._specific().date, date(2026, 3, 10))

    def test_amounts(self):
        for amount in (-1.0, 1000.01):
            with self.assertRaisesRegex(UserError, "between zero and"):
                self._qualify(status_id=self.promise.id, date="2026-03-20", amount=amount)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestUndo(QualifyCase):
    def _undo(self, wizard, user=None):
        return wizard.with_user(user or self.collector).action_undo()

    def test_all_is_as_it_was(self):
        """A dispute with its follow-up, wiped by a promise, comes back."""
        self._qualify(
            status_id=self.dispute.id,
            comment="Wrong price",
            resolver_id=self.manager.id,
            amount=300,
        )
        follow_up = self._specific()
        since = self.customer.leader_since
        wizard = self._wizard(status_id=self.promise.id, date="2026-03-20")
        toast = wizard.action_apply()
        self.assertEqual(toast["params"]["undo"], {"model": wizard._name, "ids": wizard.ids})
        promise = self._specific()
        self.assertEqual(follow_up.state, "cancelled")
        self._undo(wizard)
        self.assertEqual(self._specific(), follow_up)
        self.assertEqual(follow_up.item_ids.line_id, self.old)
        self.assertEqual(promise.state, "cancelled")
        self.assertIn("undone", promise.reason)
        self.assertEqual(self.old.dso_status_id, self.dispute)
        self.assertEqual(self.old.dso_comment, "Wrong price")
        self.assertEqual(self.old.dso_amount, 300.0)
        self.assertEqual(self.customer.leader_line_id, self.old)
        self.assertEqual(self.customer.leader_since, since)
        last = self.old.dso_qualification_ids.sorted("id")[-1]
        self.assertEqual((last.source, last.resolver_id), ("system", self.manager))
        self.assertEqual(len(self.old.dso_qualification_ids), 3)

    def test_promise_that_was_a_slip_is_no_promise(self):
        wizard = self._wizard(status_id=self.promise.id, date="2026-03-10")
        wizard.action_apply()
        self._undo(wizard)
        self.assertFalse(self.old.dso_status_id)
        self.assertFalse(self.old.dso_status_date)
        self.assertFalse(self.env["dso.promise"].search([("customer_id", "=", self.customer.id)]))
        self.assertPlanned("A", "2026-02-15")

    def test_promise_before_stands(self):
        self._qualify(status_id=self.promise.id, date="2026-03-10")
        wizard = self._wizard(status_id=self.ongoing.id)
        wizard.action_apply()
        self._undo(wizard)
        promise = self.env["dso.promise"].search([("customer_id", "=", self.customer.id)])
        self.assertEqual((promise.state, promise.is_current), ("open", True))

    def test_dispute_report_knows_one_dispute(self):
        self._qualify(status_id=self.dispute.id)
        wizard = self._wizard(status_id=self.ongoing.id)
        wizard.action_apply()
        self._undo(wizard)
        report = self.env["dso.dispute.report"].search([("customer_id", "=", self.customer.id)])
        self.assertEqual(report.mapped("state"), ["open"])

    def test_action_that_lost_an_item(self):
        self._qualify(self.old | self.young, status_id=self.dispute.id)
        follow_up = self._specific()
        wizard = self._wizard(status_id=self.ongoing.id)
        wizard.action_apply()
        self.assertEqual(follow_up.item_ids.line_id, self.young)
        self._undo(wizard)
        self.assertEqual(follow_up.item_ids.line_id, self.old | self.young)

    def test_confirmation_comes_back(self):
        action = self._open_action()
        action.action_confirm()
        wizard = self._wizard(status_id=self.promise.id, date="2026-03-20")
        wizard.action_apply()
        self._undo(wizard)
        self.assertTrue(self._open_action().confirmed)

    def test_not_twice(self):
        wizard = self._wizard(status_id=self.ongoing.id)
        wizard.action_apply()
        self._undo(wizard)
        with self.assertRaisesRegex(UserError, "already undone"):
            self._undo(wizard)

    def test_not_after_something_was_done(self):
        wizard = self._wizard(status_id=self.promise.id, date="2026-03-20")
        wizard.action_apply()
        self._specific().with_user(self.collector).action_execute()
        with self.assertRaisesRegex(UserError, "was done on 03/06/2026"):
            self._undo(wizard)

    def test_not_after_an_email(self):
        wizard = self._wizard(status_id=self.ongoing.id, email_mode="customer")
        self.assertFalse(wizard.action_apply()["params"]["undo"])
        with self.assertRaisesRegex(UserError, "was done on"):
            self._undo(wizard)

    def test_not_after_another_change(self):
        wizard = self._wizard(status_id=self.promise.id, date="2026-03-20")
        wizard.action_apply()
        self._qualify(comment="Called again")
        with self.assertRaisesRegex(UserError, "changed again"):
            self._undo(wizard)

    def test_not_after_a_payment(self):
        wizard = self._wizard(status_id=self.promise.id, date="2026-03-20")
        wizard.action_apply()
        self._pay(self.old.move_id, on="2026-03-06")
        with self.assertRaisesRegex(UserError, "paid or changed"):
            self._undo(wizard)

    def test_only_by_whoever_did_it_and_still_may(self):
        wizard = self._wizard(status_id=self.promise.id, date="2026-03-20")
        wizard.action_apply()
        with self.assertRaises(AccessError):
            self._undo(wizard, self.reader)
        with self.assertRaises(UserError):
            self._undo(wizard, self.manager)
        self.company.dso_own_customers_only = True
        self.customer.collector_id = self.manager
        with self.assertRaises(AccessError):
            self._undo(wizard)

    def test_nobody_writes_what_is_put_back(self):
        wizard = self._wizard(status_id=self.ongoing.id)
        with self.assertRaises(AccessError):
            self.env["dso.item.qualify.undo"].with_user(self.manager).create(
                {"wizard_id": wizard.id, "data": {}}
            )


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestEmailOfTheDialog(QualifyCase):
    """What keeps an e-mail from leaving does not keep the status from being noted."""

    def test_bad_address(self):
        self.contact.email = "no address"
        toast = self._qualify(
            status_id=self.promise.id, date="2026-03-16", email_mode="customer", comment="Monday"
        )
        self.assertEqual(self.old.dso_status_id, self.promise)
        self.assertEqual(toast["params"]["type"], "warning")
        self.assertIn("“no address” of Ann is not valid", toast["params"]["message"])
        mail = self.customer.action_ids.filtered(lambda action: action.action_type == "email")
        mail = mail.filtered(lambda action: action.origin == "manual")
        self.assertEqual(mail.state, "error")
        # corrected, it leaves by itself (R11)
        self.contact.email = "ann@acme.example.com"
        self._plan("2026-03-06")
        self.env["dso.action"]._dispatch()
        self.assertEqual(mail.state, "done")
        self.assertIn("Monday", mail.body)

    def test_one_bad_address_of_two(self):
        self._create_contact(self.partner, "Bea", "bea at acme")
        toast = self._qualify(status_id=self.ongoing.id, email_mode="customer")
        self.assertIn("Bea did not get the e-mail", toast["params"]["message"])

    def test_bad_address_of_the_resolver(self):
        self.manager.partner_id.email = False
        toast = self._qualify(
            status_id=self.dispute.id, resolver_id=self.manager.id, email_mode="internal"
        )
        self.assertEqual(self.old.dso_status_id, self.dispute)
        self.assertIn("Mia Manager has no e-mail address", toast["params"]["message"])

    def test_broken_or_missing_template(self):
        wizard = self._wizard(
            status_id=self.ongoing.id, email_mode="customer", email_template_id=self.template.id
        )
        self._break(self.template)
        toast = wizard.action_apply()
        self.assertEqual(self.old.dso_status_id, self.ongoing)
        self.assertIn("cannot be rendered", toast["params"]["message"])
        toast = self._qualify(
            status_id=self.ongoing.id, email_mode="customer", email_template_id=False
        )
        self.assertIn("there is no text", toast["params"]["message"])

    def test_now_without_contact(self):
        self.contact.dso_collection_contact = False
        toast = self._qualify(
            status_id=self.dispute.id,
            action_type="email",
            mail_template_id=self.template.id,
            execute_now=True,
        )
        self.assertEqual(self.old.dso_status_id, self.dispute)
        self.assertIn("no collections contact", toast["params"]["message"])
        action = self.customer.action_ids.filtered(lambda action: action.origin == "specific")
        self.assertEqual(action.state, "error")
        self.assertEqual(action.item_ids.line_id, self.old)

    def test_empty_status(self):
        """A dialog without a status is whole all the same, and writes no e-mail about nothing."""
        form = Form(
            self.env["dso.item.qualify"]
            .with_user(self.collector)
            .with_context(default_line_ids=self.old.ids)
        )
        form.status_id = self.dispute
        form.status_id = self.env["dso.item.status"]
        self.assertEqual((form.email_mode, form.next_action), ("none", "scenario"))
        self.assertEqual(form.action_type, "call")
        form.step = "email"
        form.email_mode = "customer"
        self.assertFalse(form.email_template_id)
        wizard = form.save()
        with self.assertRaisesRegex(UserError, "nothing to write about"):
            wizard.action_apply()
        with Form(wizard) as form:
            form.step = "status"
            form.comment = "Called"
            self.assertTrue(form.email_template_id)

    def test_scenario_is_told_with_a_date_to_come(self):
        """Step A was due on 15 February: it comes at once, which on a Friday evening is Monday."""
        wizard = self._wizard(status_id=self.ongoing.id, step="next")
        self.assertIn("“A” on 03/06/2026, late since 02/15/2026", wizard.scenario_preview)
        self.company.dso_sending_calendar_id = self.company.resource_calendar_id
        with freeze_time("2026-03-06 22:00:00"):
            wizard = self._wizard(status_id=self.ongoing.id, step="next")
            self.assertIn("“A” on 03/09/2026", wizard.scenario_preview)

    def test_specific_action_alone(self):
        self._qualify(next_action="specific", action_date="2026-03-10", action_type="call")
        self.assertFalse(self.old.dso_status_id)
        self.assertFalse(self.old.dso_qualification_ids)
        self.assertEqual(self._specific().item_ids.line_id, self.old)

    def test_resolver_is_asked(self):
        form = Form(
            self.env["dso.item.qualify"]
            .with_user(self.collector)
            .with_context(default_line_ids=self.old.ids)
        )
        form.status_id = self.dispute
        form.resolver_id = self.manager
        self.assertEqual(form.email_mode, "internal")
        self.assertIn(self.manager, form.email_user_ids[:])
        form.save().action_apply()
        mail = self.customer.past_action_ids
        self.assertEqual((mail.action_type, mail.state), ("email_internal", "done"))
        self.assertEqual(mail.recipient_ids, self.manager.partner_id)

    def test_resolver_who_is_no_user(self):
        self.company.email = "info@company.example.com"
        form = Form(
            self.env["dso.item.qualify"]
            .with_user(self.collector)
            .with_context(default_line_ids=self.old.ids)
        )
        form.status_id = self.dispute
        form.resolver_email = "stock@company.example.com"
        self.assertEqual(form.email_mode, "internal")
        self.assertEqual(form.email_addresses, "stock@company.example.com")
        form.save().action_apply()
        mail = self.customer.past_action_ids
        self.assertEqual(mail.recipient_ids.email, "stock@company.example.com")
        # greeted neither as the sender nor by an address
        self.assertIn("Hello all,", mail.body)
        self.assertNotIn(f"Hello {self.collector.name}", mail.body)
        self.assertEqual(self.old.dso_qualification_ids.resolver_email, "stock@company.example.com")

    def test_whoever_solves_a_dispute_works_here(self):
        """Also where no e-mail is sent: the log names no stranger, and nobody at all by a slip."""
        for address in ("someone@outside.example.org", "not an address"):
            with (
                self.subTest(address),
                self.assertRaisesRegex(UserError, "not a colleague.s address"),
            ):
                self._qualify(status_id=self.dispute.id, resolver_email=address, email_mode="none")
        self.assertFalse(self.old.dso_qualification_ids)

    def test_strangers_get_nothing_internal(self):
        with self.assertRaisesRegex(UserError, "is not a colleague's address"):
            self._qualify(
                status_id=self.dispute.id,
                resolver_email="somebody@elsewhere.example.org",
                email_mode="internal",
            )


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestShares(QualifyCase):
    """How a part is shared out over several items is said before it is saved, and in the log."""

    def _share(self, amount=1200.0, lines=None, **values):
        lines = self.old | self.young if lines is None else lines
        return self._wizard(
            lines, status_id=self.promise.id, date="2026-03-16", amount=amount, **values
        )

    def test_said_before(self):
        with Form(self._share()) as form:
            self.assertIn(f"{self.old.move_id.name}: $\xa01,000.00, all of it", form.parts_text)
            self.assertIn(f"{self.young.move_id.name}: $\xa0200.00 of $\xa0500.00", form.parts_text)
            form.amount = 300.0
            self.assertIn(f"{self.old.move_id.name}: $\xa0300.00 of", form.parts_text)
            self.assertIn(f"{self.young.move_id.name}: nothing", form.parts_text)
            form.amount = 0.0
            self.assertFalse(form.parts_text)

    def test_of_one_item_there_is_nothing_to_say(self):
        self.assertFalse(self._share(300.0, self.old).parts_text)

    def test_said_after_and_in_the_log(self):
        toast = self._share().action_apply()["params"]["message"]
        self.assertIn(f"{self.young.move_id.name}: $\xa0200.00 of", toast)
        log = (self.old | self.young).dso_qualification_ids
        self.assertEqual(
            {entry.line_id: entry.amount_said for entry in log},
            {self.old: 1000.0, self.young: 200.0},
        )
        entry = self.customer.with_user(self.collector).dso_get_timeline(["qualification"])
        text = entry["entries"][0]["text"]
        self.assertIn(f"{self.young.move_id.name} $\xa0200.00", text)
        self.assertIn(f"{self.old.move_id.name} $\xa01,000.00", text)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestWrittenStatuses(QualifyCase):
    """A status that is written without the dialog gets the follow-up that it would have made."""

    def _assert_followed(self, lines, day="2026-03-13", text="price"):
        action = self._specific()
        self.assertEqual(action.item_ids.line_id, lines)
        self.assertEqual((action.origin, str(action.date)), ("specific", day))
        self.assertIn(text, action.display_name)
        return action

    def test_on_the_item(self):
        self.old.dso_status_id = self.dispute
        made = self._assert_followed(self.old)
        # the same as by the dialog
        self._qualify(self.young, status_id=self.dispute.id)
        other = self._specific() - made
        for fname in ("action_type", "date", "automatic", "to_confirm", "name", "date_forced"):
            self.assertEqual(made[fname], other[fname], fname)
        self.assertEqual(self.customer.planning_code, "excluded")

    def test_on_the_invoice(self):
        self.old.move_id.dso_status_id = self.dispute
        self._assert_followed(self.old)

    def test_several_customers_at_once(self):
        other = self.env["res.partner"].create({"name": "Other", "is_company": True})
        line = self._line(self._invoice("2026-02-10", 70.0, partner=other))
        (self.old | self.young | line).write({"dso_status_id": self.dispute.id})
        self._assert_followed(self.old | self.young)
        self.assertEqual(self._customer(other).open_action_ids.item_ids.line_id, line)

    def test_a_promise_gets_the_one_it_proposes(self):
        self.old.write({"dso_status_id": self.promise.id, "dso_status_date": "2026-03-17"})
        self._assert_followed(self.old, "2026-03-17", "promise of")

    def test_a_promise_that_is_broken_by_now_gets_none(self):
        self.old.write({"dso_status_id": self.promise.id, "dso_status_date": "2026-03-02"})
        self.assertFalse(self._specific())

    def test_it_takes_the_place_of_another(self):
        self._qualify(status_id=self.dispute.id)
        first = self._specific()
        self.old.dso_status_id = self.env.ref("dso_collection.status_dispute_quality")
        self._assert_followed(self.old, text="quality")
        self.assertEqual(first.state, "cancelled")

    def test_without_status_nothing_is_made(self):
        self.old.dso_status_id = self.ongoing
        self.assertFalse(self._specific())

    def test_imported_with_an_entry(self):
        move = self._invoice("2026-02-25", 80.0, post=False)
        line = self._line(move)
        line.dso_status_id = self.dispute
        self.assertFalse(self._specific(), "a draft is no item yet")
        move.action_post()
        self._assert_followed(self._line(move))

    def test_reset_to_draft_and_posted_again(self):
        self._qualify(status_id=self.dispute.id)
        self.old.move_id.button_draft()
        self.old.move_id.action_post()
        line = self._line(self.old.move_id)
        if line.dso_status_id:
            self.assertEqual(self._specific().item_ids.line_id, line)

    def test_by_who_may_write_items_but_no_actions(self):
        accountant = new_test_user(
            self.env,
            login="dso_accountant_only",
            groups="base.group_user,account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.old.with_user(accountant).dso_status_id = self.dispute.id
        self._assert_followed(self.old)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestPromiseWithCredit(QualifyCase):
    """By hand: 3,765.00 and a payment on account of 1,250.00 are ticked, 2,515.00 is promised."""

    def setUp(self):
        super().setUp()
        self.claim = self._line(self._invoice("2026-03-01", 3765.00))
        self.credit = self._line(self._credit(1250.00))
        self._plan("2026-03-06")

    def test_the_credit_is_deducted_and_promises_nothing(self):
        self._qualify(self.claim | self.credit, status_id=self.promise.id, date="2026-03-13")
        self.assertEqual(self.claim.dso_status_id, self.promise)
        self.assertFalse(self.credit.dso_status_id)
        promise = self.env["dso.promise"].search([("line_id", "=", self.claim.id)])
        self.assertEqual(promise.mapped("amount"), [2515.00])
        follow_up = self._specific()
        self.assertIn("2,515.00", follow_up.name)
        self.assertEqual(follow_up.amount, 2515.00)
        self.assertEqual(self.customer.amount_promised, 2515.00)

    def test_what_is_deducted_is_said_before(self):
        wizard = self._wizard(
            self.claim | self.credit, status_id=self.promise.id, date="2026-03-13"
        )
        self.assertIn("2,515.00", wizard.parts_text)

    def test_a_credit_is_no_promise(self):
        with self.assertRaisesRegex(UserError, "nothing to promise"):
            self._qualify(self.credit, status_id=self.promise.id, date="2026-03-13")


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestKindOfUsedStatus(QualifyCase):
    def test_it_stays(self):
        """Its items would leave the dispute, with a follow-up of nothing."""
        self._qualify(status_id=self.dispute.id)
        dispute = self.dispute.with_user(self.manager)
        with self.assertRaisesRegex(UserError, "open items have this"):
            dispute.kind = "ongoing"
        dispute.write({"kind": "dispute", "name": "Dispute: quality"})
        unused = dispute.copy()
        unused.write({"kind": "ongoing", "next_action": "scenario"})
        self.assertEqual(unused.kind, "ongoing")
