"""Who writes which field: ``rights.csv`` says it, the models are asked."""

import csv
from collections import defaultdict

from freezegun import freeze_time
from psycopg2 import Error

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import file_open, mute_logger

from ..common import DsoCommon

TABLE = "dso_collection/tests/rights.csv"
#: Kept by the ORM, which nobody of ours decides on.
OF_THE_ORM = {"id", "create_uid", "create_date", "write_uid", "write_date", "display_name"}
GROUPS = {"R": "reader", "C": "collector", "M": "manager", "A": "administrator"}


class RightsCommon(DsoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = new_test_user(
            cls.env,
            login="dso_administrator",
            groups="base.group_system,dso_collection.group_dso_manager",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.invoice = cls._invoice("2026-03-01")
        cls.line = cls._line(cls.invoice)
        cls.action = cls._plan("2026-03-06")
        cls.customer = cls._customer()

    @classmethod
    def _get_models(cls, transient=None):
        return [
            name
            for name in sorted(cls.env.registry)
            if name.startswith("dso.")
            and not cls.env[name]._abstract
            and cls.env[name]._auto
            and transient in (None, cls.env[name]._transient)
        ]


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestRightsTable(RightsCommon):
    """A field that nobody decided on is refused: it is in no list of its model, and a new one
    makes this test fail until it has a line in the table."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call = cls.env["dso.action"].create(
            {"customer_id": cls.customer.id, "action_type": "call", "date": "2026-03-10"}
        )

    def test_every_model_is_guarded(self):
        for name in self._get_models():
            with self.subTest(name):
                guard = "dso.wizard" if self.env[name]._transient else "dso.guard"
                bases = {getattr(base, "_name", None) for base in type(self.env[name]).__mro__}
                self.assertIn(guard, bases)
                known = self.env[name]._fields.keys()
                self.assertLessEqual(self.env[name]._dso_get_writable(new=True), known)

    def test_the_table_is_what_the_models_answer(self):
        with file_open(TABLE) as file:
            rows = list(csv.DictReader(file))
        said = {(row["model"], row["field"]): (row["create"], row["write"]) for row in rows}
        found = self._ask()
        lines = [
            f"{model},{name},{create},{write}"
            for (model, name), (create, write) in found.items()
            if said.get((model, name)) != (create, write)
        ]
        self.assertFalse(
            lines, "Decide who may write these, then correct rights.csv:\n" + "\n".join(lines)
        )
        self.assertFalse(said.keys() - found.keys(), "These fields are gone: remove their lines.")

    def _ask(self):
        """What the models say: {(model, field): (who may give it, who may change it)}"""
        create, write = defaultdict(str), defaultdict(str)
        found = {}
        for model in self._get_models():
            names = [name for name in self.env[model]._fields if name not in OF_THE_ORM]
            for letter, role in GROUPS.items():
                user = getattr(self, role)
                Model = self.env[model].with_user(user)
                may_create, may_write = Model.has_access("create"), Model.has_access("write")
                record = self._find_record(Model)
                for name in names:
                    value = [] if Model._fields[name].type.endswith("2many") else False
                    if may_create and self._may(Model.create, {name: value}):
                        create[model, name] += letter
                    field = Model._fields[name]
                    readable = record and Model._has_field_access(field, "read")
                    if readable and not field.type.endswith("2many"):
                        value = field.convert_to_write(record[name], record)
                    if may_write and self._may(record.write, {name: value}, UserError):
                        write[model, name] += letter
            for name in names:
                found[model, name] = (create[model, name], write[model, name])
        return found

    def _find_record(self, Model):
        """One that the user may write, as far as there is one."""
        if Model._name == "dso.action":
            return self.call.with_user(Model.env.user)
        if Model._transient:
            return Model
        if not Model.has_access("write"):
            return Model
        return Model.search([], limit=20)._filtered_access("write")[:1]

    def _may(self, method, values, refusal=AccessError):
        """Whether this is not refused; that other values are missing is no refusal. Nothing of it
        stays."""
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                method(values)
                method.__self__.env.flush_all()
                raise Undone
        except (Undone, Error, ValueError, TypeError, ValidationError):
            return True
        except UserError as error:
            return not isinstance(error, refusal)
        finally:
            self.env.invalidate_all(flush=False)


class Undone(Exception):
    """Nothing went wrong: take it back."""


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestRights(RightsCommon):
    """What a client sends, and what it would get by it."""

    def _assert_refused(self, method, *args):
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            method(*args)

    def test_technical_fields_of_actions(self):
        """Neither given nor changed, whoever asks: the module's own code relies on them."""
        mail = self.env["mail.mail"].sudo().create({"subject": "Secret"})
        file = self.env["ir.attachment"].sudo().create({"name": "secret.pdf", "raw": b"x"})
        values = {
            "mail_id": mail.id,
            "message_id": mail.mail_message_id.id,
            "letter_attachment_id": file.id,
            "evidence_attachment_id": file.id,
            "state": "done",
            "done_date": "2026-03-01",
            "done_by_id": self.manager.id,
            "error_data": {"code": "x"},
            "reason_data": {"step": "x"},
            "sms_uuid": "x",
            "retry_count": 3,
            "retry_date": "2026-03-01 10:00:00",
            "skipped": True,
            "cancel_code": "user",
            "cancel_reason": "x",
            "amount": 5,
            "all_the_same": True,
            "name_data": {"status_id": 1},
            "score": 100,
            "confirmed": True,
            "date_forced": True,
            "parent_id": self.action.id,
            "step_id": self.action.step_id.id,
            "leader_line_id": self.line.id,
            "company_id": self.company.id,
            "partner_id": self.partner.id,
        }
        base = {"customer_id": self.customer.id, "action_type": "call"}
        for user in (self.collector, self.manager, self.administrator):
            Action = self.env["dso.action"].with_user(user)
            for name, value in values.items():
                with self.subTest(user=user.login, field=name):
                    self._assert_refused(Action.create, {**base, name: value})
                    self._assert_refused(Action.browse(self.action.id).write, {name: value})
                    # nor by a default, whoever creates it
                    for creating in (Action, Action.sudo()):
                        made = creating.with_context(**{f"default_{name}": value}).create(base)
                        self.assertEqual(made[name], Action.create(base)[name])

    def test_no_client_is_the_modules_own_code(self):
        Action = self.env["dso.action"].with_user(self.collector)
        for claim in (True, 1, "own", {"own": True}):
            own = Action.with_context(dso_own=claim)
            self._assert_refused(own.create, {"customer_id": self.customer.id, "state": "done"})

    def test_a_users_own_default_is_none(self):
        self.env["ir.default"].with_user(self.collector).sudo().set(
            "dso.action", "state", "done", user_id=self.collector.id
        )
        action = (
            self.env["dso.action"]
            .with_user(self.collector)
            .create({"customer_id": self.customer.id, "action_type": "call"})
        )
        self.assertEqual(action.state, "planned")

    def test_the_refusal_says_what_where_and_what_to_do(self):
        with self.assertRaises(AccessError) as caught:
            self.action.with_user(self.collector).write({"state": "done"})
        for word in ("state", self.action.display_name, "button"):
            self.assertIn(word, str(caught.exception))

    def test_nothing_moves_to_another_customer(self):
        other = self.setup_other_company()["company"]
        theirs = self.env["dso.customer"].create(
            {"partner_id": self.partner.id, "company_id": other.id}
        )
        action = self.action.with_user(self.collector)
        self._assert_refused(action.write, {"customer_id": theirs.id})
        self._assert_refused(action.create, {"customer_id": theirs.id, "action_type": "call"})

    def test_files_of_customers(self):
        customer = self.customer.with_user(self.manager)
        other = self.env["res.partner"].create({"name": "Other"})
        for name, value in {
            "amount_due": 0,
            "amount_overdue": 0,
            "planning_code": "covered",
            "leader_since": "2020-01-01",
            "next_action_id": False,
            "company_id": self.company.id,
            "partner_id": other.id,
            "scenario_by_hand": True,
            "collector_by_hand": True,
            "scenario_rule_id": False,
            "collector_rule_id": False,
        }.items():
            with self.subTest(name):
                self._assert_refused(customer.write, {name: value})
        self._assert_refused(
            customer.write, {"action_ids": [Command.create({"action_type": "call"})]}
        )

    def test_history_is_not_added_to(self):
        self.action.action_execute()
        items = self.env["dso.action.item"].with_user(self.collector)
        with self.assertRaises(UserError):
            items.create({"action_id": self.action.id, "line_id": self.line.id})
        with self.assertRaises(UserError):
            self.action.with_user(self.collector).write({"item_ids": [Command.clear()]})

    def test_what_is_not_ones_own_is_not_attached(self):
        """An id of a file, a mail or a partner is taken from those who may read it."""
        file = (
            self.env["ir.attachment"]
            .sudo()
            .create({"name": "secret.pdf", "raw": b"x", "res_model": "res.company", "res_id": 0})
        )
        action = self.env["dso.action"].with_user(self.collector)
        base = {"customer_id": self.customer.id, "action_type": "email"}
        self._assert_refused(action.create, {**base, "attachment_ids": [Command.link(file.id)]})
        own = action.create(base)
        self._assert_refused(own.write, {"attachment_ids": [Command.set(file.ids)]})
        self._assert_refused(
            action.with_context(default_attachment_ids=file.ids).create, dict(base)
        )

    def test_no_client_keeps_a_status_out_of_the_log(self):
        status = self.env.ref("dso_collection.status_ongoing")
        log = self.env["dso.qualification"].sudo()
        for records in (self.invoice, self.line):
            user = self.env.user
            before = log.search_count([])
            records.with_user(user).with_context(dso_skip_log=True).write(
                {"dso_status_id": status.id}
            )
            self.assertEqual(log.search_count([]), before + 1)
            records.with_user(user).write({"dso_status_id": False})

    def test_forms_that_are_not_saved_tell_nothing(self):
        other = self.setup_other_company()["company"]
        theirs = self.env["dso.customer"].create(
            {"partner_id": self.partner.id, "company_id": other.id}
        )
        spec = {"customer_id": {}, "partner_id": {"fields": {"display_name": {}}}}
        action = self.env["dso.action"].with_user(self.collector)
        self._assert_refused(action.onchange, {"customer_id": theirs.id}, ["customer_id"], spec)

    def test_hashtag_help(self):
        help = self.env["dso.hashtag.help"].with_user(self.reader).create({"customer_id": False})
        self.assertTrue(help.line_ids)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestRightsOfDialogs(RightsCommon):
    """A dialog is a way to what its user may read, and to nothing else: all of them, a new one
    too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        other = cls.setup_other_company()["company"]
        partner = cls.env["res.partner"].create({"name": "Theirs", "company_id": other.id})
        # sudo: what belongs to somebody else
        files = cls.env["dso.customer"].sudo().with_company(other)
        customer = files.create({"partner_id": partner.id, "company_id": other.id})
        action = (
            cls.env["dso.action"].sudo().create({"customer_id": customer.id, "action_type": "call"})
        )
        invoice = (
            cls.env["account.move"]
            .with_company(other)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": "2026-03-01",
                    "invoice_line_ids": [Command.create({"name": "Goods", "price_unit": 100})],
                }
            )
        )
        invoice.action_post()
        # no letter of these was ever printed
        Print = cls.env.registry["dso.letter.print"]
        nothing = {"pdf": False, "page_count": 0}
        cls.classPatch(Print, "_compute_pdf", lambda self: self.update(nothing))
        reply, theirs = (
            cls.env["dso.reply"].sudo().create({"customer_id": each.id})
            for each in (cls.customer, customer)
        )
        cls.own = cls._by_model(cls.customer, cls.action, cls.line, cls.partner, reply)
        cls.theirs = cls._by_model(customer, action, cls._line(invoice), partner, theirs)

    @classmethod
    def _by_model(cls, *records):
        return {record._name: record.ids[:1] for record in records}

    def _each_relation(self):
        """(model, field) of all that dialogs are about."""
        for name in self._get_models(transient=True):
            for field in self.env[name]._fields.values():
                if field.type in ("many2one", "many2many") and field.store:
                    if field.comodel_name in self.theirs:
                        yield name, field

    def _to_value(self, field, ids):
        return ids[0] if field.type == "many2one" else [Command.set(ids)]

    def _get_values(self, name):
        """What a dialog needs, of the user's own."""
        values = {
            field.name: self._to_value(field, self.own[field.comodel_name])
            for model, field in self._each_relation()
            if model == name and field.required
        }
        for field in self.env[name]._fields.values():
            if field.required and field.name not in values:
                values[field.name] = {"json": ["x"], "date": "2026-03-10"}.get(field.type, "x")
                if field.type == "selection":
                    values[field.name] = field.get_values(self.env)[0]
                if field.type == "many2one":
                    is_company = field.comodel_name == "res.company"
                    other = self.company if is_company else self._make(field.comodel_name)
                    values[field.name] = other.id
        return values

    def _make(self, name):
        # sudo: made by the module for this user
        Model = self.env[name].with_user(self.collector).sudo()
        return Model.create(self._get_values(name))

    def test_create_write_and_read(self):
        seen = set()
        for name, field in self._each_relation():
            seen.add(name)
            value = self._to_value(field, self.theirs[field.comodel_name])
            Model = self.env[name].with_user(self.collector)
            with self.subTest(model=name, field=field.name):
                values = {**self._get_values(name), field.name: value}
                allowed = Model._dso_get_writable(new=True)
                values = {key: values[key] for key in values if key in allowed}
                needed = {each.name for each in Model._fields.values() if each.required}
                if field.name in values and needed <= allowed:
                    with self.assertRaises(AccessError):
                        Model.create(values)
                if name == "dso.contact.import":
                    # applied as soon as it is made: nothing is left to write to
                    continue
                dialog = self._make(name)
                with self.assertRaises(AccessError):
                    dialog.sudo(False).write({field.name: value})
                # sudo: it was theirs when the dialog was opened
                dialog.write({field.name: value})
                dialog.env.flush_all()
                self.env.invalidate_all()
                for fname in (field.name, "display_name"):
                    with self.assertRaises(AccessError):
                        dialog.sudo(False).read([fname])
        self.assertGreater(len(seen), 10)

    def test_dialogs_of_others(self):
        for name in self._get_models(transient=True):
            dialog = self._make(name) if name != "dso.contact.import" else None
            if not dialog:
                continue
            dialog.env.flush_all()
            if not dialog.exists():
                # the lines of a dialog, made anew by it
                continue
            with self.subTest(name):
                with self.assertRaises(AccessError):
                    dialog.with_user(self.manager).sudo(False).read(["create_date"])
