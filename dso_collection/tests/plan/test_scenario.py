from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..common import DsoCommon


@tagged("post_install", "-at_install")
class TestScenario(DsoCommon):
    """Scenarios as a credit manager configures them."""

    def test_offsets(self):
        """Design: A due + 5, B due + 15, C previous + 10, D due + 45."""
        self.assertEqual(self.scenario.step_ids.mapped("offset"), [5, 15, 25, 45])

    def test_first_step_on_previous_action_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "no.*previous|there is none"):
            self._create_scenario(("A", "previous_action", 5))

    def test_backwards_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "“B”, would come before the step above it"):
            self._create_scenario(("A", "due_date", 15), ("B", "due_date", 5))
        with self.assertRaises(ValidationError):
            self._create_scenario(
                ("A", "due_date", 15), ("B", "previous_action", 10), ("C", "due_date", 20)
            )

    def test_reordering_into_the_impossible_is_refused(self):
        first, second = self.scenario.step_ids[:2]
        with self.assertRaises(ValidationError):
            self.scenario.write(
                {
                    "step_ids": [
                        Command.update(first.id, {"sequence": 1}),
                        Command.update(second.id, {"sequence": 0}),
                    ]
                }
            )

    def test_reordering_and_new_delays_in_one_save(self):
        """Dragging a step and fixing its delay before saving works."""
        first, second = self.scenario.step_ids[:2]
        self.scenario.write(
            {
                "step_ids": [
                    Command.update(first.id, {"sequence": 1, "delay": 15}),
                    Command.update(second.id, {"sequence": 0, "delay": 5}),
                ]
            }
        )
        self.scenario.invalidate_recordset()
        self.assertEqual(self.scenario.step_ids.sorted().mapped("name"), ["B", "A", "C", "D"])

    def test_template_is_required_by_type(self):
        for action_type in (
            "email",
            "email_interactive",
            "fax",
            "sms",
            "letter",
            "letter_registered",
            "letter_electronic",
        ):
            with self.subTest(action_type), self.assertRaisesRegex(ValidationError, "template"):
                self._create_scenario(
                    (
                        "A",
                        "due_date",
                        5,
                        {"action_type": action_type, "mail_template_id": False, "automatic": False},
                    )
                )
        self._create_scenario(
            (
                "A",
                "due_date",
                5,
                {"action_type": "call", "mail_template_id": False, "automatic": False},
            )
        )

    def test_template_of_another_model_is_refused(self):
        other = self.env["mail.template"].create(
            {"name": "Other", "model_id": self.env["ir.model"]._get_id("res.partner")}
        )
        with self.assertRaisesRegex(ValidationError, "another kind of document"):
            self.scenario.step_ids[0].mail_template_id = other

    def test_all_faults_at_once(self):
        """Each names its step, whatever was changed on it; corrected, it is saved."""
        steps = self.scenario.step_ids.sorted()
        commands = [
            Command.update(steps[0].id, {"trigger": "previous_action"}),
            Command.update(steps[1].id, {"action_type": "call", "automatic": True}),
            Command.update(steps[2].id, {"delay": 4000}),
            Command.create(
                {
                    "name": "E",
                    "sequence": 9,
                    "trigger": "due_date",
                    "delay": 3,
                    "action_type": "sms",
                }
            ),
        ]
        with self.assertRaises(ValidationError) as caught:
            self.scenario.with_user(self.manager).write({"step_ids": commands})
        said = str(caught.exception)
        for step, words in (
            ("A", "cannot wait for a previous"),
            ("B", "cannot be automatic"),
            ("C", "delay of 4000"),
            ("E", "needs a template"),
            ("E", "would come before"),
        ):
            self.assertTrue(
                any(f"“{step}”" in line and words in line for line in said.splitlines()), words
            )
        self.assertEqual(len(said.splitlines()), 6)
        with self.assertRaises(ValidationError) as caught:
            self._create_scenario(
                ("A", "previous_action", 5), ("B", "due_date", 5, {"mail_template_id": False})
            )
        self.assertEqual(len(str(caught.exception).splitlines()), 3)
        # one alone needs no list, and nobody switches the check off from outside
        with self.assertRaisesRegex(ValidationError, "^Scenario"):
            self.scenario.with_context(dso_steps_together=True).write({"step_ids": commands[:1]})

    def test_call_cannot_be_automatic(self):
        with self.assertRaisesRegex(ValidationError, "cannot be automatic"):
            self.scenario.step_ids[0].write({"action_type": "call", "automatic": True})

    def test_duplicate_with_steps(self):
        copy = self.scenario.copy()
        self.assertEqual(copy.name, "Test scenario (copy)")
        self.assertEqual(copy.step_ids.mapped("name"), self.scenario.step_ids.mapped("name"))
        self.assertEqual(copy.step_ids.mapped("offset"), [5, 15, 25, 45])
        self.assertFalse(copy.step_ids & self.scenario.step_ids)

    def test_form(self):
        """The screen as a credit manager fills it in."""
        with Form(self.env["dso.scenario"].with_user(self.manager)) as form:
            form.name = "Typed"
            for name, delay in (("One", 3), ("Two", 9)):
                with form.step_ids.new() as step:
                    step.name = name
                    step.delay = delay
                    step.action_type = "email"
                    step.mail_template_id = self.template
        self.assertEqual(form.record.step_ids.mapped("offset"), [3, 9])
        self.assertTrue(all(form.record.step_ids.mapped("to_confirm")))

    def test_ready_scenarios(self):
        """Standard, risky, public: each runs from first to last, with a template where needed."""
        for xmlid in ("scenario_standard", "scenario_risky", "scenario_public"):
            scenario = self.env.ref(f"dso_collection.{xmlid}")
            with self.subTest(xmlid):
                offsets = scenario.step_ids.sorted().mapped("offset")
                self.assertEqual(offsets, sorted(offsets))
                self.assertGreaterEqual(len(offsets), 5)
                self.assertEqual(scenario.step_ids.sorted()[-1].action_type, "litigation")
                scenario.step_ids._check_faults()
        standard = self.env.ref("dso_collection.scenario_standard").step_ids.sorted()
        self.assertLess(standard[0].delay, 0, "a friendly reminder before due")
        self.assertIn("call", standard.mapped("action_type"))
        self.assertTrue(
            {"letter", "letter_registered"} & set(standard.mapped("action_type")),
            "formal notice by letter",
        )

    @freeze_time("2026-03-02")
    def test_deleting_a_done_step_keeps_the_history(self):
        self._invoice("2026-03-01")
        self._do(self._plan("2026-03-01"), "2026-03-06")
        self.scenario.step_ids[0].unlink()
        done = self._customer().action_ids.filtered(lambda action: action.state == "done")
        self.assertEqual(len(done), 1)
        self.assertTrue(done.subject)

    @freeze_time("2026-03-02")
    def test_what_was_done_keeps_its_name(self):
        """A lawyer reads what was said then, whatever the step is called now; what is planned is
        called as its step is."""
        self.env["res.lang"]._activate_lang("fr_FR")
        step = self.scenario.step_ids[0]
        step.with_context(lang="fr_FR").name = "Premier rappel"
        name = step.name
        self._invoice("2026-03-01")
        self._do(self._plan("2026-03-01"), "2026-03-06")
        done = self._customer().action_ids.filtered(lambda action: action.state == "done")
        self.assertEqual(done.name, name)
        for change in (lambda: step.write({"name": "Renamed"}), step.unlink):
            change()
            self.assertEqual(done.name, name)
            self.assertEqual(done.with_context(lang="fr_FR").name, "Premier rappel")
        second = self.scenario.step_ids[0]
        planned = self._plan("2026-03-06")
        self.assertEqual(planned.step_id, second)
        second.name = "Last"
        self.assertEqual(planned.name, "Last")

    def test_rights(self):
        for user in (self.reader, self.collector):
            with self.assertRaises(AccessError):
                self.scenario.with_user(user).name = "Mine"
        self.scenario.with_user(self.manager).name = "Managed"

    def test_used_status_is_archived_not_deleted(self):
        status = self.env["dso.item.status"].create({"name": "Asked for a copy", "kind": "ongoing"})
        unused = status.copy()
        self._line(self._invoice("2026-03-01")).dso_status_id = status
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            status.unlink()
        unused.unlink()
        status.active = False

    def test_settings_say_that_nobody_can_pay(self):
        """Without a bank account a reminder asks for money and does not say where to."""
        self.company.partner_id.bank_ids.unlink()
        settings = self.env["res.config.settings"].create({})
        self.assertFalse(settings.dso_has_bank)
        self.env["res.partner.bank"].create(
            {"acc_number": "BE71096123456769", "partner_id": self.company.partner_id.id}
        )
        self.assertTrue(self.env["res.config.settings"].create({}).dso_has_bank)

    def test_settings_that_make_no_sense_are_refused(self):
        for name in ("dso_min_amount", "dso_ignore_below"):
            with self.assertRaises(ValidationError) as caught:
                self.company[name] = -50
            self.assertIn("cannot be negative", str(caught.exception))
        for value in (-50, 0):
            with self.assertRaises(ValidationError) as caught:
                self.company.dso_score_amount = value
            self.assertIn("must be more than 0", str(caught.exception))
        for value in (-1, 4000):
            with self.assertRaises(ValidationError) as caught:
                self.company.dso_contact_gap_days = value
            self.assertRegex(
                str(caught.exception), f"Days Between Two Leaders.*from 0 to 3650, not {value}"
            )
        with self.assertRaises(ValidationError) as caught:
            self.company.write({"dso_page_days": 0, "dso_receipt_days": 10**6})
        self.assertEqual(len(str(caught.exception).splitlines()), 2, "both at once")

    def test_columns_of_types_in_use(self):
        """What no step needs takes no place beside the steps."""
        self.assertEqual(self.scenario.used_fields, "mail_template_id")
        with Form(self.scenario) as form, form.step_ids.edit(0) as step:
            step.action_type = "litigation"
        self.assertIn("letter_template_id", self.scenario.used_fields)
        # what somebody has to do is not automatic, though nobody could uncheck it there
        self.assertFalse(self.scenario.step_ids[0].automatic)

    def test_delays_that_make_no_sense_are_refused(self):
        step = self.scenario.step_ids[0]
        for delay in (100_000, -3651):
            with self.assertRaises(ValidationError) as caught:
                step.delay = delay
            self.assertIn(f"{delay} days. Enter a number from", str(caught.exception))
        with self.assertRaises(ValidationError) as caught:
            self.env.ref("dso_collection.status_promise").followup_days = 99_999
        self.assertIn("from 0 to 3650, not 99999", str(caught.exception))
        step.scenario_id.step_ids[-1].delay = 3650
