from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-07 09:00:00")
class TestMended(DsoCommon):
    """What is missing shows in the plan, whatever the origin of the action, automatic or by hand;
    once fixed it goes on at the next turn of the refresh queue, without a click (R11)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.write(
            {
                "country_id": cls.env.ref("base.be").id,
                "street": "Rue Neuve 1",
                "city": "Brussels",
                "zip": "1000",
                "dso_fax": "+32 2 506 31 11",
            }
        )
        cls.contact.phone = "+32 470 12 34 56"
        cls.company.dso_fax_domain = "fax.example.com"
        cls.sms_template = cls.env["sms.template"].create(
            {
                "name": "SMS",
                "model_id": cls.env["ir.model"]._get_id("dso.action"),
                "body": "Please pay",
            }
        )
        cls.letter_template = cls.env["dso.letter.template"].create(
            {"name": "Letter", "subject": "Letter", "body": "<p>Please pay</p>"}
        )
        cls.provider = cls.env["dso.erm.provider"].create(
            {"name": "Post", "url": "https://erm.example.com", "company_id": cls.company.id}
        )

    def setUp(self):
        super().setUp()
        self.invoice = self._invoice("2026-03-01")
        self.other = self._invoice("2026-03-02")

    def _refresh(self):
        self.env.flush_all()
        self.env["dso.customer"]._cron_refresh()
        self.env.invalidate_all()

    def _templates(self):
        return {
            "mail_template_id": self.template.id,
            "sms_template_id": self.sms_template.id,
            "letter_template_id": self.letter_template.id,
        }

    def _make_actions(self, action_type, automatic=True):
        """One of each origin, of a type."""
        self.scenario.step_ids.write(
            {"action_type": action_type, "automatic": automatic, **self._templates()}
        )
        self._plan("2026-03-07")
        values = {
            "customer_id": self._customer().id,
            "action_type": action_type,
            "automatic": automatic,
            "date": "2026-03-06",
            **self._templates(),
        }
        own = self.env["dso.action"].create(
            [
                {
                    **values,
                    "origin": "specific",
                    "item_ids": [Command.create({"line_id": self._line(self.other).id})],
                },
                {**values, "origin": "manual"},
            ]
        )
        self._plan("2026-03-07")
        return self._open_action() | own

    def _check(self, action_type, spoil, fix, code):
        """Spoiled: in error, with its words. Fixed: planned again."""
        for automatic in (True, False):
            with self.subTest(action_type, code=code, automatic=automatic):
                actions = self._make_actions(action_type, automatic)
                self.assertEqual(actions.mapped("origin"), ["scenario", "specific", "manual"])
                self.assertEqual(set(actions.mapped("state")), {"planned"})
                spoil()
                self._refresh()
                self.assertEqual(set(actions.mapped("state")), {"error"})
                self.assertEqual({data["code"] for data in actions.mapped("error_data")}, {code})
                fix()
                self._refresh()
                self.assertEqual(
                    set(actions.mapped("state")), {"planned"}, actions.mapped("error_message")
                )
                actions.unlink()

    def _check_value(self, action_type, record, fname, bad, code):
        good = record[fname]
        self._check(
            action_type,
            lambda: record.write({fname: bad}),
            lambda: record.write({fname: good}),
            code,
        )

    def test_contact(self):
        for action_type in ("email", "email_interactive", "letter_electronic", "sms", "fax"):
            self._check_value(
                action_type, self.contact, "dso_collection_contact", False, "no_contact"
            )

    def test_archived_contact(self):
        self._check_value("email", self.contact, "active", False, "no_contact")

    def test_deleted_contact(self):
        actions = self._make_actions("email")
        self.contact.unlink()
        self._refresh()
        self.assertEqual(set(actions.mapped("state")), {"error"})
        self._create_contact(self.partner, "Bob", "bob@acme.example.com")
        self._refresh()
        self.assertEqual(set(actions.mapped("state")), {"planned"})

    def test_email(self):
        self._check_value("email", self.contact, "email", False, "no_email")
        self._check_value("letter_electronic", self.contact, "email", "ann at acme", "bad_email")

    def test_numbers(self):
        self._check_value("sms", self.contact, "phone", False, "no_phone")
        self._check_value("sms", self.contact, "phone", "12", "bad_phone")
        self._check_value("sms", self.contact, "phone", "+32 2 506 31 11", "no_mobile")
        self._check_value("fax", self.partner, "dso_fax", False, "no_fax")
        self._check_value("fax", self.partner, "dso_fax", "12", "bad_fax")

    def test_postal_address(self):
        for action_type in ("letter", "letter_registered"):
            self._check_value(action_type, self.partner, "street", False, "no_address")
            self._check_value(action_type, self.partner, "city", False, "no_address")

    def test_letters_posted_online_need_more(self):
        self.partner.zip = False
        self._check_value("letter", self.company, "dso_letter_carrier", "snailmail", "no_address")

    def test_fax_gateway(self):
        self._check_value("fax", self.company, "dso_fax_domain", False, "no_fax_domain")

    def test_collectors_address(self):
        for action_type in ("email", "fax"):
            self._check_value(action_type, self.collector, "email", False, "no_sender_email")
        self._check_value("email", self.collector.partner_id, "email", False, "no_sender_email")

    def test_collector(self):
        self._customer()._plan(self._customer())

        def leave():
            self.company.dso_default_collector_id = False
            self._customer().collector_id = False

        def come():
            self.company.dso_default_collector_id = self.collector

        self._check("email", leave, come, "no_collector")

    def test_template_without_text(self):
        """Nothing but a greeting and a signature would reach the customer."""
        for action_type, template, fname, empty in (
            ("email", self.template, "body_html", "<p><br></p>"),
            ("letter", self.letter_template, "body", "<p> </p>"),
            ("sms", self.sms_template, "body", " "),
        ):
            self._check_value(action_type, template, fname, empty, "empty_template")

    def test_archived_template(self):
        self._check_value("email", self.template, "active", False, "archived_template")
        self._check_value("letter", self.letter_template, "active", False, "archived_template")

    def test_provider(self):
        self._check_value("letter_electronic", self.provider, "active", False, "no_erm_provider")

    def test_blacklist(self):
        blacklist = self.env["phone.blacklist"].sudo()
        self._check(
            "sms",
            lambda: blacklist.add("+32470123456"),
            lambda: blacklist.remove("+32470123456"),
            "blacklisted",
        )

    def test_chosen_recipient(self):
        """Somebody who is no contact of the customer."""
        lawyer = self.env["res.partner"].create({"name": "Law", "email": "law@example.com"})
        for action in self._make_actions("email"):
            action.recipient_ids = lawyer
        actions = self._customer().open_action_ids
        lawyer.email = False
        self._refresh()
        self.assertEqual(set(actions.mapped("state")), {"error"})
        lawyer.email = "law@example.com"
        self._refresh()
        self.assertEqual(set(actions.mapped("state")), {"planned"})
        lawyer.active = False
        self._refresh()
        self.assertEqual(set(actions.mapped("state")), {"error"}, "nobody gets it in their place")

    def test_it_leaves_without_a_click(self):
        """Within a minute: the dispatcher is woken."""
        actions = self._make_actions("email")
        actions.action_confirm()
        self.contact.email = False
        self._refresh()
        self.contact.email = "ann@acme.example.com"
        cron = self.env.ref("dso_collection.ir_cron_dispatch")
        with self.capture_triggers(cron.id) as captured:
            self._refresh()
        self.assertTrue(captured.records)
        self.env["dso.action"]._dispatch()
        self.assertEqual(set(actions.mapped("state")), {"done"})

    def test_sending_hours(self):
        """Other hours let go what waited for them."""
        calendar = self.env["resource.calendar"].create({"name": "Sending", "tz": "UTC"})
        self.company.dso_sending_calendar_id = calendar
        cron = self.env.ref("dso_collection.ir_cron_dispatch")
        changes = {
            "attendance": lambda: calendar.attendance_ids[0].write({"hour_from": 7.0}),
            "removed": lambda: calendar.attendance_ids[0].unlink(),
            "time zone": lambda: calendar.write({"tz": "Europe/Brussels"}),
            "none": lambda: self.company.write({"dso_sending_calendar_id": False}),
        }
        for name, change in changes.items():
            with self.subTest(name), self.capture_triggers(cron.id) as captured:
                change()
                self.env.flush_all()
            self.assertTrue(captured.records)

    def test_text_of_an_action(self):
        """Who writes the text that an action lacks need not retry it."""
        action = self._make_actions("email").filtered(lambda each: each.origin == "manual")
        action.mail_template_id = False
        self._refresh()
        self.assertEqual(action.error_data["code"], "no_template")
        action.with_user(self.manager).write({"subject": "Hello", "body": "<p>Hello</p>"})
        self._refresh()
        self.assertEqual(action.state, "planned")

    def test_no_text_yet(self):
        """By hand, the text is written when it is done: no error."""
        actions = self._make_actions("email", automatic=False)
        own = actions.filtered(lambda each: each.origin == "manual")
        own.mail_template_id = False
        self._refresh()
        self.assertEqual(own.state, "planned")

    def test_mended_texts(self):
        """A broken template, fixed, sends what waited for it: of all kinds."""
        cron = self.env.ref("dso_collection.ir_cron_dispatch")
        for template, fname, action_type in (
            (self.template, "body_html", "email"),
            (self.sms_template, "body", "sms"),
            (self.letter_template, "body", "letter"),
        ):
            with self.subTest(template._name):
                actions = self._make_actions(action_type)
                actions._set_error("broken_template", sticky=True, template="x", text="y")
                with self.capture_triggers(cron.id) as captured:
                    template[fname] = "<p>Better</p>"
                self.assertTrue(captured.records)
                actions.unlink()

    def test_not_delivered_waits_for_a_retry(self):
        """What has left and failed is not sent again by itself."""
        actions = self._make_actions("email")
        actions.action_confirm()
        self.env["dso.action"]._dispatch()
        self.assertEqual(set(actions.mapped("state")), {"done"})
        for action in actions:
            action._set_undelivered("mailbox unknown")
        self.contact.email = "better@acme.example.com"
        self._refresh()
        self.assertEqual(set(actions.mapped("state")), {"error"})

    def test_constant_queries(self):
        """Whatever the number of customers with actions of their own."""
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {number}", "is_company": True} for number in range(24)]
        )
        for partner in partners:
            self._invoice("2026-03-01", partner=partner)
        customers = self.env["dso.customer"]
        customers._plan(None)
        files = customers.search([("partner_id", "in", partners.ids)])
        self.env["dso.action"].create(
            [
                {
                    "customer_id": file.id,
                    "action_type": "email",
                    "automatic": True,
                    "mail_template_id": self.template.id,
                }
                for file in files
            ]
        )
        files._plan(files)

        def plan(some):
            return self._count_queries(lambda: some._plan(some))

        plan(files)
        self.assertLessEqual(plan(files), plan(files[:3]) + 2)
