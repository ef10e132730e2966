import inspect
from ast import literal_eval
from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tests import tagged

from ..common import DsoCommon

#: What other work and outside tests rely on: {model: {field: its type}}, see the design, section 4.
FIELDS = {
    "dso.customer": {
        "partner_id": "many2one",
        "company_id": "many2one",
        "currency_id": "many2one",
        "scenario_id": "many2one",
        "collector_id": "many2one",
        "leader_line_id": "many2one",
        "leader_since": "date",
        "next_action_id": "many2one",
        "next_action_date": "date",
        "last_action_date": "date",
        "planning_reason": "char",
        "penalty_enabled": "boolean",
        "recovery_cost_enabled": "boolean",
        "item_ids": "many2many",
        "credit_ids": "many2many",
        "action_ids": "one2many",
        "amount_overdue": "monetary",
        "amount_not_due": "monetary",
        "credit_unallocated": "monetary",
        "amount_due": "monetary",
        "amount_disputed": "monetary",
        "amount_promised": "monetary",
        "days_overdue_max": "integer",
        "message_ids": "one2many",
        "activity_ids": "one2many",
    },
    "dso.scenario": {
        "name": "char",
        "company_id": "many2one",
        "active": "boolean",
        "step_ids": "one2many",
        "min_amount": "float",
        "restart_policy": "selection",
    },
    "dso.scenario.step": {
        "scenario_id": "many2one",
        "sequence": "integer",
        "name": "char",
        "action_type": "selection",
        "trigger": "selection",
        "delay": "integer",
        "automatic": "boolean",
        "to_confirm": "boolean",
        "mail_template_id": "many2one",
        "sms_template_id": "many2one",
        "letter_template_id": "many2one",
        "attach_invoices": "boolean",
    },
    "dso.action": {
        "customer_id": "many2one",
        "partner_id": "many2one",
        "company_id": "many2one",
        "currency_id": "many2one",
        "collector_id": "many2one",
        "origin": "selection",
        "step_id": "many2one",
        "parent_id": "many2one",
        "action_type": "selection",
        "date": "date",
        "date_forced": "boolean",
        "automatic": "boolean",
        "to_confirm": "boolean",
        "confirmed": "boolean",
        "state": "selection",
        "agenda_state": "selection",
        "leader_line_id": "many2one",
        "item_ids": "one2many",
        "amount": "monetary",
        "recipient_ids": "many2many",
        "subject": "char",
        "body": "html",
        "mail_template_id": "many2one",
        "sms_template_id": "many2one",
        "letter_template_id": "many2one",
        "error_message": "char",
        "reason": "char",
        "done_date": "date",
        "done_by_id": "many2one",
        "result": "selection",
        "comment": "text",
    },
    "dso.action.item": {
        "action_id": "many2one",
        "line_id": "many2one",
        "amount_residual": "monetary",
        "days_overdue": "integer",
        "penalty": "monetary",
        "recovery_cost": "monetary",
    },
    "dso.item.status": {
        "name": "char",
        "kind": "selection",
        "followup_days": "integer",
        "active": "boolean",
    },
    "dso.qualification": {
        "line_id": "many2one",
        "status_id": "many2one",
        "date": "date",
        "comment": "text",
        "amount": "monetary",
        "resolver_id": "many2one",
        "user_id": "many2one",
        "source": "selection",
    },
    "dso.item.qualify": {
        "line_ids": "many2many",
        "status_id": "many2one",
        "date": "date",
        "amount": "monetary",
        "comment": "text",
        "resolver_id": "many2one",
        "email_mode": "selection",
        "next_action": "selection",
        "action_type": "selection",
        "action_date": "date",
        "automatic": "boolean",
        "to_confirm": "boolean",
        "mail_template_id": "many2one",
        "subject": "char",
        "body": "html",
    },
    "account.move.line": {
        "dso_status_id": "many2one",
        "dso_status_date": "date",
        "dso_comment": "text",
        "dso_ignored": "boolean",
        "dso_days_overdue": "integer",
        "dso_is_leader": "boolean",
        "dso_excluded": "boolean",
        "dso_qualification_ids": "one2many",
    },
    "account.move": {
        "dso_status_id": "many2one",
        "dso_status_date": "date",
        "dso_action_ids": "many2many",
        "dso_action_count": "integer",
    },
    "res.partner": {
        "dso_customer_id": "many2one",
        "dso_scenario_id": "many2one",
        "dso_collector_id": "many2one",
        "dso_collection_contact": "boolean",
        "dso_fax": "char",
    },
    "dso.penalty.rule": {
        "name": "char",
        "kind": "selection",
        "rate": "float",
        "reference": "selection",
        "fixed_at_start": "boolean",
        "recovery_cost": "monetary",
        "recovery_per": "selection",
        "tier_ids": "one2many",
        "currency_id": "many2one",
    },
    "dso.penalty.rate": {
        "reference": "selection",
        "date_from": "date",
        "rate": "float",
        "source": "char",
    },
    "dso.alert": {
        "name": "char",
        "kind": "selection",
        "level": "selection",
        "domain": "char",
        "user_id": "many2one",
        "count": "integer",
    },
    "res.company": {
        "dso_default_scenario_id": "many2one",
        "dso_default_collector_id": "many2one",
        "dso_min_amount": "monetary",
        "dso_ignore_below": "monetary",
        "dso_contact_gap_days": "integer",
        "dso_promise_grace_days": "integer",
        "dso_sending_calendar_id": "many2one",
        "dso_penalty_rule_id": "many2one",
        "dso_fax_domain": "char",
    },
}
FIELDS["res.config.settings"] = FIELDS["res.company"]

ACTION_TYPES = (
    "call",
    "email",
    "email_interactive",
    "email_internal",
    "letter",
    "letter_registered",
    "letter_electronic",
    "sms",
    "fax",
    "litigation",
)
#: {(model, field): the values, every one and no other}
SELECTIONS = {
    ("dso.scenario", "restart_policy"): ("first_step", "by_age"),
    ("dso.scenario.step", "trigger"): ("due_date", "previous_action"),
    ("dso.scenario.step", "action_type"): ACTION_TYPES,
    ("dso.action", "action_type"): ACTION_TYPES,
    ("dso.item.qualify", "action_type"): ACTION_TYPES,
    ("dso.action", "origin"): ("scenario", "specific", "manual"),
    ("dso.action", "state"): ("planned", "done", "error", "cancelled"),
    ("dso.action", "agenda_state"): (
        "confirmed",
        "late",
        "upcoming",
        "error",
        "done",
        "cancelled",
    ),
    ("dso.item.status", "kind"): (
        "ongoing",
        "promise",
        "dispute",
        "dispute_resolved",
        "litigation",
    ),
    ("dso.qualification", "source"): ("collector", "customer", "resolver", "system"),
    ("dso.item.qualify", "email_mode"): ("none", "customer", "internal"),
    ("dso.item.qualify", "next_action"): ("scenario", "specific"),
    ("dso.penalty.rule", "kind"): ("fixed", "reference"),
    ("dso.penalty.rule", "reference"): ("ecb", "boe", "de_base"),
    ("dso.penalty.rule", "recovery_per"): ("item", "invoice"),
    ("dso.penalty.rate", "reference"): ("ecb", "boe", "de_base"),
}
#: {(model, field): its default}
DEFAULTS = {
    ("dso.scenario", "restart_policy"): "first_step",
    ("dso.scenario.step", "to_confirm"): True,
    ("dso.item.status", "followup_days"): 7,
    ("res.company", "dso_contact_gap_days"): 7,
    ("res.company", "dso_promise_grace_days"): 1,
}
#: Amounts and computed fields by which lists are searched, sorted and grouped.
SORTED = {
    "dso.customer": (
        "amount_overdue",
        "amount_not_due",
        "credit_unallocated",
        "amount_due",
        "amount_disputed",
        "amount_promised",
        "days_overdue_max",
    )
}
SEARCHED = {
    "dso.action": {"agenda_state": "late"},
    "account.move.line": {
        "dso_days_overdue": 3,
        "dso_is_leader": True,
        "dso_excluded": True,
        "dso_qualification_ids": False,
    },
}
#: Stored on journal items and posted ones too: empty and not copied.
STORED = ("dso_status_id", "dso_status_date", "dso_comment", "dso_ignored")
#: {model: {method: how it is called}}, without ``self``.
METHODS = {
    "dso.customer": {
        "_plan": "customers=None, today=None",
        "_cron_plan": "",
        "_cron_refresh": "",
        "_simulate": "until",
    },
    "dso.action": {
        "action_confirm": "",
        "action_execute": "",
        "action_cancel": "reason=None",
        "action_reschedule": "date",
        "action_retry": "",
        "_dispatch": "now=None",
        "_cron_dispatch": "",
        "_dso_render": "text, html",
    },
    "dso.item.qualify": {"action_apply": ""},
    "account.move.line": {"_dso_penalties": "on_date"},
    "dso.forecast": {"_forecast": "company, today, weeks=13, customers=None"},
    "dso.indicator": {"_measure": 'company, day, customers=None, method="count_back"'},
}
XMLIDS = {
    "dso.scenario": ("scenario_standard", "scenario_risky", "scenario_public"),
    "dso.item.status": (
        "status_ongoing",
        "status_promise",
        "status_dispute_price",
        "status_dispute_quality",
        "status_dispute_missing",
        "status_dispute_admin",
        "status_dispute_resolved",
        "status_litigation",
    ),
    "dso.penalty.rule": (
        "penalty_rule_eu",
        "penalty_rule_fr",
        "penalty_rule_de",
        "penalty_rule_uk",
    ),
    "res.groups": ("group_dso_reader", "group_dso_collector", "group_dso_manager"),
    "ir.cron": ("ir_cron_plan", "ir_cron_refresh", "ir_cron_dispatch"),
}


@tagged("post_install", "-at_install")
class TestContract(DsoCommon):
    """The names that others rely on: what is called so is there, and is what it is said to be."""

    def test_fields(self):
        for model, names in FIELDS.items():
            for name, kind in names.items():
                with self.subTest(f"{model}.{name}"):
                    self.assertEqual(self.env[model]._fields[name].type, kind)

    def test_selections(self):
        for (model, name), values in SELECTIONS.items():
            with self.subTest(f"{model}.{name}"):
                self.assertCountEqual(self.env[model]._fields[name].get_values(self.env), values)

    def test_defaults(self):
        for (model, name), value in DEFAULTS.items():
            with self.subTest(f"{model}.{name}"):
                self.assertEqual(self.env[model].default_get([name]).get(name), value)

    def test_methods(self):
        for model, methods in METHODS.items():
            for name, wanted in methods.items():
                with self.subTest(f"{model}.{name}"):
                    found = inspect.signature(getattr(self.env[model], name))
                    self._check_signature(found, [arg for arg in wanted.split(", ") if arg])

    def _check_signature(self, found, wanted):
        """The named arguments come first and in this order; further ones can be left out."""
        parameters = list(found.parameters.values())
        self.assertEqual(
            [parameter.name for parameter in parameters[: len(wanted)]],
            [arg.partition("=")[0] for arg in wanted],
        )
        for parameter, arg in zip(parameters, wanted, strict=False):
            if "=" in arg:
                self.assertEqual(parameter.default, literal_eval(arg.partition("=")[2]))
        for parameter in parameters[len(wanted) :]:
            self.assertIsNot(parameter.default, inspect.Parameter.empty, parameter)

    def test_ready_made_records(self):
        for model, names in XMLIDS.items():
            for name in names:
                with self.subTest(name):
                    self.assertEqual(self.env.ref(f"dso_collection.{name}")._name, model)

    def test_groups_imply_the_one_before(self):
        reader, collector, manager = (
            self.env.ref(f"dso_collection.{name}") for name in XMLIDS["res.groups"]
        )
        self.assertIn(reader, collector.all_implied_ids)
        self.assertIn(collector, manager.all_implied_ids)
        self.assertTrue(self.collector.has_group("base.group_allow_export"))

    def test_lists_can_be_searched_sorted_and_grouped(self):
        self._invoice("2026-03-01")
        self._plan("2026-03-10")
        customers = self.env["dso.customer"].with_user(self.collector)
        for name in SORTED["dso.customer"]:
            with self.subTest(name):
                self.assertTrue(customers.search([(name, ">=", 0)], order=f"{name} desc"))
                groups = customers._read_group([], ["collector_id"], [f"{name}:sum"])
                self.assertTrue(groups)
                self.assertTrue(customers._read_group([], [name], ["__count"]))
        for model, values in SEARCHED.items():
            records = self.env[model].with_user(self.accountant())
            for name, value in values.items():
                with self.subTest(f"{model}.{name}"):
                    found = records.search([(name, "=", value)])
                    others = records.search(~Domain(name, "=", value))
                    self.assertFalse(found & others)
                    self.assertTrue(found | others)

    def accountant(self):
        """Somebody who reads both items and actions."""
        self.collector.group_ids |= self.env.ref("account.group_account_invoice")
        return self.collector

    def test_own_fields_of_items_are_not_copied(self):
        for name in STORED:
            with self.subTest(name):
                field = self.env["account.move.line"]._fields[name]
                self.assertTrue(field.store and not field.copy and not field.required)
        self.env.cr.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            " AND column_name = ANY(%s) AND is_nullable = 'YES' AND column_default IS NULL",
            ["account_move_line", list(STORED)],
        )
        self.assertCountEqual([row[0] for row in self.env.cr.fetchall()], STORED)

    def test_simulating_returns_days_and_writes_nothing(self):
        self._invoice("2026-03-01")
        self._plan("2026-03-02")
        before = self.env["dso.action"].search([]).mapped("write_date")
        found = self.env["dso.customer"]._simulate(date(2026, 5, 1), today=date(2026, 3, 2))
        self.assertIsInstance(found, list)
        self.assertTrue(found)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.env["dso.action"].search([]).mapped("write_date"), before)

    def test_penalties_are_three_things_of_each_item(self):
        line = self._line(self._invoice("2026-03-01"))
        self.company.dso_penalty_rule_id = self.env.ref("dso_collection.penalty_rule_eu")
        self._plan("2026-03-02")
        self._customer().write({"penalty_enabled": True, "recovery_cost_enabled": True})
        found = line._dso_penalties(date(2026, 3, 11))
        interest, cost, breakdown = found[line.id]
        self.assertIsInstance(interest, float)
        self.assertEqual(cost, 40.0)
        self.assertTrue(breakdown)

    def test_rendering_replaces_hashtags(self):
        self._invoice("2026-03-01")
        action = self._plan("2026-03-10")
        text = action._dso_render("#items_amount_selected", False)
        self.assertNotIn("#", text)
        self.assertIn("100", text)
        self.assertIn("100", action._dso_render("<p>#items_amount_selected</p>", True))

    def test_the_log_is_append_only(self):
        line = self._line(self._invoice("2026-03-01"))
        self._plan("2026-03-10")
        self.env["dso.item.qualify"].with_user(self.manager).create(
            {"line_ids": line.ids, "comment": "Said so"}
        ).action_apply()
        entry = line.dso_qualification_ids
        self.assertEqual(entry.comment, "Said so")
        for user in (self.collector, self.manager, self.env.ref("base.user_admin")):
            with self.assertRaises(UserError):
                entry.with_user(user).write({"comment": "Did not"})
            with self.assertRaises(UserError):
                entry.with_user(user).unlink()
