"""What the tests of faults share: a database of their own, real processes, customers that owe."""

import time
from contextlib import contextmanager
from datetime import timedelta

from odoo import Command, fields
from odoo.tests import BaseCase, new_test_user
from odoo.tests.common import get_db_name

from ...tools.action_types import get_channel
from .database import copy_database, drop_database, open_env
from .smtp import HOST, Sink
from .workers import TIMEOUT, Workers


class FaultsCase(BaseCase):
    """Every test makes its own customers; all dates are real ones."""

    # ------------------------------------------------------------------
    # A database, a company, users
    # ------------------------------------------------------------------

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = copy_database(get_db_name())
        cls.addClassCleanup(drop_database, cls.database)
        cls.workers = Workers(cls.database)
        cls.addClassCleanup(cls.workers.close)
        with cls._env() as env:
            cls._make_company(env)

    def setUp(self):
        super().setUp()
        self.addCleanup(self.workers.kill_all)
        # what other tests left undone is not this one's
        with self._env() as env:
            env.cr.execute("UPDATE dso_action SET automatic = FALSE WHERE state <> 'done'")
            env.cr.execute("UPDATE mail_mail SET state = 'cancel' WHERE state = 'outgoing'")
            env.cr.execute("DELETE FROM dso_refresh_queue")

    @classmethod
    def _env(cls, user_id=None):
        """A transaction of its own, for records of this class's company, committed at the end."""
        context = {"tracking_disable": True, "mail_create_nosubscribe": True}
        if hasattr(cls, "company_id"):
            context["allowed_company_ids"] = [cls.company_id]
        return open_env(cls.database, *([user_id] if user_id else []), **context)

    @classmethod
    def _make_company(cls, env):
        company = env["res.company"].create({"name": "Faults", "country_id": False})
        env.user.company_ids += company
        env = env(context=dict(env.context, allowed_company_ids=company.ids))
        env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
        users = {}
        for login, groups in (
            ("faults_collector", "dso_collection.group_dso_collector"),
            ("faults_accountant", "account.group_account_invoice"),
        ):
            users[login] = new_test_user(
                env,
                login=login,
                email=f"{login}@company.example.com",
                groups=f"base.group_user,{groups}",
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
                context={"no_reset_password": True},
            )
        scenario = cls._make_scenario(env)
        germany = env.ref("base.de").id
        company.write({"street": "1 Main Street", "zip": "10115", "city": "Berlin"})
        company.write(
            {
                "country_id": germany,
                "dso_fax_domain": "fax.example.com",
                "dso_default_scenario_id": scenario.id,
                "dso_default_collector_id": users["faults_collector"].id,
                "dso_sending_calendar_id": False,
            }
        )
        cls.company_id = company.id
        cls.collector_id = users["faults_collector"].id
        cls.accountant_id = users["faults_accountant"].id

    @classmethod
    def _make_scenario(cls, env, action_type="email", body=None):
        """Two steps of one type, 5 and 30 days after the due date, to be confirmed."""
        template = cls._make_template(env, action_type, body)
        steps = [
            Command.create(
                {
                    "sequence": number,
                    "name": name,
                    "trigger": "due_date",
                    "delay": delay,
                    "action_type": action_type,
                    "automatic": True,
                    "letter_carrier": "snailmail" if action_type == "letter" else False,
                    get_channel(env, action_type)._template_field: template.id,
                }
            )
            for number, (name, delay) in enumerate((("First", 5), ("Second", 30)))
        ]
        return env["dso.scenario"].create({"name": f"Faults {action_type}", "step_ids": steps})

    @classmethod
    def _make_template(cls, env, action_type, body):
        """The template that a type of action asks for."""
        model_id = env["ir.model"]._get_id("dso.action")
        values = {
            "mail_template_id": {
                "model_id": model_id,
                "subject": "Reminder for {{ object.partner_id.name }}",
                "body_html": body or '<p><t t-out="object.total_text"/></p>',
            },
            "sms_template_id": {
                "model_id": model_id,
                "body": body or "#company_name: please pay #items_amount_selected.",
            },
            "letter_template_id": {
                "subject": "Notice of #items_amount_selected",
                "body": body or "<p>Please pay.</p>",
            },
        }
        fname = get_channel(env, action_type)._template_field
        model = env["dso.scenario.step"]._fields[fname].comodel_name
        return env[model].create({"name": f"Template {action_type}", **values[fname]})

    # ------------------------------------------------------------------
    # Customers that owe
    # ------------------------------------------------------------------

    def _make_customers(self, count, name=None, confirm=True, opening=False, **values):
        """Customers that owe 100 since ten days, whose first e-mail is planned and confirmed by
        the collector.

        :param opening: one opening balance instead of an invoice for each, which is faster
        :return: ids of the files
        """
        name = name or self._testMethodName
        with self._env() as env:
            partners = env["res.partner"].create(
                [
                    {
                        "name": f"{name} {number}",
                        "is_company": True,
                        "street": "5 Rue de la Paix",
                        "zip": "75002",
                        "city": "Paris",
                        "country_id": env.ref("base.fr").id,
                    }
                    for number in range(count)
                ]
            )
            env["res.partner"].create(
                [
                    {
                        "name": "Ann",
                        "parent_id": partner.id,
                        "email": f"{name}.{number}@example.com",
                        "phone": f"+32 470 12 {number // 100:02} {number % 100:02}",
                        "dso_fax": f"+33 1 42 68 {number // 100:02} {number % 100:02}",
                        "dso_collection_contact": True,
                    }
                    for number, partner in enumerate(partners)
                ]
            )
            if opening:
                self._make_opening_balance(env, partners)
            else:
                self._make_invoices(env, partners)
            company = env["res.company"].browse(self.company_id)
            env["dso.customer"]._ensure_customers(company, set(partners.ids))
            customers = env["dso.customer"].search([("partner_id", "in", partners.ids)], order="id")
            customers.write(values)
            customers._plan(customers)
            # what the queue holds is what the test puts there
            env.cr.flush()
            env.cr.execute("DELETE FROM dso_refresh_queue")
            ids = customers.ids
        if confirm:
            with self._env(self.collector_id) as env:
                actions = env["dso.customer"].browse(ids).open_action_ids
                self.assertEqual(len(actions), count)
                actions.action_confirm()
        return ids

    def _make_invoices(self, env, partners):
        today = fields.Date.today()
        moves = env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": today - timedelta(40),
                    "invoice_date_due": today - timedelta(10),
                    "invoice_line_ids": [
                        Command.create({"name": "Goods", "price_unit": 100, "tax_ids": False})
                    ],
                }
                for partner in partners
            ]
        )
        moves.action_post()

    def _make_opening_balance(self, env, partners):
        today = fields.Date.today()
        accounts = env["account.account"]
        receivable = accounts.search([("account_type", "=", "asset_receivable")], limit=1)
        income = accounts.search([("account_type", "=", "income")], limit=1)
        lines = [
            {
                "account_id": receivable.id,
                "partner_id": partner.id,
                "debit": 100,
                "date_maturity": today - timedelta(10),
                "no_followup": False,
            }
            for partner in partners
        ]
        lines.append({"account_id": income.id, "credit": 100 * len(partners)})
        move = env["account.move"].create(
            {
                "move_type": "entry",
                "date": today - timedelta(40),
                "line_ids": [Command.create(line) for line in lines],
            }
        )
        move.action_post()

    @contextmanager
    def _smtp(self):
        """The only mail server of the database, for a while."""
        with Sink() as sink:
            with self._env() as env:
                server = env["ir.mail_server"].create(
                    {
                        "name": "Loopback",
                        "smtp_host": HOST,
                        "smtp_port": sink.port,
                        "smtp_encryption": "none",
                    }
                )
                server_id = server.id
            try:
                yield sink
            finally:
                with self._env() as env:
                    env["ir.mail_server"].browse(server_id).unlink()

    def _query(self, query, *params):
        with self._env() as env:
            env.cr.execute(query, params)
            return env.cr.fetchall()

    def _kill(self, job):
        """Kill a job in the middle, and wait until its transaction is undone."""
        self.assertTrue(job.kill(), "killed while it worked")
        self._wait_for_end_of(job)

    def _wait_for_end_of(self, job):
        """Until PostgreSQL has undone what a killed process was doing."""
        self._wait_until(
            lambda: not self._query("SELECT 1 FROM pg_stat_activity WHERE pid = %s", job.backend)
        )

    def _wait_until(self, condition):
        deadline = time.monotonic() + TIMEOUT
        while not condition():
            self.assertLess(time.monotonic(), deadline)
