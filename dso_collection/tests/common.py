"""What the tests of collection share: a company with its own chart, least-privilege users, a
customer with a contact, and a scenario whose dates are easy to calculate by hand."""

from datetime import date

from odoo import Command, fields
from odoo.tests import new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from . import prepared


class DsoCommon(AccountTestInvoicingCommon, CronMixinCase):
    """Scenario A due + 5, B due + 15, C previous + 10, D due + 45, as in the design."""

    # Seconds that a request of a browser waits for the one before it, which may be the first of
    # all and put the scripts and styles together.
    test_cursor_lock_timeout = 300

    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.env.ref("dso_collection.group_dso_manager")

    @classmethod
    def setUpClass(cls):
        if found := prepared.find(cls, DsoCommon):
            prepared.take(cls, found)
        else:
            super().setUpClass()
            cls._set_up_collection()

    @classmethod
    def setup_independent_user(cls):
        prepared.make_room(cls)
        return super().setup_independent_user()

    @classmethod
    def setup_other_company(cls, **kwargs):
        found = None if kwargs else prepared.find(cls, DsoCommon)
        taken = found and prepared.take_other_company(cls, found)
        return taken or super().setup_other_company(**kwargs)

    @classmethod
    def _set_up_collection(cls):
        cls.company = cls.company_data["company"]
        cls.company.resource_calendar_id.tz = "UTC"
        context = {"no_reset_password": True, "mail_create_nosubscribe": True}
        users = {
            "reader": ("dso_reader", "Rita Reader"),
            "collector": ("dso_collector", "Colin Collector"),
            "manager": ("dso_manager", "Mia Manager"),
        }
        for role, (login, name) in users.items():
            user = new_test_user(
                cls.env,
                login=login,
                name=name,
                email=f"{login}@company.example.com",
                groups=f"base.group_user,dso_collection.group_dso_{role}",
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
                context=context,
            )
            setattr(cls, role, user)
        cls.template = cls.env["mail.template"].create(
            {
                "name": "Reminder",
                "model_id": cls.env["ir.model"]._get_id("dso.action"),
                "subject": "Reminder for {{ object.partner_id.name }}",
                "body_html": '<p>Please pay <t t-out="object.total_text"/>.</p>'
                '<t t-out="object.items_table"/>',
            }
        )
        cls.scenario = cls._create_scenario(
            ("A", "due_date", 5),
            ("B", "due_date", 15),
            ("C", "previous_action", 10),
            ("D", "due_date", 45),
        )
        cls.company.write(
            {
                "dso_default_scenario_id": cls.scenario.id,
                "dso_default_collector_id": cls.collector.id,
                "dso_sending_calendar_id": False,
            }
        )
        cls.partner = cls.env["res.partner"].create({"name": "Acme", "is_company": True})
        cls.contact = cls._create_contact(cls.partner, "Ann", "ann@acme.example.com")

    @classmethod
    def _create_contact(cls, partner, name, email, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "parent_id": partner.id,
                "email": email,
                "dso_collection_contact": True,
                **values,
            }
        )

    @classmethod
    def _create_scenario(cls, *steps, **values):
        """Steps as (name, trigger, delay) or (name, trigger, delay, dict of further values)."""
        commands = []
        for sequence, (name, trigger, delay, *more) in enumerate(steps):
            commands.append(
                Command.create(
                    {
                        "sequence": sequence,
                        "name": name,
                        "trigger": trigger,
                        "delay": delay,
                        "action_type": "email",
                        "automatic": True,
                        "mail_template_id": cls.template.id,
                        **(more[0] if more else {}),
                    }
                )
            )
        return cls.env["dso.scenario"].create(
            {"name": "Test scenario", "step_ids": commands, **values}
        )

    @classmethod
    def _invoice(cls, due, amount=100.0, partner=None, invoice_date=None, post=True, **values):
        """A posted customer invoice without tax."""
        return cls._invoices(1, due, amount, partner, invoice_date, post, **values)

    @classmethod
    def _invoices(
        cls, count, due, amount=100.0, partner=None, invoice_date=None, post=True, **values
    ):
        """So many that are alike: together, which takes much less time than one by one."""
        due = fields.Date.to_date(due)
        moves = cls.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": (partner or cls.partner).id,
                    "invoice_date": invoice_date or min(due, date(2026, 2, 1)),
                    "invoice_date_due": due,
                    "invoice_line_ids": [
                        Command.create({"name": "Goods", "price_unit": amount, "tax_ids": False})
                    ],
                    **values,
                }
                for _number in range(count)
            ]
        )
        if post:
            moves.action_post()
        return moves

    @classmethod
    def _undated(cls, day, amount=10.0, partner=None):
        """An item of an opening balance without a due date: it is due on its own date."""
        revenue = cls.company_data["default_account_revenue"]
        item = {
            "account_id": cls.company_data["default_account_receivable"].id,
            "partner_id": (partner or cls.partner).id,
            "name": "Opening balance",
            "debit": amount,
            "no_followup": False,
        }
        move = cls.env["account.move"].create(
            {
                "move_type": "entry",
                "date": day,
                "line_ids": [
                    Command.create(item),
                    Command.create({"account_id": revenue.id, "credit": amount}),
                ],
            }
        )
        move.action_post()
        line = cls._line(move)
        line.date_maturity = False
        return line

    @classmethod
    def _line(cls, move):
        """The receivable items of an entry."""
        return move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    @classmethod
    def _pay(cls, move, on="2026-03-10", amount=None):
        """Pay an invoice, in full by default, and reconcile."""
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"payment_date": on, **({"amount": amount} if amount else {})})
        )
        return wizard._create_payments()

    @classmethod
    def _unpay(cls, payments):
        """A payment that bounced: undone altogether, not only unreconciled."""
        payments.action_draft()
        payments.action_cancel()

    @classmethod
    def _credit(cls, amount, partner=None, on="2026-03-01", due=None):
        """A posted credit note, not reconciled."""
        return cls._invoice(due or on, amount, partner, invoice_date=on, move_type="out_refund")

    @classmethod
    def _customer(cls, partner=None, company=None):
        partner = (partner or cls.partner).commercial_partner_id
        return cls.env["dso.customer"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", (company or cls.company).id)]
        )

    @classmethod
    def _plan(cls, today, partner=None):
        """Plan one customer as of a day; returns its open scenario action."""
        cls.env["dso.customer"]._ensure_customers(cls.company)
        customer = cls._customer(partner)
        customer._plan(customer, fields.Date.to_date(today))
        return cls._open_action(partner)

    @classmethod
    def _open_action(cls, partner=None):
        return cls._customer(partner).open_action_ids.filtered(
            lambda action: action.origin == "scenario"
        )

    @classmethod
    def _do(cls, action, on):
        """Carry an action out on a day, through the dispatcher, as the cron would."""
        action.action_confirm()
        moment = fields.Datetime.to_datetime(f"{on} 10:00:00")
        done = cls.env["dso.action"]._dispatch(moment)
        assert action.state == "done", action.error_message or action.state
        return done

    @classmethod
    def _break(cls, template):
        """Break a template below the check that Odoo makes on save: what it uses is gone."""
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE mail_template SET body_html = %s WHERE id = %s",
            ['{"en_US": "<t t-out=\\"object.no_such_field\\"/>"}', template.id],
        )
        cls.env.invalidate_all()

    def assertPlanned(self, step, day, partner=None):
        """The customer's open scenario action is this step on this day."""
        action = self._open_action(partner)
        self.assertEqual(
            (action.step_id.name, str(action.date)),
            (step, day),
            f"planning reason: {self._customer(partner).planning_reason}",
        )
        return action

    def assertNothingPlanned(self, code, partner=None):
        self.assertFalse(self._open_action(partner))
        self.assertEqual(self._customer(partner).planning_code, code)
        self.assertTrue(self._customer(partner).planning_reason)

    # ------------------------------------------------------------------
    # What the web client asks for, and how many queries it takes
    # ------------------------------------------------------------------

    def _specify(self, model, node):
        """What the web client asks for of a view, lists inside included."""
        result = {}
        for child in node.iterdescendants("field"):
            if next(child.iterancestors("field", node.tag)).tag == "field":
                continue
            field = model._fields[child.get("name")]
            result[field.name] = {}
            if field.type == "many2one":
                result[field.name] = {"fields": {"display_name": {}}}
            elif field.type in ("one2many", "many2many"):
                inner = next(iter(child.xpath("./list | ./kanban | ./form")), None)
                fields = {"display_name": {}}
                if inner is not None:
                    fields = self._specify(self.env[field.comodel_name], inner)
                result[field.name] = {"fields": fields, "limit": 40}
        return result

    def _count_queries(self, method):
        """Of a method, from an empty cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        method()
        return self.env.cr.sql_log_count - before
