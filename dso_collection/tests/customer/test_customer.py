# pylint-odoo takes only what lies in `tests` itself for tests, whose words nobody translates.
# pylint: disable=translation-required
from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 09:00:00")
class TestCustomer(DsoCommon):
    """Files: made by the module, one per commercial partner and company."""

    def _plan_all(self):
        self.env["dso.customer"]._plan()
        self.env.invalidate_all()

    def test_one_file_per_commercial_partner(self):
        """An invoice to a contact concerns its company."""
        self._invoice("2026-03-01")
        self._invoice("2026-03-01", partner=self.contact)
        self._plan_all()
        self.assertEqual(len(self._customer()), 1)
        self.assertEqual(self._customer().amount_due, 200)
        self.assertFalse(self.env["dso.customer"].search([("partner_id", "=", self.contact.id)]))

    def test_vendor_has_no_file(self):
        vendor = self.env["res.partner"].create({"name": "Vendor"})
        self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": vendor.id,
                "invoice_date": "2026-03-01",
                "invoice_line_ids": [
                    Command.create({"name": "x", "price_unit": 5, "tax_ids": False})
                ],
            }
        ).action_post()
        self._plan_all()
        self.assertFalse(self._customer(vendor))

    def test_companies_are_apart(self):
        """The same partner has a file in each company, with that company's figures."""
        self._invoice("2026-03-01", 100)
        other = self.setup_other_company()
        move = (
            self.env["account.move"]
            .with_company(other["company"])
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.partner.id,
                    "invoice_date": "2026-02-01",
                    "invoice_date_due": "2026-03-01",
                    "company_id": other["company"].id,
                    "journal_id": other["default_journal_sale"].id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "x",
                                "price_unit": 33,
                                "tax_ids": False,
                                "account_id": other["default_account_revenue"].id,
                            }
                        )
                    ],
                }
            )
        )
        move.action_post()
        self._plan_all()
        files = self.env["dso.customer"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual(sorted(files.mapped("amount_due")), [33, 100])
        self.assertEqual(len(files.with_user(self.collector).search([])), 1)

    def test_open_items_and_credits(self):
        invoice, credit = self._invoice("2026-03-01"), self._credit(30)
        self._plan_all()
        customer = self._customer().with_user(self.reader)
        self.assertEqual(customer.item_ids, self._line(invoice))
        self.assertEqual(customer.credit_ids, self._line(credit))

    def test_partner_shows_and_edits_the_file(self):
        other = self._create_scenario(("Other", "due_date", 2))
        self._invoice("2026-03-01")
        self._plan_all()
        partner = self.partner.with_user(self.collector)
        self.assertEqual(partner.dso_customer_id, self._customer())
        self.assertEqual(partner.dso_collector_id, self.collector)
        partner.dso_scenario_id = other
        self.assertEqual(self._customer().scenario_id, other)
        self.assertPlanned("Other", "2026-03-03")
        found = self.env["res.partner"].search([("dso_scenario_id", "=", other.id)])
        self.assertIn(self.partner, found)

    def test_editing_the_partner_makes_the_file(self):
        partner = self.env["res.partner"].create({"name": "New"})
        partner.with_user(self.collector).dso_collector_id = self.manager
        self.assertEqual(self._customer(partner).collector_id, self.manager)

    def test_a_file_that_the_user_does_not_find(self):
        """Archived ones are opened again, another collector's stay closed."""
        self._invoice("2026-03-01")
        self._plan_all()
        customer = self._customer()
        customer.active = False
        risky = self.env.ref("dso_collection.scenario_risky")
        self.partner.with_user(self.collector).dso_scenario_id = risky
        self.assertEqual((customer.active, customer.scenario_id), (True, risky))
        self.company.dso_own_customers_only = True
        customer.collector_id = self.manager
        with self.assertRaises(AccessError):
            self.partner.with_user(self.collector).dso_scenario_id = self.scenario
        with self.assertRaises(AccessError):
            self.partner.with_user(self.collector).action_dso_open_customer()

    def test_partners_are_found_by_their_file(self):
        """Those without a file have no collector; what is shown is what is found."""
        self._invoice("2026-03-01")
        self._plan_all()
        stranger = self.env["res.partner"].create({"name": "No file"})
        both = self.partner | stranger
        customer = self._customer()
        risky = self.env.ref("dso_collection.scenario_risky")
        Partner = self.env["res.partner"].with_user(self.collector)
        cases = {
            self.partner: [
                ("dso_collector_id", "=", self.collector.id),
                ("dso_collector_id", "!=", False),
                ("dso_collector_id", "ilike", "colin"),
                ("dso_collector_id", "in", [self.collector.id, self.manager.id]),
                ("dso_collector_id.login", "=", "dso_collector"),
                ("dso_scenario_id", "!=", False),
                ("dso_scenario_id", "not in", [False, risky.id]),
                ("dso_customer_id", "!=", False),
                ("dso_customer_id", "=", customer.id),
                ("dso_customer_id.amount_due", ">", 50),
            ],
            stranger: [
                ("dso_collector_id", "=", False),
                ("dso_collector_id", "!=", self.collector.id),
                ("dso_collector_id", "not ilike", "colin"),
                ("dso_scenario_id", "=", False),
                ("dso_scenario_id", "in", [False, risky.id]),
                ("dso_customer_id", "=", False),
                ("dso_customer_id", "not in", customer.ids),
            ],
        }
        for partner, domains in cases.items():
            for leaf in domains:
                with self.subTest(leaf):
                    self.assertEqual(Partner.search([leaf, ("id", "in", both.ids)]), partner)

    def test_what_a_collector_who_left_had_to_do(self):
        """R12: the company's default collector does it, until the collector is back."""
        self._invoice("2026-03-01")
        self._plan_all()
        customer = self._customer()
        self.assertEqual(self._open_action().collector_id, self.collector)
        self.company.dso_default_collector_id = self.manager
        own = self.env["dso.action"].create({"customer_id": customer.id})
        self.assertEqual(own.collector_id, self.collector)
        self.collector.active = False
        self.assertEqual((own | self._open_action()).collector_id, self.manager)
        self._plan_all()
        self.assertEqual(self._open_action().collector_id, self.manager)
        self.assertEqual(customer.collector_id, self.collector, "who it was is still to be seen")
        alert = self.env.ref("dso_collection.alert_no_collector")
        self.assertIn(customer, customer.search(alert._get_customer_domain()))
        self.collector.active = True
        self.env.flush_all()
        self.env["dso.customer"]._cron_refresh()
        self.assertEqual(self._open_action().collector_id, self.collector)
        self.assertNotIn(customer, customer.search(alert._get_customer_domain()))

    def test_assignment_rules(self):
        """First match wins, applied to new customers and on demand."""
        risky = self.env.ref("dso_collection.scenario_risky")
        public = self.env.ref("dso_collection.scenario_public")
        rules = self.env["dso.assignment.rule"].create(
            [
                {
                    "name": "Belgium",
                    "sequence": 1,
                    "domain": "[('country_id.code', '=', 'BE')]",
                    "scenario_id": public.id,
                },
                {
                    "name": "Everybody",
                    "sequence": 2,
                    "domain": "[]",
                    "scenario_id": risky.id,
                    "collector_id": self.manager.id,
                },
            ]
        )
        belgian = self.env["res.partner"].create(
            {"name": "Belge", "country_id": self.env.ref("base.be").id}
        )
        for partner in (belgian, self.partner):
            self._invoice("2026-03-01", partner=partner)
        self._plan_all()
        self.assertEqual(self._customer(belgian).scenario_id, public)
        self.assertEqual(self._customer(belgian).collector_id, self.collector, "the default")
        self.assertEqual(self._customer().scenario_id, risky)
        self.assertEqual(self._customer().collector_id, self.manager)
        self._customer(belgian).scenario_id = False
        rules.with_user(self.manager).action_apply()
        self.assertEqual(self._customer(belgian).scenario_id, public)

    def test_bad_rule_is_refused(self):
        for domain in ("[('no_such_field', '=', 1)]", "[(", "__import__('os')"):
            with self.subTest(domain), self.assertRaises(ValidationError):
                self.env["dso.assignment.rule"].create(
                    {"name": "Bad", "domain": domain, "scenario_id": self.scenario.id}
                )
        with self.assertRaises(ValidationError):
            self.env["dso.assignment.rule"].create({"name": "Nothing", "domain": "[]"})

    def test_bulk_assignment(self):
        other = self._create_scenario(("Other", "due_date", 2))
        self._invoice("2026-03-01")
        self._plan_all()
        wizard = (
            self.env["dso.customer.assign"]
            .with_user(self.collector)
            .create({"customer_ids": self._customer().ids, "scenario_id": other.id})
        )
        said = wizard.action_apply()["params"]
        self.assertEqual(said["message"], f"{self._customer().display_name}: assigned.")
        self.assertEqual(said["next"]["type"], "ir.actions.act_window_close")
        self.assertPlanned("Other", "2026-03-03")
        with self.assertRaises(UserError):
            self.env["dso.customer.assign"].create({}).action_apply()

    def _assign(self, customers, **values):
        wizard = self.env["dso.customer.assign"].with_user(self.collector)
        return wizard.create({"customer_ids": customers.ids, **values}).action_apply()

    def test_bulk_assignment_can_empty(self):
        """A scenario or collector is taken away, or given by the rules again; each says how
        many."""
        other = self._create_scenario(("Other", "due_date", 2))
        belgian = self.env["res.partner"].create({"name": "Belgian"})
        self._invoice("2026-03-01")
        self._invoice("2026-03-01", partner=belgian)
        self._plan_all()
        customers = self._customer() | self._customer(belgian)
        self.env["dso.assignment.rule"].create(
            {
                "name": "Belgians",
                "domain": str([("partner_id", "=", belgian.id)]),
                "scenario_id": other.id,
                "company_id": self.company.id,
            }
        )
        self._customer(belgian).scenario_id = False
        said = self._assign(customers, scenario_mode="none")["params"]["message"]
        self.assertIn("Customers assigned: 1. Planned actions that go with them: 1.", said)
        self.assertIn("1 unchanged: they already had this.", said)
        self.assertFalse(customers.scenario_id)
        self.assertEqual(customers.mapped("scenario_by_hand"), [True, True])
        self._assign(customers, scenario_mode="rules")
        self.assertEqual(self._customer().scenario_id, self.scenario, "the company's default")
        self.assertEqual(self._customer(belgian).scenario_id, other)
        self.assertEqual(customers.mapped("scenario_by_hand"), [False, False])
        self._assign(customers, collector_mode="none", scenario_id=other.id)
        self.assertFalse(customers.collector_id)
        self.assertEqual(customers.scenario_id, other)
        said = self._assign(customers, scenario_id=other.id)["params"]
        self.assertEqual((said["type"], customers.scenario_id), ("warning", other))
        for values in ({}, {"scenario_mode": "set"}):
            with self.assertRaises(UserError):
                self._assign(customers, **values)

    def test_assignment_form(self):
        """Choosing “This one” asks for one; nothing else does."""
        self._invoice("2026-03-01")
        self._plan_all()
        form = Form(
            self.env["dso.customer.assign"].with_context(default_customer_ids=self._customer().ids)
        )
        self.assertEqual((form.scenario_mode, form.collector_mode), ("keep", "keep"))
        form.scenario_mode = "set"
        with self.assertRaises(AssertionError):
            form.save()
        form.scenario_id = self.scenario
        form.collector_mode = "rules"
        self.assertEqual(form.scenario_mode, "set")
        form.save().action_apply()
        self.assertEqual(self._customer().collector_id, self.collector)

    def test_new_collector_takes_over_open_actions(self):
        self._invoice("2026-03-01")
        self._plan_all()
        self._customer().with_user(self.collector).collector_id = self.manager
        self.assertEqual(self._open_action().collector_id, self.manager)

    def test_merged_partners_keep_their_history(self):
        """Both have a file: one remains, with the actions of both."""
        twin = self.env["res.partner"].create({"name": "Acme twin", "is_company": True})
        self._create_contact(twin, "Tom", "tom@acme.example.com")
        self._invoice("2026-03-01", 100)
        self._invoice("2026-02-20", 50, twin)
        self._plan_all()
        self._do(self._open_action(twin), "2026-03-02")
        done = self._customer(twin).action_ids.filtered(lambda action: action.state == "done")
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo()
        wizard._merge((twin | self.partner).ids, self.partner, extra_checks=False)
        self.assertTrue(done.exists())
        self.assertEqual(done.customer_id, self._customer())
        self.assertEqual(
            self.env["dso.customer"].search([("partner_id", "in", (twin | self.partner).ids)]),
            self._customer(),
        )
        self._plan_all()
        self.assertEqual(self._customer().amount_due, 150)
        self.assertEqual(len(self._open_action()), 1)

    def test_a_partner_with_a_file_becomes_child_of_another(self):
        """P and Q, A sent on 6 March for Q's invoice of 1 March, Q becomes P's child on the 7th:
        next is B on 16 March, not A on the 7th."""
        parent = self.env["res.partner"].create({"name": "Parent", "is_company": True})
        self._create_contact(parent, "Pat", "pat@parent.example.com")
        self._invoice("2026-05-01", partner=parent)
        self._plan("2026-03-05", parent)
        line = self._line(self._invoice("2026-03-01"))
        done = self._plan("2026-03-06")
        self._do(done, "2026-03-06")
        old = self._customer()
        scenario = self._customer(parent).scenario_id
        old.message_post(body="A word")
        self.partner.write({"parent_id": parent.id, "is_company": False})
        self.assertEqual(self.partner.commercial_partner_id, parent)
        with freeze_time("2026-03-07 09:00"):
            self.env["dso.customer"]._cron_refresh()
        customer = self._customer(parent)
        action = self.assertPlanned("B", "2026-03-16", parent)
        self.assertEqual(action.leader_line_id, line)
        self.assertEqual(done.customer_id, customer)
        self.assertFalse(old.exists())
        self.assertEqual(customer.scenario_id, scenario)
        self.assertIn("A word", str(customer.message_ids.mapped("body")))

    def test_merged_into_a_partner_without_file(self):
        target = self.env["res.partner"].create({"name": "Target", "is_company": True})
        self._invoice("2026-03-01", 100)
        self._plan_all()
        customer = self._customer()
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo()
        wizard._merge((target | self.partner).ids, target, extra_checks=False)
        self._plan_all()
        self.assertEqual(self._customer(target), customer)
        self.assertEqual(customer.amount_due, 100)

    def test_new_parent(self):
        """The file follows to the new commercial partner, with its settings and history."""
        other = self._create_scenario(("Other", "due_date", 2))
        person = self.env["res.partner"].create({"name": "Shop"})
        self._create_contact(person, "Till", "till@example.com")
        self._invoice("2026-03-01", 100, person)
        self._plan_all()
        self._customer(person).scenario_id = other
        group = self.env["res.partner"].create({"name": "Group", "is_company": True})
        person.parent_id = group
        self.env["dso.customer"]._cron_refresh()
        customer = self._customer(group)
        self.assertEqual(customer.amount_due, 100)
        self.assertEqual(customer.scenario_id, other)
        self.assertEqual(
            len(self.env["dso.customer"].search([("partner_id", "in", (person | group).ids)])), 1
        )

    def test_partner_without_history_can_be_deleted(self):
        partner = self.env["res.partner"].create({"name": "Gone"})
        partner.with_user(self.collector).dso_collector_id = self.manager
        partner.sudo().unlink()
        self.assertFalse(partner.exists())

    def test_file_with_history_cannot_be_deleted(self):
        self._invoice("2026-03-01")
        self._plan_all()
        self._do(self._open_action(), "2026-03-06")
        with self.assertRaisesRegex(ValidationError, "Archive it"):
            self._customer().with_user(self.manager).unlink()

    def test_only_collectors_edit(self):
        self._invoice("2026-03-01")
        self._plan_all()
        with self.assertRaises(AccessError):
            self._customer().with_user(self.reader).scenario_id = False

    def test_reply_lands_in_the_file(self):
        """R12: an answer to a reminder comes back into the customer's chatter."""
        self._invoice("2026-03-01")
        self._plan_all()
        self._do(self._open_action(), "2026-03-06")
        sent = self._customer().message_ids.filtered(lambda m: m.message_type == "email_outgoing")
        reply = (
            "From: Ann <ann@acme.example.com>\r\n"
            "To: replies@company.example.com\r\n"
            "Subject: Re: Reminder\r\n"
            "Message-Id: <answer@acme.example.com>\r\n"
            f"In-Reply-To: {sent.message_id}\r\n"
            "Content-Type: text/plain\r\n\r\nWe pay tomorrow."
        )
        self.env["mail.thread"].sudo().message_process("dso.customer", reply)
        answer = self._customer().message_ids[0]
        self.assertIn(self.collector.partner_id, self._customer().message_partner_ids)
        self.assertIn("We pay tomorrow", answer.body)
        self.assertIn(self.collector.partner_id, answer.notified_partner_ids)
