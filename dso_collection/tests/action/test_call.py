# pylint-odoo takes only what lies in `tests` itself for tests, whose words nobody translates.
# pylint: disable=translation-required
from freezegun import freeze_time
from lxml import etree

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools.misc import file_path

from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestCall(DsoCommon):
    """A call, as a collector makes it: on one screen, and then what comes next. 6 March 2026 is a
    Friday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        script = (
            "<p>Good morning, this is #collector_name. I call about #items_amount_selected.</p>"
            "<script>steal()</script>"
        )
        values = {"action_type": "call", "automatic": False, "mail_template_id": False}
        cls.scenario = cls._create_scenario(
            ("First call", "due_date", 5, {**values, "call_script": script}),
            ("Second call", "due_date", 15, values),
        )
        cls.company.dso_default_scenario_id = cls.scenario
        cls.contact.phone = "+32 470 12 34 56"
        cls.invoice = cls._invoice("2026-03-01", 1234.5)
        cls._plan("2026-03-06")
        cls.call = cls._open_action().with_user(cls.collector)

    def _wizard(self, action=None, **values):
        opened = (action or self.call).action_log()
        return (
            self.env[opened["res_model"]]
            .with_user(self.collector)
            .with_context(**opened["context"])
            .create(values)
        )

    def _log(self, result, action=None, **values):
        return self._wizard(action, result=result, **values).action_apply()

    def _again(self):
        """The calls that were planned by hand."""
        return self._customer().open_action_ids.filtered(lambda action: action.origin == "manual")

    # ------------------------------------------------------------------
    # The screen
    # ------------------------------------------------------------------

    def test_script_is_rendered_and_safe(self):
        wizard = self._wizard()
        self.assertIn("this is Colin Collector", wizard.script)
        self.assertIn("1,234.50", wizard.script)
        self.assertNotIn("<script", wizard.script)

    def test_names_in_a_script_are_text(self):
        self.collector.name = "<b>Colin</b>"
        self.assertIn("&lt;b&gt;Colin&lt;/b&gt;", self._wizard().script)

    def test_script_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        step = self.scenario.step_ids[0]
        step.with_context(lang="fr_FR").call_script = "<p>Bonjour, #items_amount_selected</p>"
        self.contact.lang = "fr_FR"
        script = self._wizard().script
        self.assertIn("Bonjour", script)
        self.assertIn("234,50", script)

    def test_unknown_hashtag_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "#collector_nam.*collector_name"):
            self.scenario.step_ids[0].call_script = "<p>#collector_nam</p>"

    def test_ready_made_scripts(self):
        """Each call of the ready-made scenarios has one, and all of its hashtags exist. Read from
        the data: a company may have changed its own since."""
        path = file_path("dso_collection/data/dso_scenario_data.xml")
        calls = etree.parse(path).xpath("//record[field[@name='action_type']='call']")
        self.assertEqual(len(calls), 3)
        for record in calls:
            script = record.find("field[@name='call_script']")
            text = "".join(etree.tostring(child, encoding="unicode") for child in script)
            self.assertIn("#items_amount_selected", text)
            rendered = self.call._dso_render(text, html=True)
            self.assertNotIn("#", rendered)
            self.assertIn("1,234.50", rendered)

    def test_numbers_to_click(self):
        """Contacts by phone first, then the customer; wrong numbers and other ways are left out."""
        self.partner.phone = "+32 2 506 31 11"
        self._create_contact(self.partner, "Wrong", "w@acme.example.com").write(
            {"phone": "+32 470 99 99 99", "dso_wrong_phone": True}
        )
        self._create_contact(
            self.partner,
            "Mail",
            "m@acme.example.com",
            phone="+32 470 88 88 88",
            dso_serves_phone=False,
        )
        wizard = self._wizard()
        self.assertEqual(wizard.contact_ids, self.contact | self.partner)
        self.assertEqual((wizard.contact_id, wizard.phone), (self.contact, self.contact.phone))

    def test_last_exchanges(self):
        """What was done, said and written last, and of nobody else."""
        self.env["dso.item.qualify"].with_user(self.collector).create(
            {
                "line_ids": [Command.set(self._line(self.invoice).ids)],
                "comment": "Wait a bit",
                "next_action": "scenario",
            }
        ).action_apply()
        customer = self._customer()
        customer.message_post(body="They called back", message_type="comment")
        other = self.env["res.partner"].create({"name": "Other"})
        self._invoice("2026-03-01", partner=other)
        self._plan("2026-03-06", other)
        self._customer(other).message_post(body="Elsewhere", message_type="comment")
        self._log("reached", comment="Nice talk")
        again = self._wizard(
            self.env["dso.action"]
            .with_user(self.collector)
            .create({"customer_id": customer.id, "action_type": "call"})
        )
        self.assertEqual(again.past_action_ids, self.call)
        self.assertEqual(again.qualification_ids.mapped("comment"), ["Wait a bit"])
        self.assertEqual(again.message_ids.mapped("preview"), ["They called back"])

    def test_nobody_else_to_call(self):
        """After the wrong number of the only one with a number, there is nobody to call again."""
        dialog = (
            self.env["dso.action.log"]
            .with_user(self.collector)
            .with_context(default_action_id=self.call.id)
        )
        with Form(dialog) as form:
            form.result = "wrong_number"
            self.assertFalse(form.call_again)
        self.partner.phone = "+32 2 506 31 11"
        with Form(dialog) as form:
            form.result = "wrong_number"
            self.assertTrue(form.call_again)

    def test_screen_opens_for_a_collector(self):
        form = Form(
            self.env["dso.action.log"]
            .with_user(self.collector)
            .with_context(default_action_id=self.call.id)
        )
        # nothing is chosen for whoever called
        self.assertFalse(form.result)
        self.assertFalse(form.call_again)
        form.result = "no_answer"
        self.assertTrue(form.call_again)
        self.assertTrue(form.proposal)
        # the day after Friday is Monday
        self.assertEqual(str(form.call_again_date), "2026-03-09")
        form.result = "promise"
        self.assertFalse(form.call_again)
        form.save()

    # ------------------------------------------------------------------
    # What comes next
    # ------------------------------------------------------------------

    def test_a_result_is_chosen(self):
        with self.assertRaisesRegex(UserError, "Choose the result of the call"):
            self._log(False)
        self.assertEqual(self.call.state, "planned")

    def test_the_companys_number(self):
        """Where no contact has a number, the company's own one is called."""
        action = self.call.with_user(self.collector)
        self.partner.phone = "+32 2 506 31 11"
        self.contact.phone = "+32 475 12 34 56"
        self.contact.dso_serves_phone = True
        self.assertFalse(action.company_phone)
        self.contact.phone = False
        self.env.invalidate_all()
        self.assertEqual(action.company_phone, "+32 2 506 31 11")
        self.assertEqual(action.customer_id.company_phone, "+32 2 506 31 11")
        self.partner.dso_wrong_phone = True
        self.env.invalidate_all()
        self.assertFalse(action.company_phone)

    def test_reached(self):
        told = self._log("reached")["params"]
        self.assertIn("Reached", told["message"])
        self.assertIn(self.call.display_name, told["message"])
        self.assertEqual(told["next"]["type"], "ir.actions.act_window_close")
        self.assertEqual((self.call.state, self.call.result), ("done", "reached"))
        self.assertFalse(self._again())
        self.assertPlanned("Second call", "2026-03-16")

    def test_not_reached_is_called_again(self):
        """The attempt stays in the history, the scenario goes on, and a call waits on Monday."""
        for result in ("message", "no_answer"):
            with self.subTest(result):
                self._log(result, self._new_call(), comment="Ask for Ann")
                again = self._again()
                self.assertEqual(
                    (again.action_type, str(again.date), again.comment),
                    ("call", "2026-03-09", "Ask for Ann"),
                )
                again.action_cancel()

    def _new_call(self):
        return (
            self.env["dso.action"]
            .with_user(self.collector)
            .create({"customer_id": self._customer().id, "action_type": "call"})
        )

    def test_call_again_keeps_the_script(self):
        self._log("no_answer")
        self.assertEqual(self.call.state, "done")
        self.assertPlanned("Second call", "2026-03-16")
        again = self._again().with_user(self.collector)
        self.assertIn("this is Colin Collector", self._wizard(again).script)

    def test_call_again_on_another_day_or_not_at_all(self):
        self._log("message", self._new_call(), call_again_date="2026-03-12")
        self.assertEqual(str(self._again().date), "2026-03-12")
        self._again().action_cancel()
        self._log("message", self._new_call(), call_again=False)
        self.assertFalse(self._again())
        with self.assertRaisesRegex(UserError, "today or later"):
            self._log("message", self._new_call(), call_again_date="2026-03-05")

    def test_specific_call_is_moved_instead(self):
        action = self.env["dso.action"].create(
            {
                "customer_id": self._customer().id,
                "origin": "specific",
                "action_type": "call",
                "item_ids": [Command.create({"line_id": self._line(self.invoice).id})],
            }
        )
        self._log("no_answer", action.with_user(self.collector))
        self.assertEqual((action.state, str(action.date)), ("planned", "2026-03-09"))
        self.assertFalse(self._again())
        self.assertEqual(action.child_ids.result, "no_answer")

    def test_promise_and_dispute_open_change_status(self):
        for result in ("promise", "dispute"):
            with self.subTest(result):
                opened = self._log(result, self._new_call(), comment="On Friday, he said")
                self.assertEqual(opened["res_model"], "dso.item.qualify")
                wizard = (
                    self.env["dso.item.qualify"]
                    .with_user(self.collector)
                    .with_context(**opened["context"])
                    .create({})
                )
                self.assertEqual(wizard.line_ids, self._line(self.invoice))
                self.assertEqual(wizard.status_id.kind, result)
                self.assertEqual(wizard.comment, "On Friday, he said")

    def test_what_was_said_is_not_recorded_by_the_call(self):
        """Change status… says so, and the history where it was closed without applying."""
        for result, word in (("promise", "promise"), ("dispute", "dispute")):
            with self.subTest(result):
                call = self._new_call()
                opened = self._log(result, call)
                self.assertIn(f"no {word} was recorded", call.reason)
                wizard = self.env["dso.item.qualify"].with_user(self.collector)
                wizard = Form(wizard.with_context(**opened["context"]))
                self.assertTrue(wizard.after_call)
                wizard = wizard.save()
                if result == "dispute":
                    wizard.next_action = "specific"
                wizard.action_apply()
                call.invalidate_recordset()
                self.assertNotIn("recorded", call.reason)
                wizard.action_undo()
                call.invalidate_recordset()
                self.assertIn(f"no {word} was recorded", call.reason)

    def test_what_is_in_dispute_already_needs_no_record(self):
        """The call of its follow-up: "the customer disputes it" says nothing new."""
        line = self._line(self.invoice)
        self.env["dso.item.qualify"].with_user(self.collector).create(
            {
                "line_ids": [Command.set(line.ids)],
                "status_id": self.env.ref("dso_collection.status_dispute_price").id,
            }
        ).action_apply()
        self.env["dso.qualification"].flush_model()
        self.env.cr.execute("UPDATE dso_qualification SET logged_on = '2026-02-20'")
        call = self._customer().open_action_ids.filtered(lambda action: action.origin == "specific")
        self._log("dispute", call.with_user(self.collector))
        self.assertNotIn("recorded", call.child_ids.reason)

    def test_other_results_record_nothing(self):
        call = self._new_call()
        self._log("reached", call)
        self.assertNotIn("recorded", call.reason)

    def test_promise_of_a_specific_call(self):
        action = self.env["dso.action"].create(
            {
                "customer_id": self._customer().id,
                "origin": "specific",
                "action_type": "call",
                "item_ids": [Command.create({"line_id": self._line(self.invoice).id})],
            }
        )
        opened = self._log("promise", action.with_user(self.collector))
        self.assertEqual(opened["context"]["default_line_ids"], self._line(self.invoice).ids)

    def test_wrong_number_marks_the_contact(self):
        self._log("wrong_number")
        self.assertTrue(self.contact.dso_wrong_phone)
        self.assertIn("wrong number", self.contact.message_ids[0].body)
        self.assertIn(self.contact.phone, self.contact.message_ids[0].body)
        self.assertFalse(self._again(), "nobody else can be called")
        self.assertFalse(self._wizard(self._new_call()).contact_ids)

    def test_wrong_number_proposes_the_next_one(self):
        bob = self._create_contact(self.partner, "Bob", "b@acme.example.com")
        bob.phone = "+32 475 12 34 56"
        wizard = self._wizard(result="wrong_number")
        self.assertTrue(wizard.call_again)
        wizard.action_apply()
        self.assertEqual(self._wizard(self._again().with_user(self.collector)).contact_id, bob)

    def test_other_actions_ask_no_number(self):
        """An e-mail that is marked as done calls nobody and marks nobody."""
        letter = self.env["dso.action"].create(
            {"customer_id": self._customer().id, "action_type": "litigation"}
        )
        wizard = self._wizard(letter.with_user(self.collector))
        self.assertFalse(wizard.script or wizard.contact_id or wizard.proposal)
        wizard.result = "wrong_number"
        wizard.action_apply()
        self.assertFalse(self.contact.dso_wrong_phone)
