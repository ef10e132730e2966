from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..letter_common import LetterCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestReturn(LetterCommon):
    """Letters that the post brings back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice("2026-03-01", 250.0)

    def _print_letter(self, action_type="letter", partner=None):
        action = self._letter(partner, action_type=action_type)
        action.with_user(self.collector).action_execute()
        self.assertEqual(action.state, "done")
        return action

    def _bring_back(self, actions, reason, comment=False, user=None):
        env = self.env(user=user or self.collector)
        window = actions.with_env(env).action_open_return()
        wizard = env["dso.action.return"].with_context(**window["context"])
        said = wizard.create({"reason": reason, "comment": comment}).action_apply()["params"]
        self.assertIn("returned", said["message"])
        self.assertEqual(said["next"]["type"], "ir.actions.act_window_close")

    def test_back_in_the_agenda_with_cause_and_mend(self):
        action = self._print_letter()
        self._bring_back(action, "moved", "new address <unknown>")
        self.assertEqual((action.state, action.agenda_state), ("error", "error"))
        self.assertIn("Moved: new address <unknown>", action.error_message)
        self.assertIn("Correct the address", action.error_message)
        self.assertEqual(action.action_fix()["res_id"], action.recipient_ids.id)
        # the file remembers, whatever becomes of it
        note = self._customer().message_ids[:1]
        self.assertIn("of 03/06/2026 came back", note.body)
        self.assertIn("new address &lt;unknown&gt;", note.body)

    def test_step_after_it_is_taken_back(self):
        scenario = self._create_scenario(
            *(
                (
                    name,
                    "due_date",
                    delay,
                    {
                        "action_type": "letter",
                        "mail_template_id": False,
                        "letter_template_id": self.letter_template.id,
                        "automatic": False,
                    },
                )
                for name, delay in (("First", 5), ("Second", 15))
            )
        )
        self.company.dso_default_scenario_id = scenario
        partner = self._make_customer("Scenario")
        first = self._plan("2026-03-06", partner)
        first.with_user(self.collector).action_execute()
        self.assertPlanned("Second", "2026-03-16", partner)
        self._bring_back(first, "unknown")
        self.assertEqual(self._open_action(partner), first)
        first.with_user(self.collector).action_retry()
        self.assertPlanned("Second", "2026-03-16", partner)

    def test_retry_makes_it_again_for_the_new_address(self):
        action = self._print_letter("letter_registered")
        action.write({"tracking_number": "RA 1", "posted_date": "2026-03-06"})
        first = action.letter_attachment_id
        with freeze_time("2026-03-20 09:00:00"):
            self._bring_back(action, "moved")
            self.assertIn("(RA 1) came back", self._customer().message_ids[:1].body)
            (self.partner | self.contact).write({"street": "7 Rue Neuve", "city": "Lyon"})
            window = action.with_user(self.collector).action_retry()
        self.assertEqual((action.state, action.error_message), ("done", False))
        # it is shown, to be printed
        wizard = self.env[window["res_model"]].browse(window["res_id"])
        self.assertEqual(wizard.printed_ids, action)
        text = self._text(action.letter_attachment_id.raw)
        self.assertIn("7 Rue Neuve", text)
        self.assertNotIn("Rue de la Paix", text)
        for words in (self.invoice.name, "250.00", "Two Hundred", "Registered letter"):
            self.assertIn(words, text)
        self.assertTrue(first.exists(), "what was posted first stays with the action")
        self.assertFalse(action.tracking_number)
        self.assertEqual(str(action.posted_date), "2026-03-20")
        self.assertEqual(self.env["dso.action"].search_count([("parent_id", "=", action.id)]), 0)

    def _contact(self, name, street, **values):
        return self.env["res.partner"].create(
            {
                "name": name,
                "parent_id": self.partner.id,
                "type": "other",
                "street": street,
                "zip": "69001",
                "city": "Lyon",
                "country_id": self.france.id,
                "dso_collection_contact": True,
                **values,
            }
        )

    def _check_readdressed(self, old, new):
        text = self._text(self.action.letter_attachment_id.raw)
        self.assertIn(new.street, text)
        self.assertNotIn(old.street, text)
        self.assertEqual((self.action.state, self.action.recipient_ids), ("done", new))

    def test_retry_to_the_successor(self):
        """Not to who was archived, nor to another company's, nor to the address that failed."""
        self.contact.dso_collection_contact = False
        other = self.env["res.company"].create({"name": "Elsewhere"})
        for values in ({"active": False}, {"company_id": other.id}, {}):
            with self.subTest(values=values):
                carl = self._contact("Carl", "8 Rue Basse")
                self.action = self._print_letter()
                self.assertEqual(self.action.recipient_ids, carl)
                self._bring_back(self.action, "moved")
                carl.write(values)
                bea = self._contact("Bea", "7 Rue Neuve")
                self.action.with_user(self.collector).action_retry()
                self._check_readdressed(carl, bea)
                (carl | bea).write({"dso_collection_contact": False})

    def test_retry_needs_an_address(self):
        action = self._print_letter()
        self._bring_back(action, "unknown")
        (self.partner | self.contact).write({"street": False})
        told = action.with_user(self.collector).action_retry()
        self.assertIn("Street", told["params"]["message"], "no letter is printed again")
        self.assertEqual(action.state, "error")
        self.assertIn("Street", action.error_message)

    def test_refused(self):
        """Nothing is wrong with the address."""
        action = self._print_letter("letter_registered")
        self._bring_back(action, "refused")
        self.assertIn("another way", action.error_message)
        self.assertNotIn("Correct", action.error_message)

    def test_several_at_once(self):
        actions = self._print_letter()
        actions |= self._print_letter(partner=self._make_customer("Other"))
        self._bring_back(actions, "unknown")
        self.assertEqual(actions.mapped("state"), ["error", "error"])
        window = actions.with_user(self.collector).action_retry()
        self.assertEqual(actions.mapped("state"), ["done", "done"])
        wizard = self.env[window["res_model"]].browse(window["res_id"])
        self.assertEqual(wizard.printed_ids, actions)

    def test_only_letters_that_have_left(self):
        planned = self._letter()
        with self.assertRaisesRegex(UserError, "None of these actions is a letter"):
            planned.with_user(self.collector).action_open_return()
        action = self._print_letter()
        self._bring_back(action, "moved")
        with self.assertRaises(UserError):
            action.with_user(self.collector).action_open_return()

    def test_readers_and_others_collectors_may_not(self):
        action = self._print_letter()
        with self.assertRaises(AccessError):
            action.with_user(self.reader).action_open_return()
        self._customer().collector_id = self.manager
        self.company.dso_own_customers_only = True
        with self.assertRaises(AccessError):
            action.with_user(self.collector).action_open_return()
        with self.assertRaises(AccessError):
            action.with_user(self.collector)._set_returned("moved")
        self.assertEqual(action.state, "done")
