"""Alerts: customers that need attention, found each night, told of once."""

from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import DsoCommon

LOGGER = "odoo.addons.dso_collection.models.overview.dso_alert"


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31 04:00:00")
class TestAlert(DsoCommon):
    """Two collectors, two customers: Acme is Colin's, Bolt is Nora's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nora = new_test_user(
            cls.env,
            login="dso_nora",
            name="Nora Collector",
            email="nora@company.example.com",
            groups="base.group_user,dso_collection.group_dso_collector",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        (cls.collector | cls.nora | cls.manager).notification_type = "inbox"
        # those of the data and of the database have nothing to say here
        cls.env["dso.alert"].search([]).active = False
        cls.env["res.company"].search([]).dso_last_alert_date = date(2026, 3, 31)
        cls.company.dso_last_alert_date = False
        cls.bolt = cls.env["res.partner"].create({"name": "Bolt & Nut"})
        cls._invoice("2026-03-01", 1000)
        cls._invoice("2026-03-11", 250, cls.bolt)
        cls._plan("2026-03-31")
        cls._plan("2026-03-31", cls.bolt)
        cls.acme_file, cls.bolt_file = cls._customer(), cls._customer(cls.bolt)
        cls.bolt_file.collector_id = cls.nora
        cls.alert = cls.env["dso.alert"].create(
            {"name": "Overdue", "domain": "[('amount_overdue', '>', 0)]", "description": "Call."}
        )

    def _night(self, day="2026-03-31"):
        """The work of a night; its messages by user."""
        with freeze_time(f"{day} 04:00:00"):
            messages = self.env["dso.alert"]._evaluate()
        self.env.invalidate_all()
        return {message.notification_ids.res_partner_id.user_ids: message for message in messages}

    def _hits(self, alert=None):
        return self.env["dso.alert.hit"].search([("alert_id", "=", (alert or self.alert).id)])

    # Counts and lists

    def test_count_and_list(self):
        alert = self.alert.with_user(self.collector)
        own = [("id", "in", (self.acme_file | self.bolt_file).ids)]
        action = alert.action_view_customers()
        found = self.env["dso.customer"].with_user(self.collector).search(action["domain"])
        self.assertEqual(found.filtered_domain(own), self.acme_file | self.bolt_file)
        self.assertEqual(alert.count, len(found))
        self.alert.domain = "[('amount_overdue', '>', 500), ('partner_id.name', '=', 'Acme')]"
        self.assertEqual(alert.count, 1)
        self.assertEqual(self.alert.action_view_customers()["name"], "Overdue")

    def test_own_customers_only(self):
        self.alert.domain = str([("id", "in", (self.acme_file | self.bolt_file).ids)])
        self.assertEqual(self.alert.with_user(self.collector).count, 2)
        self.company.dso_own_customers_only = True
        self.env.invalidate_all()
        self.assertEqual(self.alert.with_user(self.collector).count, 1)
        self.assertEqual(self.alert.with_user(self.manager).count, 2)
        self._night()
        hits = self.env["dso.alert.hit"]
        self.assertEqual(hits.with_user(self.nora).search([]).customer_id, self.bolt_file)
        self.assertEqual(self.alert.with_user(self.nora).new_count, 1)
        self.assertEqual(self.alert.with_user(self.manager).new_count, 2)

    def test_the_agenda_counts_own_customers_at_first(self):
        """By a filter that can be removed, in the list behind the number too."""
        self.alert.domain = str([("id", "in", (self.acme_file | self.bolt_file).ids)])
        self._night()
        action = self.env.ref("dso_collection.dso_alert_action_agenda")
        self.assertIn("search_default_my_customers", action.context)
        alert = self.alert.with_user(self.nora)
        self.assertEqual((alert.count, alert.new_count), (2, 2))
        mine = alert.with_context(dso_my_customers=True)
        self.assertEqual((mine.count, mine.new_count), (1, 1))
        self.assertEqual(mine.action_view_customers()["context"], {"search_default_my": 1})
        self.assertFalse(alert.action_view_customers()["context"])

    def test_relative_dates_are_those_of_the_company(self):
        """Overdue since 30 days: in the Pacific it is still yesterday at four in the morning."""
        self.alert.domain = str(
            [("oldest_due_date", "<=", "today -30d"), ("id", "=", self.acme_file.id)]
        )
        self._night()
        self.assertEqual(self._hits().customer_id, self.acme_file)
        self.company.resource_calendar_id.tz = "Pacific/Honolulu"
        self._night()
        self.assertFalse(self._hits())

    # Telling

    def test_each_collector_is_told_of_own_customers(self):
        messages = self._night()
        self.assertEqual(set(messages), {self.collector, self.nora})
        mine, hers = str(messages[self.collector].body), str(messages[self.nora].body)
        self.assertEqual(messages[self.collector].subject, "Collection alerts: 1 new")
        self.assertIn("Overdue</a></strong>\n                (1)", mine)
        self.assertIn("Call.", mine)
        self.assertIn(f"/mail/view?model=dso.customer&amp;res_id={self.acme_file.id}", mine)
        self.assertNotIn("Bolt", mine)
        self.assertIn("Bolt &amp; Nut", hers)
        self.assertIn("250.00 overdue", hers)
        notification = messages[self.nora].notification_ids
        self.assertEqual(notification.notification_type, "inbox")
        self.assertEqual(set(map(str, self._hits().mapped("notified_date"))), {"2026-03-31"})

    def test_several_alerts_in_one_message(self):
        self.alert.copy({"name": "Also overdue", "sequence": 20})
        messages = self._night()
        self.assertEqual(messages[self.nora].subject, "Collection alerts: 2 new")
        body = str(messages[self.nora].body)
        self.assertLess(body.index("Overdue"), body.index("Also overdue"))

    def test_once(self):
        self.assertTrue(self._night())
        self.assertFalse(self._night())
        self.assertFalse(self._night("2026-04-01"))

    def test_once_a_day(self):
        """What comes up after the day's message waits for the next day's."""
        self.alert.domain = str([("id", "=", self.acme_file.id)])
        self.assertEqual(set(self._night()), {self.collector})
        self.alert.domain = str([("id", "in", (self.acme_file | self.bolt_file).ids)])
        self.assertFalse(self._night())
        self.assertEqual(set(self._night("2026-04-01")), {self.nora})

    def test_what_comes_back_is_new(self):
        self._night()
        invoice = self.env["account.move"].search([("partner_id", "=", self.partner.id)])
        payment = self._pay(invoice, "2026-03-31")
        self._plan("2026-04-01")
        self.assertFalse(self._night("2026-04-01"))
        self.assertEqual(self._hits().customer_id, self.bolt_file)
        self._unpay(payment)
        self._plan("2026-04-02")
        messages = self._night("2026-04-02")
        self.assertEqual(set(messages), {self.collector})
        self.assertEqual(str(self._hits().sorted("id")[-1].date), "2026-04-02")

    def test_private_alert(self):
        """Seen by its owner alone, who alone is told, of all customers that the owner may see."""
        private = (
            self.env["dso.alert"]
            .with_user(self.collector)
            .create({"name": "Mine", "domain": str([("id", "=", self.bolt_file.id)])})
        )
        self.assertEqual(private.user_id, self.collector)
        self.alert.active = False
        messages = self._night()
        self.assertEqual(set(messages), {self.collector})
        self.assertIn("Bolt", messages[self.collector].body)
        hits = self.env["dso.alert.hit"]
        self.assertTrue(hits.with_user(self.collector).search([("alert_id", "=", private.id)]))
        for user in (self.nora, self.manager):
            with self.subTest(user.login):
                self.assertFalse(hits.with_user(user).search([("alert_id", "=", private.id)]))
                self.assertFalse(self.env["dso.alert"].with_user(user).search([]) & private)
                with self.assertRaises(AccessError):
                    private.with_user(user).name = "Yours"

    def test_private_alert_of_a_restricted_owner(self):
        self.env["dso.alert"].with_user(self.collector).create(
            {"name": "Mine", "domain": str([("id", "=", self.bolt_file.id)])}
        )
        self.alert.active = False
        self.company.dso_own_customers_only = True
        self.assertFalse(self._night())

    def test_nobody_in_charge(self):
        """The company's default collector is told, also where collectors see their own customers
        only: those of nobody are that one's."""
        self.company.dso_default_collector_id = self.manager
        self.acme_file.collector_id = False
        self.assertEqual(set(self._night()), {self.manager, self.nora})
        self.bolt_file.collector_id = False
        ids = (self.acme_file | self.bolt_file).ids
        nobody = self.alert.copy(
            {"name": "Nobody", "domain": str([("collector_id", "=", False), ("id", "in", ids)])}
        )
        self.company.dso_default_collector_id = self.collector
        self.company.dso_own_customers_only = True
        self.assertEqual(set(self._night("2026-04-01")), {self.collector})
        self.assertTrue(all(self._hits(nobody).mapped("notified_date")))

    def test_those_who_left_are_told_nothing(self):
        self.company.dso_default_collector_id = False
        self.nora.active = False
        self.assertEqual(set(self._night()), {self.collector})
        self.bolt_file.collector_id = self.manager
        self.assertEqual(set(self._night("2026-04-01")), {self.manager}, "who came in charge")

    def test_in_place_of_those_who_left_the_default_collector_is_told(self):
        self.company.dso_default_collector_id = self.manager
        self.nora.active = False
        self.assertEqual(set(self._night()), {self.collector, self.manager})

    def test_where_the_default_collector_left_too_who_comes_in_charge_is_told(self):
        self.company.dso_default_collector_id = self.manager
        (self.nora | self.manager).active = False
        self.assertEqual(set(self._night()), {self.collector})
        self.bolt_file.collector_id = self.collector
        self.assertEqual(set(self._night("2026-04-01")), {self.collector}, "now of this one")

    def test_in_the_collectors_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.alert.with_context(lang="fr_FR").name = "En retard"
        self.nora.lang = "fr_FR"
        messages = self._night()
        self.assertIn("En retard", messages[self.nora].body)
        self.assertIn("250,00", messages[self.nora].body)
        self.assertIn("Overdue", messages[self.collector].body)

    def test_long_lists_are_counted(self):
        for number in range(7):
            partner = self.env["res.partner"].create({"name": f"Customer {number}"})
            self._invoice("2026-03-20", 10, partner)
            self._plan("2026-03-31", partner)
        body = str(self._night()[self.collector].body)
        self.assertEqual(body.count("model=dso.customer"), 5)
        self.assertIn("and 3 more", body)
        self.assertLess(body.index("Acme"), body.index("Customer"), "the largest first")

    def test_archived_alert_forgets(self):
        self._night()
        self.alert.active = False
        self._night("2026-04-01")
        self.assertFalse(self._hits())

    def test_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("dso_collection.ir_cron_alert").method_direct_trigger()
        self.assertEqual(len(self._hits()), 2)
        self.assertEqual(str(self.company.dso_last_alert_date), "2026-03-31")

    # Two companies

    def test_two_companies(self):
        other = self.setup_other_company()["company"]
        other.resource_calendar_id.tz = "UTC"
        other.dso_last_alert_date = date(2026, 3, 1)
        self.nora.company_ids = [Command.link(other.id)]
        there = self.env["res.partner"].create({"name": "There"})
        theirs = self.env["dso.customer"].create(
            {"partner_id": there.id, "company_id": other.id, "collector_id": self.nora.id}
        )
        ids = (self.acme_file | self.bolt_file | theirs).ids
        self.alert.domain = str([("id", "in", ids)])
        only = self.alert.copy({"name": "Only here", "company_id": self.company.id})
        messages = self._night()
        self.assertEqual(len(self._hits()), 3)
        self.assertEqual(self._hits(only).customer_id, self.acme_file | self.bolt_file)
        body = str(messages[self.nora].body)
        self.assertEqual(body.count("There"), 1)
        self.assertEqual(body.count("Bolt"), 2)
        self.assertNotIn("There", messages[self.collector].body)
        hits = self.env["dso.alert.hit"].with_user(self.collector).search([])
        self.assertEqual(hits.customer_id, self.acme_file | self.bolt_file)
        stranger = new_test_user(
            self.env,
            login="dso_stranger",
            groups="base.group_user,dso_collection.group_dso_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        alerts = self.env["dso.alert"].with_user(stranger).search([])
        self.assertIn(self.alert, alerts)
        self.assertNotIn(only, alerts)
        self.assertEqual(self.alert.with_user(stranger).count, 1)

    # Errors

    def _break(self, alert):
        """A field that the condition uses was removed since."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE dso_alert SET domain = %s WHERE id = %s", ["[('gone', '=', 1)]", alert.id]
        )
        self.env.invalidate_all()

    def test_one_error_stops_nothing(self):
        self._night()
        before = self._hits()
        broken = self.alert
        other = broken.copy({"name": "Still good"})
        self._break(broken)
        with mute_logger(LOGGER):
            messages = self._night("2026-04-01")
        self.assertEqual(set(messages), {self.collector, self.nora})
        self.assertEqual(len(self._hits(other)), 2)
        self.assertEqual(self._hits(), before, "fixed, it does not tell everything again")
        alert = broken.with_user(self.collector)
        self.assertEqual(alert.count, 0)
        self.assertIn("“Overdue” cannot be found", alert.error_message)
        self.assertIn("gone", alert.error_message)
        self.assertIn("correct its condition", alert.error_message)
        broken.domain = "[('amount_overdue', '>', 0)]"
        self.assertFalse(self._night("2026-04-02"))
        self.assertFalse(broken.error_message)

    def test_refused_on_save(self):
        for domain in (
            "[('gone', '=', 1)]",
            "[(",
            "__import__('os')",
            "['|']",
            "{}",
            "'text'",
            "[()]",
            "[('amount_due', '=')]",
            "[('amount_due', 5, 5)]",
            "[('partner_id', 'any', 'text')]",
        ):
            with self.subTest(domain), self.assertRaises(ValidationError):
                self.alert.domain = domain
            # while it is being written
            self.assertFalse(self.alert.new({"domain": domain}).about_contacts)

    def test_compared_with_nothing(self):
        """Neither nobody nor everybody was meant."""
        for criterion in (
            ("country_id", "in", []),
            ("country_id", "not in", []),
            ("partner_id.category_id", "in", [""]),
            ("partner_id.name", "ilike", ""),
            ("partner_id.name", "=", ""),
            ("amount_overdue", ">", False),
            ("amount_overdue", ">=", ""),
            ("partner_id", "any", [("category_id", "in", [])]),
            ("partner_id.gone", "in", []),
        ):
            for domain in ([criterion], ["|", ("amount_due", ">", 0), criterion]):
                with self.subTest(domain), self.assertRaises(ValidationError) as caught:
                    self.alert.domain = str(domain)
                self.assertIn("criterion", str(caught.exception))
        for criterion in (
            ("country_id", "=", False),
            ("country_id", "in", [False]),
            ("amount_overdue", "=", 0),
            ("amount_overdue", ">=", 0),
            ("partner_id", "any", []),
        ):
            with self.subTest(criterion):
                self.alert.domain = str([criterion])

    # Rights

    def test_who_writes(self):
        values = {"name": "New", "domain": "[]"}
        alerts = self.env["dso.alert"]
        with self.assertRaises(AccessError):
            alerts.with_user(self.reader).create(values)
        for values in ({"user_id": False}, {"user_id": self.nora.id}):
            with self.subTest(values), self.assertRaises(AccessError):
                alerts.with_user(self.collector).create({"name": "New", "domain": "[]", **values})
        with self.assertRaises(AccessError):
            self.alert.with_user(self.collector).name = "Other"
        with self.assertRaises(AccessError):
            self.alert.with_user(self.collector).unlink()
        shared = alerts.with_user(self.manager).create({"name": "New", "domain": "[]"})
        self.assertFalse(shared.user_id)
        self.alert.with_user(self.manager).name = "Other"
        own = alerts.with_user(self.collector).create({"name": "Mine", "domain": "[]"})
        own.name = "Mine alone"
        own.unlink()
        with self.assertRaises(AccessError):
            self.env["dso.alert.hit"].with_user(self.manager).create(
                {
                    "alert_id": self.alert.id,
                    "customer_id": self.acme_file.id,
                    "company_id": self.company.id,
                    "date": "2026-03-31",
                }
            )

    def test_fields_that_the_writer_may_not_read(self):
        """Nobody asks by an alert what they may not read."""
        with self.assertRaises(ValidationError):
            self.alert.with_user(
                self.manager
            ).domain = "[('company_id.dso_sms_token', '=like', 'a%')]"

    # Bulk

    def test_counts_of_many_alerts_in_one_query(self):
        """Each has its own number, and as many queries for twelve alerts as for two."""
        own = ("id", "in", (self.acme_file | self.bolt_file).ids)
        alerts = self.alert.create(
            [
                {"name": f"Over {limit}", "domain": str([own, ("amount_overdue", ">", limit)])}
                for limit in range(0, 1200, 100)
            ]
        ).with_user(self.collector)
        alerts[:2].mapped("count")
        few = self._count_queries(lambda: alerts[:2].mapped("count"))
        self.assertLessEqual(self._count_queries(lambda: alerts.mapped("count")), few)
        # 1,000 and 250 are overdue
        self.assertEqual(alerts.mapped("count"), [2] * 3 + [1] * 7 + [0] * 2)
        self.assertEqual(self.alert.new({"name": "New", "domain": str([own])}).count, 2)

    def test_a_broken_condition_does_not_spoil_the_others(self):
        own = str([("id", "=", self.acme_file.id)])
        broken, fine, nobody = self.alert.create(
            [
                {"name": "Broken", "domain": own},
                {"name": "Fine", "domain": own},
                {"name": "Nobody", "domain": "[('id', '=', 0)]"},
            ]
        )
        self.env.cr.execute(
            "UPDATE dso_alert SET domain = %s WHERE id = %s",
            ["[('x_no_such_field', '=', 1)]", broken.id],
        )
        self.env.invalidate_all()
        self.assertEqual((broken | fine | nobody).mapped("count"), [0, 1, 0])
        self.assertIn("“Broken”", broken.error_message)
        self.assertFalse(fine.error_message)
        self.assertFalse(nobody.error_message)

    def test_queries_do_not_grow(self):
        def queries():
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.alert._refresh_hits()
            return self.env.cr.sql_log_count - before

        queries()
        self.env["dso.alert.hit"].search([]).sudo().unlink()
        few = queries()
        for number in range(10):
            partner = self.env["res.partner"].create({"name": f"Customer {number}"})
            self._invoice("2026-03-20", 10, partner)
            self._plan("2026-03-31", partner)
        self.assertLessEqual(queries(), few)
        self.assertEqual(len(self._hits()), 12)

    def test_without_a_condition_it_is_said(self):
        """Before saving, with the number of customers that it finds."""
        with Form(self.env["dso.alert"].with_user(self.manager)) as form:
            form.name = "Late"
            self.assertTrue(form.takes_all)
            everybody = form.count
            self.assertEqual(
                everybody, self.env["dso.customer"].with_user(self.manager).search_count([])
            )
            form.domain = "[('amount_overdue', '>', 10 ** 9)]".replace("10 ** 9", "1000000000")
            self.assertFalse(form.takes_all)
            self.assertEqual(form.count, 0)
            form.domain = "[(1, '=', 1)]"
            self.assertTrue(form.takes_all)
        arch = self.env["dso.alert"].get_view(view_type="form")["arch"]
        self.assertIn("finds all customers", arch)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31 09:00:00")
class TestReadyAlerts(DsoCommon):
    """The ready-made alerts find what their names say, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice("2026-03-11", 1000)
        cls.line = cls._line(cls.invoice)
        cls._plan("2026-03-31")
        cls.customer = cls._customer()
        cls.customer.sudo().last_action_date = date(2026, 3, 30)

    def _find(self):
        """XML ids of the alerts that find the customer."""
        self.env.flush_all()
        self.env.invalidate_all()
        names = set()
        alerts = self.env["dso.alert"].with_context(active_test=False)
        ready = self.env["ir.model.data"].search(
            [("module", "=", "dso_collection"), ("model", "=", "dso.alert")]
        )
        self.assertGreaterEqual(len(ready), 13)
        for data in ready:
            alert = alerts.browse(data.res_id).with_user(self.reader)
            domain = alert.action_view_customers()["domain"]
            if self.customer in self.env["dso.customer"].with_user(self.reader).search(domain):
                names.add(data.name.removeprefix("alert_"))
        return names

    def test_nothing_wrong(self):
        self.assertEqual(self._find(), set())

    def test_overdue(self):
        self.invoice.button_draft()
        self.invoice.invoice_date_due = "2025-12-31"
        self.invoice.action_post()
        self.customer._plan(self.customer, date(2026, 3, 31))
        self.customer.sudo().last_action_date = date(2026, 3, 30)
        self.assertEqual(self.customer.days_overdue_max, 90)
        self.assertEqual(self._find(), set())
        self.customer._plan(self.customer, date(2026, 4, 1))
        self.customer.sudo().last_action_date = date(2026, 3, 30)
        self.assertEqual(self._find(), {"overdue_90"})

    def test_chased(self):
        self.customer.sudo().last_action_date = False
        self.assertEqual(self._find(), {"never_chased", "not_chased_30"})
        self.customer.sudo().last_action_date = date(2026, 3, 1)
        self.assertEqual(self._find(), {"not_chased_30"})

    def test_credit_limit(self):
        """1000 are open. A limit is the partner's in each company, and counts where it has one."""
        self.company.account_use_credit_limit = True
        customers = self.env["dso.customer"].with_user(self.reader)
        limited = self.partner.with_company(self.company)
        for limit, exceeded in ((0, False), (999.99, True), (1000, False), (2500, False)):
            with self.subTest(limit):
                limited.credit_limit = limit
                self.env.flush_all()
                self.env.invalidate_all()
                customer = customers.browse(self.customer.id)
                self.assertEqual((customer.credit_limit, customer.amount_due), (limit, 1000))
                self.assertEqual(customer.credit_limit_exceeded, exceeded)
                self.assertEqual(self._find(), {"credit_limit"} if exceeded else set())
                for domain, holds in (
                    ([("credit_limit", "=", limit)], True),
                    ([("credit_limit", ">", 0)], limit > 0),
                    ([("credit_limit", "<", 1000)], limit < 1000),
                    ([("credit_limit_exceeded", "=", False)], not exceeded),
                ):
                    found = customers.search([*domain, ("id", "=", customer.id)])
                    self.assertEqual(bool(found), holds, domain)
        limited.credit_limit = 50
        self.company.account_use_credit_limit = False
        self.assertEqual(self._find(), set(), "the company has no limits")
        own = ("id", "=", self.customer.id)
        self.assertTrue(customers.search([("credit_limit", "=", 0), own]))
        self.assertFalse(customers.search([("credit_limit", ">", 0), own]))

    def test_items_contacts_and_terms(self):
        """By any field of the open items, of the contacts, and the payment terms; each open
        question has its opposite."""
        term = self.env["account.payment.term"].create({"name": "In 17 days"})
        self.partner.with_company(self.company).property_payment_term_id = term
        status = self.env.ref("dso_collection.status_ongoing")
        self.line.dso_status_id = status
        self._credit(30)
        self.env["account.move.line"].flush_model()
        customers = self.env["dso.customer"].with_user(self.collector)
        own = ("id", "=", self.customer.id)
        due = str(self.line.date_maturity)
        for domain, holds in (
            ([("item_ids", "!=", False)], True),
            ([("item_ids", "=", self.line.id)], True),
            ([("item_ids", "in", [False, self.line.id])], True),
            ([("item_ids.dso_status_id", "=", status.id)], True),
            ([("item_ids.dso_status_id.kind", "=", "dispute")], False),
            ([("item_ids", "any", [("date_maturity", "<=", due), ("name", "!=", "x")])], True),
            ([("item_ids.date_maturity", "<", due)], False),
            ([("item_ids.dso_days_overdue", ">", 3)], self.line.dso_days_overdue > 3),
            ([("credit_ids", "!=", False)], True),
            ([("credit_ids", "=", self.line.id)], False),
            ([("credit_ids.amount_residual", "=", -30)], True),
            ([("item_ids.amount_residual", "<", 0)], False),
            ([("contact_ids", "!=", False)], True),
            ([("contact_ids", "=", self.contact.id)], True),
            ([("contact_ids.email", "ilike", "acme")], True),
            ([("contact_ids.email", "=", False)], False),
            ([("payment_term_id", "=", term.id)], True),
            ([("payment_term_id", "=", False)], False),
            ([("payment_term_id", "ilike", "17 days")], True),
        ):
            with self.subTest(domain):
                self.assertEqual(bool(customers.search([*domain, own])), holds)
                self.assertNotEqual(bool(customers.search(["!", *domain, own])), holds)
                alert = self.env["dso.alert"].with_user(self.collector)
                self.assertEqual(
                    alert.create({"name": "A", "domain": str([*domain, own])}).count, holds
                )

    def test_missing(self):
        self.customer.collector_id = False
        self.customer.sudo().last_action_date = date(2026, 3, 30)
        self.assertEqual(self._find(), {"no_collector"})
        self.customer.collector_id = self.collector
        self.customer.scenario_id = False
        self.customer.sudo().last_action_date = date(2026, 3, 30)
        self.assertEqual(self._find(), {"no_scenario"})

    def test_contacts(self):
        self.contact.email = False
        self.assertEqual(self._find(), {"no_email"})
        self.contact.dso_collection_contact = False
        self.assertEqual(self._find(), {"no_contact"})
        self.customer._plan(self.customer, date(2026, 3, 31))
        self.customer.sudo().last_action_date = date(2026, 3, 30)
        self.assertEqual(self._find(), {"no_contact", "error"})

    def test_reply(self):
        reply = self.env["dso.reply"].sudo().create({"customer_id": self.customer.id})
        self.assertEqual(self._find(), {"reply"})
        reply.action_handle()
        self.assertEqual(self._find(), set())

    def test_promise(self):
        with freeze_time("2026-03-20 09:00:00"):
            status = self.env.ref("dso_collection.status_promise")
            self.line._dso_set_status(status, date(2026, 3, 27))
        # Friday the 27th and a working day of grace: until Monday the 30th
        self.customer.sudo().last_action_date = date(2026, 3, 30)
        self.assertEqual(self._find(), {"promise_broken"})

    def test_dispute(self):
        with freeze_time("2026-03-01 09:00:00"):
            self.line._dso_set_status(self.env.ref("dso_collection.status_dispute_price"))
        self.customer.sudo().last_action_date = date(2026, 3, 30)
        self.assertEqual(self._find(), set())
        with freeze_time("2026-04-01 09:00:00"):
            self.assertIn("dispute_30", self._find())

    def test_guarantee(self):
        self.customer.guarantee_permanent = 1000
        self.assertEqual(self._find(), set())
        self.customer.guarantee_permanent = 999
        self.assertEqual(self._find(), {"guarantee_exceeded"})
        self.customer.write({"guarantee_temporary": 1, "guarantee_temporary_until": "2026-05-01"})
        self.assertEqual(self._find(), set())
        self.customer.guarantee_temporary_until = "2026-04-30"
        self.assertEqual(self._find(), {"guarantee_ending"})
        self.customer.guarantee_temporary_until = "2026-03-30"
        self.assertEqual(self._find(), {"guarantee_exceeded", "guarantee_ended"})

    def test_insurance(self):
        """Due on 11 March: 60 days overduer is 10 May, 35 days is 15 April: 15 days from now."""
        self.customer.write({"insurance_amount": 5000, "insurance_expiry": "2026-12-31"})
        self.assertEqual(self._find(), set())
        self.customer.insurance_declaration_days = 35
        self.assertEqual(self._find(), {"declaration"})
        self.assertEqual(str(self.customer.insurance_declaration_date), "2026-04-15")
        for operator, day, holds in (
            ("=", "2026-04-15", True),
            ("<=", "today +15d", True),
            ("<", "2026-04-15", False),
            (">", "today", True),
            ("=", False, False),
            ("!=", False, True),
        ):
            domain = [("insurance_declaration_date", operator, day), ("id", "=", self.customer.id)]
            self.assertEqual(bool(self.customer.search(domain)), holds, domain)
        self.customer.insurance_declaration_days = 36
        self.assertEqual(self._find(), set())
        self.customer.insurance_expiry = "2026-04-30"
        self.assertEqual(self._find(), {"guarantee_ending"})

    def test_what_was_missed_does_not_fall_silent(self):
        """Due on 11 March, today is 31 March: within 20 days is today, within 19 was yesterday."""
        self.customer.write({"insurance_amount": 5000, "insurance_expiry": "2026-12-31"})
        for days, alert in ((20, "declaration"), (19, "declaration_late")):
            self.customer.insurance_declaration_days = days
            self.assertEqual(self._find(), {alert})
        self.customer.insurance_declaration_days = 60
        for day, alerts in (
            ("2026-03-31", {"guarantee_ending"}),
            ("2026-03-30", {"guarantee_ended"}),
            ("2026-03-01", {"guarantee_ended"}),
            ("2026-02-28", set()),
        ):
            self.customer.insurance_expiry = day
            self.assertEqual(self._find(), alerts, day)
