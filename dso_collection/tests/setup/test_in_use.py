"""What is in use is neither archived nor deleted without a word, and what was archived is not
given to anybody any more."""

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import RedirectWarning, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-07 09:00:00")
class TestInUse(DsoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.slow = cls._create_scenario(("Slow", "due_date", 30), name="Slow")
        cls._invoice("2026-03-01")
        cls._plan("2026-03-06")
        cls.customer = cls._customer()

    def _refused(self, records, method="archive"):
        """What a credit manager is told who archives or deletes records."""
        records = records.with_user(self.manager)
        try:
            with self.env.cr.savepoint():
                records.unlink() if method == "delete" else records.action_archive()
        except (UserError, RedirectWarning) as refused:
            self.env.invalidate_all()
            self.assertTrue(records.exists())
            return refused
        self.fail(f"{records.display_name}: {method} was not refused")

    def test_scenario(self):
        self.env["dso.assignment.rule"].create(
            {"name": "VIP", "scenario_id": self.scenario.id, "company_id": self.company.id}
        )
        for method in ("archive", "delete"):
            with self.subTest(method):
                refused = self._refused(self.scenario, method)
                said, action = refused.args[:2]
                for words in (self.scenario.name, "1 customer follows", self.company.name, "VIP"):
                    self.assertIn(words, said)
                self.assertIn("Choose another scenario", said)
                found = self.env[action["res_model"]].search(action["domain"])
                self.assertEqual(found, self.customer)
        self.assertTrue(self.scenario.active)

    def test_scenario_of_an_archived_customer(self):
        """It comes back with its scenario: only deleting takes that from it."""
        self.customer.with_user(self.manager).scenario_id = self.slow
        self.customer.active = False
        refused = self._refused(self.slow, "delete")
        self.assertIn("1 customer follows", refused.args[0])
        self.assertEqual(refused.args[1]["context"], {"active_test": False})
        self.slow.with_user(self.manager).action_archive()
        self.assertFalse(self.slow.active)

    def test_scenario_without_use(self):
        self.slow.with_user(self.manager).action_archive()
        self.slow.with_user(self.manager).unlink()
        self.assertFalse(self.slow.exists())

    def test_archived_is_not_given(self):
        """Default of the company, or of a rule, as it may stand in a database since long."""
        rule = self.env["dso.assignment.rule"].create(
            {"name": "VIP", "scenario_id": self.slow.id, "company_id": self.company.id}
        )
        (self.slow | self.scenario).sudo().active = False
        self.customer._return_to_rules(["scenario_id"])
        self.assertFalse(self.customer.scenario_id)
        self.env["dso.assignment.rule"].with_user(self.manager).action_apply()
        self.assertFalse(self.customer.scenario_id)
        partners = self.env["res.partner"].create(
            [{"name": "By hand", "is_company": True}, {"name": "New", "is_company": True}]
        )
        by_hand = self.env["dso.customer"].create(
            {"partner_id": partners[0].id, "company_id": self.company.id}
        )
        self.assertFalse(by_hand.scenario_id)
        self._invoice("2026-03-01", partner=partners[1])
        self._plan("2026-03-06", partners[1])
        self.assertTrue(self._customer(partners[1]))
        self.assertFalse(self._customer(partners[1]).scenario_id)
        self.scenario.active = True
        self.customer._return_to_rules(["scenario_id"])
        self.assertEqual(self.customer.scenario_id, self.scenario)
        rule.unlink()

    def test_templates(self):
        status = self.env["dso.item.status"].create(
            {"name": "Promise by mail", "mail_template_id": self.template.id}
        )
        for method in ("archive", "delete"):
            said = self._refused(self.template, method).args[0]
            for words in (self.template.name, "Test scenario: 1. A", status.name):
                self.assertIn(words, said)
        letter = self.env["dso.letter.template"].create({"name": "Letter", "body": "<p>Pay</p>"})
        sms = self.env["sms.template"].create(
            {
                "name": "SMS",
                "body": "Pay",
                "model_id": self.env["ir.model"]._get_id("dso.action"),
            }
        )
        status.write({"letter_template_id": letter.id, "sms_template_id": sms.id})
        for template in letter, sms:
            with self.assertRaisesRegex(UserError, status.name):
                template.sudo().unlink()
        status.unlink()
        letter.with_user(self.manager).unlink()
        sms.sudo().unlink()

    def test_penalty_rule(self):
        rule = self.env["dso.penalty.rule"].create({"name": "Ours", "rate": 8})
        self.company.dso_penalty_rule_id = rule
        for method in ("archive", "delete"):
            self.assertIn(self.company.name, self._refused(rule, method).args[0])
        self.company.dso_penalty_rule_id = False
        rule.with_user(self.manager).unlink()

    def test_sending_hours(self):
        calendar = self.env["resource.calendar"].create(
            {"name": "Mornings", "company_id": self.company.id}
        )
        self.company.dso_sending_calendar_id = calendar
        with self.assertRaisesRegex(UserError, "sending hours"):
            calendar.unlink()
        self.assertTrue(calendar.exists())
        self.company.dso_sending_calendar_id = False
        calendar.unlink()

    def test_status_proposed_by_a_customer(self):
        status = self.env["dso.item.status"].create({"name": "Ours"})
        ((page, _token),) = self.env["dso.page"]._create_pages(
            [
                {
                    "customer_id": self.customer.id,
                    "purpose": "customer",
                    "expires_date": "2026-06-01",
                }
            ]
        )
        self.env["dso.page.answer"].sudo().create(
            {"page_id": page.id, "kind": "dispute", "key": "k1", "status_id": status.id}
        )
        self.assertIn("Archive it", self._refused(status, "delete").args[0])
        self.assertIn("nobody has decided yet: 1", self._refused(status).args[0])

    def test_status_of_open_items(self):
        status = self.env["dso.item.status"].create({"name": "Ours", "kind": "ongoing"})
        line = self.customer.item_ids[:1]
        line.sudo().dso_status_id = status
        said, action = self._refused(status).args[:2]
        for words in ("“Ours” is in use", "1 open item has this status", "another status first"):
            self.assertIn(words, said)
        found = self.env["account.move.line"].with_user(self.manager).search(action["domain"])
        self.assertEqual(found, line)
        self.assertIn("once no open item has it", self._refused(status, "delete").args[0])
        with self.assertRaisesRegex(UserError, "add a new status with the other kind"):
            status.with_user(self.manager).kind = "dispute"
        line.sudo().dso_status_id = False
        status.with_user(self.manager).action_archive()
        self.assertFalse(status.active)

    def test_the_only_provider_of_planned_mail(self):
        provider = self.env["dso.erm.provider"].create(
            {"name": "Post", "url": "https://post.example.com"}
        )
        self.env["dso.erm.provider"].search([("id", "!=", provider.id)]).active = False
        self._open_action().sudo().action_type = "letter_electronic"
        self.assertIn("would have no provider: 1", self._refused(provider).args[0])
        other = provider.copy({"name": "Other post", "company_id": self.company.id})
        provider.with_user(self.manager).action_archive()
        self.assertFalse(provider.active)
        self.assertTrue(other.active)

    def test_provider(self):
        provider = self.env["dso.erm.provider"].create(
            {"name": "Post", "url": "https://post.example.com"}
        )
        self.env["dso.erm.letter"].sudo().create(
            {
                "provider_id": provider.id,
                "action_id": self._open_action().id,
                "company_id": self.company.id,
                "key": "k1",
            }
        )
        self.assertIn("Archive it", self._refused(provider, "delete").args[0])

    def test_file_with_a_qualification(self):
        other = self.env["res.partner"].create({"name": "Other", "is_company": True})
        line = self._line(self._invoice("2026-03-01", partner=other))
        self._plan("2026-03-06", other)
        self.env["dso.item.qualify"].create(
            {
                "line_ids": [Command.set(line.ids)],
                "status_id": self.env.ref("dso_collection.status_ongoing").id,
                "comment": "Called",
            }
        ).action_apply()
        with self.assertRaisesRegex(ValidationError, "has a history"):
            self._customer(other).unlink()

    def test_the_database_is_put_into_words(self):
        """Of whatever else the history names: a colleague, an insurer, a currency."""
        insurer = self.env["res.partner"].create({"name": "Insurer"})
        self.customer.insurer_id = insurer
        self.env.flush_all()
        model = self.env["dso.customer"]
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as caught:
            with self.env.cr.savepoint():
                self.env.cr.execute("DELETE FROM res_partner WHERE id = %s", [insurer.id])
        said = model._sql_error_to_message(caught.exception)
        self.assertIn("Insurer", said)
        self.assertIn("archive it instead", said)
        self.assertNotIn("fkey", said)
