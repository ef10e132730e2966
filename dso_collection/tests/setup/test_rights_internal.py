"""Notes on customers are for colleagues: neither portal users nor visitors read or search them."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from ..common import DsoCommon


@tagged("post_install", "-at_install")
class TestRightsInternal(DsoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = new_test_user(
            cls.env,
            login="dso_portal",
            groups="base.group_portal",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        # its own invoice, which it reads in its portal
        cls.partner_of_portal = cls.portal.partner_id
        cls.invoice = cls._invoice("2026-03-01", partner=cls.portal.partner_id)
        cls.line = cls._line(cls.invoice)
        cls.line.write(
            {
                "dso_status_id": cls.env.ref("dso_collection.status_ongoing").id,
                "dso_comment": "A bad payer",
            }
        )
        cls.invoice.message_subscribe(cls.portal.partner_id.ids)
        cls.public = cls.env.ref("base.public_user")
        cls.strangers = (cls.portal, cls.public)

    def _get_own_fields(self):
        """Our fields of models that are not ours: {model: names}"""
        result = {}
        for name in sorted(self.env.registry):
            model = self.env[name]
            if name.startswith("dso.") or model._abstract or model._transient:
                continue
            own = [fname for fname in model._fields if fname.startswith("dso_")]
            if own:
                result[name] = own
        return result

    def test_every_field_is_for_colleagues(self):
        """A new one, too."""
        found = self._get_own_fields()
        self.assertLessEqual(
            {"account.move", "account.move.line", "res.company", "res.partner"}, found.keys()
        )
        for user in self.strangers:
            for name, own in found.items():
                model = self.env[name].with_user(user)
                if not model.has_access("read"):
                    continue
                with self.subTest(model=name):
                    seen = [f for f in own if model._has_field_access(model._fields[f], "read")]
                    self.assertFalse(seen)
                    self.assertFalse(set(own) & model.fields_get().keys())

    def _is_refused(self, call):
        try:
            with self.env.cr.savepoint():
                call()
        except (UserError, ValueError):
            # also because nobody groups by such a field, or because portal users export nothing
            return True
        return False

    def test_no_way_leads_to_them(self):
        """Reading, exporting, searching, sorting and grouping, also by a path."""
        paths = {
            "account.move": {"": "", "line_ids.": "account.move.line"},
            "account.move.line": {"": "", "move_id.": "account.move", "partner_id.": "res.partner"},
            "res.partner": {"": "", "company_id.": "res.company"},
            "res.company": {"": ""},
        }
        found = self._get_own_fields()
        for name, ways in paths.items():
            Model = self.env[name].with_user(self.portal)
            record = Model.browse(
                {
                    "account.move": self.invoice,
                    "account.move.line": self.line,
                    "res.partner": self.partner_of_portal,
                    "res.company": self.company,
                }[name].id
            )
            record.check_access("read")
            for path, target in ways.items():
                for fname in found[target or name]:
                    field = f"{path}{fname}"
                    calls = {
                        "search": lambda m=Model, f=field: m.search([(f, "!=", False)]),
                        "export": lambda r=record, f=field: r.export_data([f.replace(".", "/")]),
                    }
                    if not path:
                        calls |= {
                            "read": lambda r=record, f=field: r.read([f]),
                            "attribute": lambda r=record, f=field: r[f],
                            "web_read": lambda r=record, f=field: r.web_read({f: {}}),
                            "sort": lambda m=Model, f=field: m.search([], order=f),
                            "group": lambda m=Model, f=field: m.formatted_read_group([], [f]),
                            "aggregate": lambda m=Model, f=field: m.formatted_read_group(
                                [], [], [f"{f}:count_distinct"]
                            ),
                            "write": lambda r=record, f=field: r.write({f: False}),
                        }
                    for way, call in calls.items():
                        self.env.invalidate_all()
                        with self.subTest(field=f"{name}.{field}", way=way):
                            self.assertTrue(self._is_refused(call))

    def test_colleagues_without_our_groups_work_as_ever(self):
        clerk = new_test_user(
            self.env,
            login="dso_clerk",
            groups="base.group_user,base.group_partner_manager,account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        env = self.env(user=clerk)
        with Form(env["res.partner"]) as form:
            form.name = "New"
            form.phone = "+33 6 12 34 56 78"
        partner = form.record
        Move = env["account.move"].with_context(default_move_type="out_invoice")
        with Form(Move) as form:
            form.partner_id = partner
            form.invoice_date = "2026-03-01"
            with form.invoice_line_ids.new() as line:
                line.name = "Goods"
                line.price_unit = 100
        move = form.record
        move.action_post()
        with Form(move) as form:
            form.ref = "x"
        action = move.action_register_payment()
        with Form(env["account.payment.register"].with_context(**action["context"])) as form:
            form.payment_date = "2026-03-02"
        form.record.action_create_payments()
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        with Form(partner) as form:
            form.phone = "+33 6 12 34 56 79"
        for records in (move, move.line_ids, partner, env.company):
            own = [
                name
                for name, field in records._fields.items()
                if name.startswith("dso_") and records._has_field_access(field, "read")
            ]
            self.assertTrue(own)
            records.read(own)
