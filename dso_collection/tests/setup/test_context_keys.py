"""What the module tells itself by the context is nothing that a client can say."""

import ast
import json
import re
from pathlib import Path

from freezegun import freeze_time

from odoo import Command
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools.misc import file_path

from ...tools.inside import KEYS, SHOWN, get_inside, inside
from ..common import DsoCommon

#: Reading a key of the context, or asking whether it is there.
READ = re.compile(
    r'context(?:\.get\(\s*|\[)"(dso_\w+)"|"(dso_\w+)" (?:not )?in (?:self\.env\.)?context|'
    r"\b(?:ctx|context)(?:\.get\(|\[)'(dso_\w+)"
)
#: Contexts of views and actions, and their keys.
CONTEXTS = re.compile(r'context(?:="([^"]*)"|">([^<]*)<)')
KEY = re.compile(r"'(dso_\w+)':")
#: Methods that read what their callers name.
READERS = {"get_inside", "_dso_is_told_to_skip"}


def read_calls(source):
    """What Python says in contexts: keys for anybody, those said inside, those read inside."""
    said, inside, read = set(), set(), set()
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        keys = {keyword.arg for keyword in call.keywords if keyword.arg}
        if name == "with_context":
            said |= {key for key in keys if key.startswith("dso_")}
        elif name == "inside":
            inside |= keys
        elif name in READERS:
            read |= {
                value.value
                for value in call.args
                if isinstance(value, ast.Constant) and str(value.value).startswith("dso_")
            }
    return said, inside, read


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestContextKeys(DsoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice("2026-03-01")
        cls.line = cls._line(cls.invoice)
        cls.action = cls._plan("2026-03-06")
        cls.customer = cls._customer()

    def _call(self, records, method, *args, **context):
        """As a client does: the context has travelled as JSON."""
        context = json.loads(json.dumps(context, default=str))
        model = self.env[records._name].with_user(self.collector)
        return call_kw(model, method, [records.ids, *args], {"context": context})

    @staticmethod
    def _read_sources(suffix):
        folder = Path(file_path("dso_collection"))
        return [
            path.read_text(encoding="utf-8")
            for folder in folder.parent.glob("dso_collection*")
            for path in folder.rglob(f"*.{suffix}")
            if not {"tests", "migrations"} & set(path.parts)
            # where they are listed
            and path.name != "inside.py"
        ]

    def test_every_key_of_anybodys_is_listed(self):
        read, said = set(), set()
        for text in self._read_sources("py"):
            read.update(key for keys in READ.findall(text) for key in keys if key)
            said |= read_calls(text)[0]
        for text in self._read_sources("xml"):
            read.update(key for keys in READ.findall(text) for key in keys if key)
            for contexts in CONTEXTS.findall(text):
                said.update(key for context in contexts for key in KEY.findall(context))
        self.assertIn("dso_ask", said)
        self.assertLessEqual(said, SHOWN.keys(), "Say it as an argument or by inside, or list it.")
        self.assertEqual(read, SHOWN.keys(), "Read what only the module says by get_inside.")

    def test_every_key_of_the_module_has_its_reason(self):
        """What our own code says to our own code is an argument."""
        read, said = set(), set()
        for text in self._read_sources("py"):
            _said, inside, found = read_calls(text)
            said |= inside
            read |= found
        self.assertEqual(said, KEYS.keys())
        self.assertEqual(read, KEYS.keys())
        self.assertFalse(KEYS.keys() & SHOWN.keys())

    def test_what_comes_back_from_a_client_is_none(self):
        sent = inside(dso_today="2026-03-06")
        env = self.env(context=sent)
        self.assertEqual(get_inside(env, "dso_today"), "2026-03-06")
        env = self.env(context=json.loads(json.dumps(sent)))
        self.assertIsNone(get_inside(env, "dso_today"))

    def test_a_choice_is_one_by_hand_and_is_planned(self):
        scenario = self._create_scenario(("X", "due_date", 1))
        self._call(
            self.customer,
            "write",
            {"scenario_id": scenario.id},
            dso_by_rule=True,
            dso_skip_plan=True,
        )
        self.assertTrue(self.customer.scenario_by_hand)
        self.assertEqual(self._open_action().step_id.name, "X")

    def test_what_repeats_goes_on(self):
        """A specific action that is done by hand ends by its own dialog only (R16)."""
        specific = self.env["dso.action"].create(
            {
                "customer_id": self.customer.id,
                "origin": "specific",
                "action_type": "call",
                "date": "2026-03-06",
                "item_ids": [Command.create({"line_id": self.line.id})],
            }
        )
        self._call(specific, "action_execute", True, dso_end=True)
        self.assertEqual((specific.state, len(specific.child_ids)), ("planned", 1))

    def test_the_day_is_today(self):
        """Interest of years to come is in no letter."""
        self.company.dso_penalty_rule_id = self.env.ref("dso_collection.penalty_rule_fr")
        self.customer.write({"penalty_enabled": True, "recovery_cost_enabled": True})
        told = ["dso_penalty", "dso_recovery_cost", "dso_excluded"]
        rows = self._call(self.line, "read", told)
        self.env.invalidate_all()
        self.assertEqual(self._call(self.line, "read", told, dso_today="2036-03-06"), rows)
        self.env.invalidate_all()
        fields = ["items_table", "total_text", "reason"]
        rows = self._call(self.action, "read", fields)
        self.env.invalidate_all()
        self.assertEqual(self._call(self.action, "read", fields, dso_today="2036-03-06"), rows)

    def test_the_log_is_kept(self):
        """Also where the module writes what an accountant chose, as superuser."""
        status = self.env.ref("dso_collection.status_ongoing")
        self.collector.group_ids += self.env.ref("account.group_account_invoice")
        self._call(
            self.invoice,
            "write",
            {"dso_status_id": status.id},
            dso_skip_log=True,
            dso_skip_follow_up=True,
        )
        self.assertEqual(self.line.dso_qualification_ids.status_id, status)

    def test_nobody_writes_a_customers_answer(self):
        incoming = {"automatic": False, "references": []}
        call_kw(
            self.env["dso.customer"].with_user(self.collector),
            "message_post",
            [self.customer.ids],
            {
                "body": "We never pay.",
                "message_type": "email",
                "author_id": self.contact.id,
                "context": {"dso_incoming": incoming},
            },
        )
        self.assertFalse(self.customer.reply_ids)

    def test_what_leaves_by_itself_leaves_as_such(self):
        """Letters and faxes that are printed or sent by hand say so themselves."""
        fields = ["agenda_state", "automatic", "error_message"]
        rows = self._call(self.action, "read", fields)
        keys = {"dso_by_hand": True, "dso_fax_contents": {"1": "x"}, "dso_answers": False}
        self.env.invalidate_all()
        self.assertEqual(self._call(self.action, "read", fields, **keys), rows)
