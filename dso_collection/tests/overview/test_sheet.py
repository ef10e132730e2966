"""The screen of one customer: figures by hand, a constant number of queries, who sees what."""

from datetime import date

from freezegun import freeze_time
from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import DsoCommon

#: What the widgets ask for besides the fields of the view.
WIDGET_FIELDS = ("ageing", "statement_filters", "currency_totals", "scenario_line")


class SheetCommon(DsoCommon):
    """Customers with as many open items as wanted."""

    @classmethod
    def _plan_all(cls):
        cls.env["dso.customer"]._plan()
        cls.env.invalidate_all()

    @classmethod
    def _instalments(cls, invoices, each, partner=None):
        """Invoices of 100.00 in equal instalments, one every day: an item each."""
        share = 100.0 / each
        term = cls.env["account.payment.term"].create(
            {
                "name": f"{each} instalments",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": share, "nb_days": number + 1}
                    )
                    for number in range(each)
                ],
            }
        )
        cls._invoices(
            invoices,
            "2026-02-01",
            partner=partner,
            invoice_date="2025-12-01",
            invoice_payment_term_id=term.id,
        )

    def _form_of(self, user):
        customers = self.env["dso.customer"].with_user(user)
        arch = customers.get_views([(False, "form")])["views"]["form"]["arch"]
        return {
            **self._specify(customers, etree.fromstring(arch)),
            **{name: {} for name in WIDGET_FIELDS},
        }

    def _read(self, customer, user=None):
        """The screen, from an empty cache."""
        user = user or self.collector
        form = self._form_of(user)
        self.env.flush_all()
        self.env.invalidate_all()
        (values,) = customer.with_user(user).web_read(form)
        return values


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31 09:00:00")
class TestSheet(SheetCommon):
    """On 31 March 2026: 1 March is 30 days ago, 28 February 31, 30 January 60, 29 January 61,
    31 December 90 and 30 December 91."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.moves = {
            due: cls._invoice(due, amount, invoice_date=min(due, "2026-02-01"))
            for due, amount in (
                ("2026-03-31", 1.0),
                ("2026-04-15", 2.0),
                ("2026-03-30", 4.0),
                ("2026-03-01", 8.0),
                ("2026-02-28", 16.0),
                ("2026-01-30", 32.0),
                ("2026-01-29", 64.0),
                ("2025-12-31", 128.0),
                ("2025-12-30", 256.0),
            )
        }
        cls.credit = cls._credit(50.0)
        cls._plan_all()
        cls.customer = cls._customer()
        cls.items = {due: cls._line(move) for due, move in cls.moves.items()}

    def _qualify(self, line, status, **values):
        self.env["dso.item.qualify"].with_user(self.collector).create(
            {
                "line_ids": [Command.set(line.ids)],
                "status_id": self.env.ref(f"dso_collection.status_{status}").id,
                **values,
            }
        ).action_apply()

    # ------------------------------------------------------------------
    # Ageing and filters
    # ------------------------------------------------------------------

    def test_ageing(self):
        found = {
            bucket["key"]: (bucket["amount"], bucket["count"])
            for bucket in self._read(self.customer)["ageing"]
        }
        self.assertEqual(
            found,
            {
                "000": (3.0, 2),
                "001": (12.0, 2),
                "031": (48.0, 2),
                "061": (192.0, 2),
                "091": (256.0, 1),
            },
        )
        values = self._read(self.customer)
        self.assertEqual(values["amount_overdue"], 12 + 48 + 192 + 256)
        self.assertEqual(values["amount_not_due"], 3)

    def _search(self, *parts):
        domain = ["&"] * (len(parts) - 1) + [leaf for part in parts for leaf in part]
        return self.env["account.move.line"].with_user(self.collector).search(domain)

    def test_each_bucket_finds_its_items(self):
        """What a click on the bar shows is what the bar counted."""
        filters = self._read(self.customer)["statement_filters"]
        expected = {
            "000": ("2026-03-31", "2026-04-15"),
            "001": ("2026-03-30", "2026-03-01"),
            "031": ("2026-02-28", "2026-01-30"),
            "061": ("2026-01-29", "2025-12-31"),
            "091": ("2025-12-30",),
        }
        for key, dues in expected.items():
            found = self._search(filters["items"], filters["open"], filters["buckets"][key])
            self.assertEqual(set(found.ids), {self.items[due].id for due in dues}, f"bucket {key}")

    def test_each_filter_finds_as_many_as_it_says(self):
        """A promise whose grace is over is a promise no more; one in dispute is overdue still."""
        self._qualify(self.items["2026-03-01"], "promise", date="2026-04-10")
        self._qualify(self.items["2026-02-28"], "promise", date="2026-04-01")
        self._qualify(self.items["2025-12-30"], "dispute_price", next_action="specific")
        self.items["2026-02-28"].dso_status_date = date(2026, 3, 20)
        self._invoice("2026-03-01", partner=self.contact)
        other = self.env["res.partner"].create({"name": "Somebody else"})
        self._invoice("2026-03-01", partner=other)
        self._pay(self.moves["2026-01-30"], on="2026-03-30")
        filters = self._read(self.customer)["statement_filters"]
        counts = {}
        for entry in filters["filters"]:
            found = self._search(filters["items"], filters["open"], entry["domain"])
            self.assertEqual(len(found), entry["count"], entry["key"])
            counts[entry["key"]] = entry["count"]
        self.assertEqual(
            counts,
            {
                # nine less the paid one, that of the contact, the credit note
                "all": 10,
                "overdue": 7,
                "not_due": 2,
                "disputed": 1,
                "promised": 1,
                "credits": 1,
            },
        )
        closed = self._search(filters["items"]) - self._search(filters["items"], filters["open"])
        self.assertIn(self.items["2026-01-30"], closed)
        self.assertFalse(closed.filtered(lambda line: line.amount_residual))

    def test_item_without_due_date(self):
        """What has none, as an opening balance may, is due on its own date, in both rules."""
        line = self.items["2026-03-30"]
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET date_maturity = NULL, date = '2026-02-10' WHERE id = %s",
            [line.id],
        )
        values = self._read(self.customer)
        found = {bucket["key"]: bucket["count"] for bucket in values["ageing"]}
        self.assertEqual((found["001"], found["031"]), (1, 3))
        filters = values["statement_filters"]
        self.assertIn(line, self._search(filters["items"], filters["buckets"]["031"]))
        self.assertNotIn(line, self._search(filters["items"], filters["buckets"]["001"]))

    def test_outside_of_the_screen_too(self):
        """Read for several customers together, or one by one: the same."""
        other = self.env["res.partner"].create({"name": "Other", "is_company": True})
        self._invoice("2026-03-01", 7.0, partner=other)
        self._plan_all()
        both = self.customer | self._customer(other)
        alone = [self._read(customer)["ageing"] for customer in both]
        self.env.invalidate_all()
        self.assertEqual([customer.ageing for customer in both], alone)

    # ------------------------------------------------------------------
    # Currencies, credit limit
    # ------------------------------------------------------------------

    def test_one_currency_needs_no_table(self):
        self.assertFalse(self._read(self.customer)["currency_totals"])

    def test_currencies_are_never_added_up(self):
        """500 due in the other currency, 200 of it overdue, less a credit note of 30."""
        other = self.setup_other_currency("CHF", rates=[("2026-01-01", 2.0)])
        self._invoice("2026-03-01", 200.0, currency_id=other.id)
        self._invoice("2026-05-01", 300.0, currency_id=other.id)
        credit = self._credit(30.0)
        credit.button_draft()
        credit.currency_id = other
        credit.action_post()
        rows = {row["currency"]: row for row in self._read(self.customer)["currency_totals"]}
        self.assertEqual(set(rows), {"CHF", self.company.currency_id.name})
        swiss = {name: text for name, text in rows["CHF"].items() if name != "currency"}
        for name, amount in (
            ("overdue", "200.00"),
            ("not_due", "300.00"),
            ("credits", "30.00"),
            ("due", "470.00"),
        ):
            self.assertIn(amount, swiss[name])
        self.assertIn("461.00", rows[self.company.currency_id.name]["due"], "511 less 50")

    def test_credit_limit(self):
        """Odoo's own, where the company uses it: 511 less 50 is 461."""
        self.partner.credit_limit = 400.0
        self.assertEqual(self._read(self.customer)["credit_limit"], 0.0)
        self.company.account_use_credit_limit = True
        values = self._read(self.customer)
        self.assertEqual(values["credit_limit"], 400.0)
        self.assertTrue(values["credit_limit_exceeded"])
        self.partner.credit_limit = 461.0
        self.assertFalse(self._read(self.customer)["credit_limit_exceeded"])

    # ------------------------------------------------------------------
    # Line of the scenario
    # ------------------------------------------------------------------

    def _line_of(self, customer=None):
        return [
            (step["name"], step["state"], step["date"])
            for step in self._read(customer or self.customer)["scenario_line"] or []
        ]

    def test_figures_above_everything(self):
        """Every figure that the collector looks at first, on the screen as the reader sees it."""
        arch = self.env["dso.customer"].with_user(self.reader).get_view(view_type="form")["arch"]
        shown = etree.fromstring(arch).xpath("//div[@name='figures']//field/@name")
        expected = {
            "amount_due",
            "amount_overdue",
            "amount_not_due",
            "amount_disputed",
            "amount_promised",
            "credit_unallocated",
            "days_overdue_max",
            "oldest_text",
            "days_late_average",
            "promise_kept_text",
        }
        self.assertEqual(set(shown), expected)

    def test_line_of_steps(self):
        """The leader was due on 30 December. A (due+5) is late; the others follow from today: B
        ten days after A on 10 April, C ten days after B on Monday 20, D twenty days after C (due
        +45 less +25) on 10 May, a Sunday: on Monday 11."""
        self.assertEqual(
            self._line_of(),
            [
                ("A", "due", "2026-01-04"),
                ("B", "later", "2026-04-10"),
                ("C", "later", "2026-04-20"),
                ("D", "later", "2026-05-11"),
            ],
        )

    def test_line_after_what_was_done_and_skipped(self):
        action = self._open_action()
        self._do(action, "2026-03-31")
        line = self._read(self.customer)["scenario_line"]
        self.assertEqual((line[0]["state"], line[0]["action_id"]), ("done", action.id))
        self.assertEqual((line[1]["state"], line[1]["date"]), ("next", "2026-04-10"))
        self.assertEqual(line[1]["action_id"], self._open_action().id)
        self._open_action().with_user(self.collector).action_cancel()
        self.assertEqual(
            [state for _name, state, _date in self._line_of()],
            ["done", "skipped", "next", "later"],
        )

    def test_line_of_a_confirmed_step(self):
        """What is confirmed waits for the sending hours, not for the collector."""
        action = self._open_action()
        step = self._read(self.customer)["scenario_line"][0]
        self.assertEqual((step["state"], step["to_confirm"]), ("due", True))
        action.with_user(self.collector).action_confirm()
        step = self._read(self.customer)["scenario_line"][0]
        self.assertEqual(
            (step["state"], step["to_confirm"], step["confirmed"]), ("next", False, True)
        )

    def test_line_follows_a_date_set_by_hand(self):
        self._open_action().with_user(self.collector).action_reschedule("2026-04-02")
        self.assertEqual(
            self._line_of()[:2], [("A", "next", "2026-04-02"), ("B", "later", "2026-04-13")]
        )

    def test_nothing_planned(self):
        """Why is the reason's business; the line has no dates."""
        self.company.dso_min_amount = 10_000
        self._plan_all()
        self.assertEqual({state for _name, state, _date in self._line_of()}, {"later"})
        self.assertEqual({day for _name, _state, day in self._line_of()}, {False})
        self.customer.scenario_id = False
        self.assertEqual(self._line_of(), [])

    # ------------------------------------------------------------------
    # Penalties
    # ------------------------------------------------------------------

    def test_penalties_of_each_item(self):
        """128.00 for 90 days at 10 % a year: 128 × 0.1 × 90 / 365 = 3.156; 40.00 for the item."""
        self.company.dso_penalty_rule_id = self.env["dso.penalty.rule"].create(
            {
                "name": "Ten",
                "kind": "fixed",
                "rate": 10.0,
                "recovery_cost": 40.0,
                "recovery_per": "item",
                "currency_id": self.company.currency_id.id,
            }
        )
        self.customer.write({"penalty_enabled": True, "recovery_cost_enabled": True})
        late, not_due = self.items["2025-12-31"], self.items["2026-04-15"]
        item = late.with_user(self.reader)
        self.assertEqual((item.dso_penalty, item.dso_recovery_cost), (3.16, 40.0))
        self.assertFalse(not_due.with_user(self.reader).dso_penalty)
        self.company.dso_own_customers_only = True
        self.customer.collector_id = self.manager
        self.env.invalidate_all()
        self.assertFalse(late.with_user(self.collector).dso_penalty, "not his customer")

    # ------------------------------------------------------------------
    # Statement
    # ------------------------------------------------------------------

    def test_send_the_statement(self):
        """An action out of scenario that tells of what is not due yet, too."""
        action = self.customer.with_user(self.collector).action_send_statement()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.collector)
            .with_context(**action["context"])
            .create({})
        )
        template = self.env.ref("dso_collection.mail_template_statement")
        self.assertEqual(wizard.mail_template_id, template)
        # it says what it is, whose, to whom, and shows what leaves
        self.assertEqual(action["name"], "Statement of account: Acme")
        self.assertEqual(wizard.recipient_ids, self.contact)
        view = self.env.ref("dso_collection.dso_action_new_view_form_statement")
        self.assertEqual(action["views"], [(view.id, "form")])
        with Form(
            self.env[wizard._name].with_user(self.collector).with_context(**action["context"]),
            view=view,
        ) as form:
            self.assertIn("Statement of account", form.preview_subject)
            self.assertIn(self.credit.name, form.preview_body)
        again = wizard.action_edit_content()
        self.assertEqual((again["name"], again["views"]), (action["name"], action["views"]))
        wizard.write({"subject": False, "body": False})
        # a database of before keeps its text until it is updated
        template.body_html = template.body_html.replace("_selected", "")
        wizard.action_apply()
        sent = self.customer.past_action_ids
        self.assertEqual((sent.origin, sent.state, sent.action_type), ("manual", "done", "email"))
        for move in self.moves.values():
            self.assertIn(move.name, sent.mail_id.body_html)
        self.assertIn(self.credit.name, sent.mail_id.body_html)
        self.assertIn("461.00", sent.mail_id.body_html)
        self.assertEqual(self._open_action().step_id.name, "A", "the scenario goes on")

    def test_only_collectors_send_and_print(self):
        customer = self.customer.with_user(self.reader)
        for method in ("action_send_statement", "action_print_statement"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(customer, method)()

    def test_prepared_statement(self):
        """In the customer's language, each currency by itself: 511 less 50."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.partner.lang = "fr_FR"
        values = self.customer._prepare_statement()
        self.assertEqual(values["today"], "31 mars 2026")
        self.assertEqual(values["lang"], "fr_FR")
        (own,) = values["ages"]
        digits = ["".join(c for c in text if c in "-0123456789,") for text in own["amounts"]]
        self.assertEqual(digits, ["3,00", "12,00", "48,00", "192,00", "256,00", "-50,00"])
        self.assertIn("461,00", values["items_table"])

    def test_nothing_to_print(self):
        empty = self.env["res.partner"].create({"name": "Empty"})
        self.env["dso.customer"].create({"partner_id": empty.id})
        with self.assertRaisesRegex(UserError, "Nothing is open for Empty"):
            self._customer(empty).with_user(self.collector).action_print_statement()


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31 09:00:00")
class TestSheetQueries(SheetCommon):
    """The same number of queries for five items as for five hundred."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.big = cls.env["res.partner"].create({"name": "Big", "is_company": True})
        cls._create_contact(cls.big, "Bob", "bob@big.example.com")
        cls._instalments(1, 5)
        cls._instalments(5, 100, partner=cls.big)
        cls._plan_all()
        cls.few, cls.many = cls._customer(), cls._customer(cls.big)

    def _compare(self, method):
        """Queries for the customer of few items and for that of many, warmed up."""
        for customer in (self.few, self.many):
            method(customer)
        return [
            self._count_queries(lambda customer=customer: method(customer))
            for customer in (self.few, self.many)
        ]

    def test_form(self):
        form = self._form_of(self.collector)
        self.assertEqual(self._read(self.few)["item_count"], 5)
        self.assertEqual(self._read(self.many)["item_count"], 500)
        self.assertNotIn("item_ids", form, "five thousand ids would be read with the form")
        few, many = self._compare(
            lambda customer: customer.with_user(self.collector).web_read(form)
        )
        self.assertLessEqual(many, few)

    def test_first_page_of_the_statement(self):
        """Forty items of five hundred, penalties and all."""
        self.company.dso_penalty_rule_id = self.env.ref("dso_collection.penalty_rule_eu")
        (self.few | self.many).penalty_enabled = True
        lines = self.env["account.move.line"].with_user(self.collector)
        view = self.env.ref("dso_collection.dso_statement_view_list")
        arch = lines.get_views([(view.id, "list")])["views"]["list"]["arch"]
        specification = self._specify(lines, etree.fromstring(arch))
        self.assertIn("dso_penalty", specification)

        def load(customer):
            filters = customer.statement_filters
            # a page that is full is counted beyond, in one query more
            limit = 40 if customer == self.many else 4
            page = lines.web_search_read(
                ["&", *filters["items"], *filters["open"]],
                specification,
                order="reconciled, date_maturity, id",
                limit=limit,
            )
            self.assertEqual(len(page["records"]), limit)
            return page["length"]

        self.assertEqual((load(self.few), load(self.many)), (5, 500))
        few, many = self._compare(load)
        self.assertLessEqual(many, few)

    def test_timeline(self):
        status = self.env.ref("dso_collection.status_ongoing")
        for customer in (self.few, self.many):
            for line in customer.item_ids[:40]:
                line._dso_set_status(status, date(2026, 3, 31))
        self.env.flush_all()
        self.env.cr.execute(
            # as if each had been said in a transaction of its own
            "UPDATE dso_qualification SET create_date = create_date + id * interval '1 second'"
        )

        def load(customer):
            return customer.with_user(self.collector).dso_get_timeline(limit=50)["entries"]

        self.assertEqual((len(load(self.few)), len(load(self.many))), (5, 40))
        few, many = self._compare(load)
        self.assertLessEqual(many, few)


@tagged("post_install", "-at_install")
class TestTimeline(SheetCommon):
    """Dunned on 6 March, promised and answered on the 9th, paid on the 12th, and so on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2026-03-02 09:00:00"):
            cls.first = cls._invoice("2026-03-01", 100.0)
            cls.others = [cls._invoice("2026-03-01", 10.0 + number) for number in range(5)]
            cls._plan_all()
            cls.customer = cls._customer()
            cls.action = cls._open_action()
        with freeze_time("2026-03-06 10:00:00"):
            cls._do(cls.action, "2026-03-06")
        with freeze_time("2026-03-09 11:00:00"):
            lines = cls.env["account.move.line"].union(*(cls._line(move) for move in cls.others))
            cls.env["dso.item.qualify"].with_user(cls.collector).create(
                {
                    "line_ids": [Command.set(lines.ids)],
                    "status_id": cls.env.ref("dso_collection.status_promise").id,
                    "date": "2026-03-20",
                    "comment": "Next run <b>of payments</b>",
                }
            ).action_apply()
            cls.env["dso.reply"].sudo().create(
                {
                    "customer_id": cls.customer.id,
                    "author_name": "Ann",
                    "subject": "Re: Reminder",
                    "preview": "We pay tomorrow",
                }
            )
        with freeze_time("2026-03-12 12:00:00"):
            cls._pay(cls.first, on="2026-03-12")
        cls.env.flush_all()

    def _timeline(self, user=None, **arguments):
        customer = self.customer.with_user(user or self.reader)
        return customer.dso_get_timeline(**arguments)

    def test_newest_first(self):
        entries = self._timeline()["entries"]
        self.assertEqual(
            [(entry["kind"], entry["day"]) for entry in entries],
            [
                ("payment", "2026-03-12"),
                ("qualification", "2026-03-09"),
                ("reply", "2026-03-09"),
                ("action", "2026-03-06"),
            ],
        )
        payment, qualification, reply, action = entries
        self.assertIn("100.00", payment["amount"])
        self.assertEqual(payment["title"], "Payment")
        self.assertIn("Promise to pay for 03/20/2026", qualification["title"])
        self.assertIn("and 2 more", qualification["text"], "five items, three are named")
        self.assertIn("Next run <b>of payments</b>", qualification["text"], "as typed, no HTML")
        self.assertEqual(qualification["who"], "Colin Collector")
        self.assertEqual((reply["text"], reply["badge"]), ("We pay tomorrow", "To handle"))
        self.assertEqual(
            (action["title"], action["res_id"], action["badge"]), ("A", self.action.id, "Done")
        )
        self.assertEqual(action["who"], self.env.user.name)
        self.action.sudo().done_by_id = self.env.ref("base.user_root")
        self.assertEqual(self._timeline()["entries"][-1]["who"], "Automatic", "by the cron")

    def test_only_some_kinds(self):
        for kind in ("payment", "qualification", "reply", "action"):
            found = self._timeline(kinds=[kind])["entries"]
            self.assertEqual([entry["kind"] for entry in found], [kind])
        self.assertEqual(self._timeline(kinds=[])["entries"], [])

    def test_pages_leave_nothing_out_and_repeat_nothing(self):
        whole = [entry["key"] for entry in self._timeline()["entries"]]
        pages, before = [], False
        while True:
            page = self._timeline(before=before, limit=1)
            pages += [entry["key"] for entry in page["entries"]]
            before = page["next"]
            if not before:
                break
        self.assertEqual(pages, whole)

    def test_day_of_the_company(self):
        """At 23:30 in London it is the next day in Paris."""
        self.company.resource_calendar_id.tz = "Europe/Paris"
        reply = self.env["dso.reply"].search([("customer_id", "=", self.customer.id)])
        reply.sudo().date = "2026-03-09 23:30:00"
        found = self._timeline(kinds=["reply"])["entries"]
        self.assertEqual(found[0]["day"], "2026-03-10")

    def test_money_that_went_back(self):
        with freeze_time("2026-03-15 12:00:00"):
            refund = self.env["account.move"].create(
                {
                    "journal_id": self.company_data["default_journal_bank"].id,
                    "date": "2026-03-15",
                    "line_ids": [
                        Command.create(
                            {
                                "partner_id": self.contact.id,
                                "account_id": self._line(self.first).account_id.id,
                                "debit": 40.0,
                            }
                        ),
                        Command.create(
                            {
                                "account_id": self.company_data["default_account_expense"].id,
                                "credit": 40.0,
                            }
                        ),
                    ],
                }
            )
            refund.action_post()
        first = self._timeline()["entries"][0]
        self.assertEqual((first["title"], first["res_id"]), ("Refunded", refund.id))
        self.assertIn("40.00", first["amount"])

    def test_foreign_customers_stay_closed(self):
        self.company.dso_own_customers_only = True
        self.customer.collector_id = self.manager
        with self.assertRaises(AccessError):
            self._timeline(self.collector)
        self.assertTrue(self._timeline(self.manager)["entries"])

    def test_bad_arguments_reach_no_sql(self):
        for before in (["2026-03-09", "0; DROP TABLE dso_action", 1], ["x", 0, 0]):
            with self.subTest(before), self.assertRaises(ValueError):
                self._timeline(before=before)
        self.assertEqual(self._timeline(kinds=["nonsense"])["entries"], [])
        self.assertEqual(len(self._timeline(limit=-5)["entries"]), 1)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31 09:00:00")
class TestSheetChanged(SheetCommon):
    """The screen of a file while somebody changes it, before anything is saved."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice("2026-03-01", 100.0, invoice_date="2026-02-01")
        cls._plan_all()
        cls.customer = cls._customer()
        cls.other = cls.env["dso.scenario"].create(
            {
                "name": "Other",
                "step_ids": [
                    Command.create(
                        {"name": "Ring", "action_type": "call", "trigger": "due_date", "delay": 2}
                    )
                ],
            }
        )

    def _open(self):
        """As the browser does: with what the widgets need, all of it recomputed on a change."""
        return Form(self.customer.with_user(self.collector))

    def _onchange(self, **values):
        customer = self.customer.with_user(self.collector)
        form = self._form_of(self.collector)
        return customer.onchange(values, list(values), form)["value"]

    def test_another_scenario(self):
        line = self._onchange(scenario_id=self.other.id)["scenario_line"]
        self.assertEqual([(step["name"], step["state"]) for step in line], [("Ring", "due")])
        with self._open() as form:
            form.scenario_id = self.other
        self.assertEqual(self.customer.scenario_id, self.other)
        self.assertEqual(self.customer.next_action_name, "Ring")

    def test_no_scenario(self):
        self.assertFalse(self._onchange(scenario_id=False)["scenario_line"])
        with self._open() as form:
            form.scenario_id = self.env["dso.scenario"]
        self.assertEqual(self.customer.planning_code, "no_scenario")

    def test_scenario_without_steps(self):
        empty = self.env["dso.scenario"].create({"name": "By hand"})
        self.assertFalse(self._onchange(scenario_id=empty.id)["scenario_line"])
        with self._open() as form:
            form.scenario_id = empty
        self.assertEqual(self.customer.planning_code, "no_step")

    def test_there_and_back(self):
        own = self.customer.scenario_id
        with self._open() as form:
            form.scenario_id = self.other
            form.scenario_id = own
        self.assertEqual(self.customer.scenario_id, own)

    def test_scenario_of_another_company(self):
        """An onchange that names it is refused, and tells nothing of its steps."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.env["dso.scenario"].create(
            {
                "name": "Secret",
                "company_id": company.id,
                "step_ids": [
                    Command.create(
                        {"name": "Hush", "action_type": "call", "trigger": "due_date", "delay": 2}
                    )
                ],
            }
        )
        with self.assertRaises(AccessError):
            self._onchange(scenario_id=foreign.id)

    def test_every_field(self):
        """Whatever of the screen is changed or emptied, all of it is shown on."""
        manager = self.manager
        customers = self.customer.with_user(manager)
        arch = customers.get_views([(False, "form")])["views"]["form"]["arch"]
        form = self._form_of(manager)
        for node in etree.fromstring(arch).iter("field"):
            name = node.get("name")
            field = self.customer._fields.get(name)
            if field is None or field.type in ("one2many", "many2many", "json", "properties"):
                continue
            for value in (self._other_value(field), False):
                with self.subTest(field=name, value=value):
                    customers.onchange({name: value}, [name], form)

    def _other_value(self, field):
        if field.type == "many2one":
            return self.env[field.comodel_name].search([], order="id desc", limit=1).id
        return {
            "boolean": True,
            "date": "2026-05-01",
            "datetime": "2026-05-01 10:00:00",
            "integer": 3,
            "monetary": 3.0,
            "float": 3.0,
        }.get(field.type, False)

    def test_new_file(self):
        """A file that is being made has no ledger yet."""
        form = self._form_of(self.manager)
        partner = self.env["res.partner"].create({"name": "New"})
        values = (
            self.env["dso.customer"]
            .with_user(self.manager)
            .onchange({"scenario_id": self.other.id, "partner_id": partner.id}, [], form)["value"]
        )
        self.assertFalse(values.get("scenario_line"))
