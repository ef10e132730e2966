"""Hashtags: what they stand for, in whose language, and that no value does harm."""

from datetime import date

from freezegun import freeze_time
from markupsafe import escape

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ...engine import hashtags as engine
from ...tools import hashtags as table
from ..common import DsoCommon

NAUGHTY = "#items_amount <script>alert(1)</script> & Co"


@freeze_time("2026-03-06 09:00:00")
class HashtagCase(DsoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True

    @classmethod
    def _euro_invoice(cls, due, amount, **values):
        return cls._invoice(due, amount, currency_id=cls.euro.id, **values)

    def _render(self, action, text, html=False):
        # as on a new morning: nothing is left over in the cache
        self.env.invalidate_all()
        return action._dso_render(text, html)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestHashtags(HashtagCase):
    """Today is Friday, 6 March 2026. Scenario A leaves 5 days after the due date."""

    def test_families(self):
        """Overdue 100 + 40, due today 25, due later 60, a credit of 30.

        overdue = 100 + 40 - 30 = 110; not due = 25 + 60 = 85; all = 195. The action's own items
        are the overdue ones less the credit, 110: what is due today is not late.
        """
        self._invoice("2026-03-01", 100)
        self._invoice("2026-02-20", 40)
        self._invoice("2026-03-06", 25)
        self._invoice("2026-04-30", 60)
        self._credit(30)
        action = self._plan("2026-03-06")
        for name, expected in (
            ("items_amount_overdue", "$\xa0110.00"),
            ("items_amount_not_due", "$\xa085.00"),
            ("items_amount", "$\xa0195.00"),
            ("items_amount_selected", "$\xa0110.00"),
        ):
            with self.subTest(name):
                self.assertEqual(self._render(action, f"#{name}."), f"{expected}.")

    def test_selected_of_a_specific_action(self):
        """The items that it is attached to, whatever else is owed."""
        mine, other = self._invoice("2026-03-01", 100), self._invoice("2026-03-02", 40)
        self._plan("2026-03-06")
        action = self.env["dso.action"].create(
            {
                "customer_id": self._customer().id,
                "origin": "specific",
                "item_ids": [Command.create({"line_id": self._line(mine).id})],
            }
        )
        self.assertEqual(
            self._render(action, "#items_amount_selected of #items_amount_overdue"),
            "$\xa0100.00 of $\xa0140.00",
        )
        table_ = self._render(action, "#items_list_selected", html=True)
        self.assertIn(mine.name, table_)
        self.assertNotIn(other.name, table_)

    def test_snapshot(self):
        """What was told stays told: a done action reads its snapshot."""
        invoice = self._invoice("2026-03-01", 100)
        action = self._plan("2026-03-06")
        self._do(action, "2026-03-06")
        self._pay(invoice)
        text = "#items_amount_selected, #items_amount"
        self.assertEqual(self._render(action, text), "$\xa0100.00, $\xa00.00")

    def test_currencies_are_never_added_up(self):
        self._invoice("2026-03-01", 300)
        self._euro_invoice("2026-03-02", 1200)
        action = self._plan("2026-03-06")
        text = self._render(action, "#items_amount_overdue")
        self.assertEqual(text, "$\xa0300.00 and 1,200.00\xa0€")
        words = self._render(action, "#items_amount_overdue_in_words")
        self.assertEqual(words, "Three Hundred Dollars and One Thousand, Two Hundred Euros")
        self.assertEqual(self._render(action, "#items_overdue_amount_in_words"), words)
        self.assertEqual(self._render(action, "#items_list", html=True).count("<tfoot>"), 1)
        self.assertEqual(self._render(action, "#items_list", html=True).count("Total"), 2)

    def test_disputes(self):
        """Disputed items are in a family, unless its name says otherwise."""
        disputed = self._invoice("2026-03-01", 100)
        self._invoice("2026-03-02", 40)
        self._line(disputed).dso_status_id = self.env.ref("dso_collection.status_dispute_price")
        action = self._plan("2026-03-06")
        for text, expected in (
            ("#items_amount_overdue", "$\xa0140.00"),
            ("#items_amount_overdue_exclude_disputes", "$\xa040.00"),
            ("#items_amount_selected_exclude_disputes", "$\xa040.00"),
        ):
            self.assertEqual(self._render(action, text), expected)
        self.assertNotIn(
            disputed.name, self._render(action, "#items_list_exclude_disputes", html=True)
        )

    def test_penalties(self):
        """1,000.00 due on 4 February, at 10 % a year until 6 March: 30 days.

        1,000 x 10 % x 30 / 365 = 8.22 of interest, and 40.00 of recovery cost.
        """
        self.company.dso_penalty_rule_id = self.env["dso.penalty.rule"].create(
            {
                "name": "10 %",
                "kind": "fixed",
                "rate": 10.0,
                "recovery_cost": 40.0,
                "currency_id": self.company.currency_id.id,
            }
        )
        invoice = self._invoice("2026-02-04", 1000)
        self._invoice("2026-04-30", 60)
        action = self._plan("2026-03-06")
        text = "|".join(
            f"#items_amount_{name}"
            for name in (
                "selected_late_penalties",
                "overdue_late_penalties",
                "overdue_include_late_penalties",
                "overdue_exclude_late_penalties",
                "include_late_penalties",
                "not_due_late_penalties",
            )
        )
        self.assertEqual(
            self._render(action, text),
            "$\xa00.00|$\xa00.00|$\xa01,000.00|$\xa01,000.00|$\xa01,060.00|$\xa00.00",
            "the customer's switches are off",
        )
        self.assertEqual(
            self._render(action, "<p>#items_list_selected_late_penalties</p>", html=True), ""
        )
        self._customer().write({"penalty_enabled": True, "recovery_cost_enabled": True})
        self.assertEqual(
            self._render(action, text),
            "$\xa048.22|$\xa048.22|$\xa01,048.22|$\xa01,000.00|$\xa01,108.22|$\xa00.00",
        )
        words = self._render(action, "#items_amount_overdue_late_penalties_in_words")
        self.assertEqual(words, "Forty-Eight Dollars and Twenty-Two Cents")
        only = self._render(action, "#items_list_overdue_late_penalties", html=True)
        for figure in (invoice.name, "8.22", "40.00", "48.22"):
            self.assertIn(figure, only)
        self.assertNotIn("1,000.00", only)
        both = self._render(action, "#items_list_include_late_penalties", html=True)
        for figure in ("$\xa01,060.00", "$\xa08.22", "$\xa040.00", "$\xa01,108.22"):
            self.assertIn(figure, both)
        self.assertIn("10", self._render(action, "#penalties_breakdown"))

    def test_nothing_is_zero(self):
        invoice = self._invoice("2026-03-10", 100)
        action = self._plan("2026-03-06")
        self.assertEqual(self._render(action, "#items_amount_overdue"), "$\xa00.00")
        self.assertEqual(self._render(action, "<p>#items_list_overdue</p>", html=True), "")
        self.assertEqual(self._render(action, "#leader_document"), invoice.name)

    def test_recipients_language(self):
        """Amounts, dates, words and tables are in the contact's language, whoever sends."""
        for code in ("fr_FR", "de_DE"):
            self.env["res.lang"]._activate_lang(code)
        self.env["ir.module.module"]._load_module_terms(
            ["base", "dso_collection"], ["fr_FR", "de_DE"]
        )
        self._euro_invoice("2026-02-20", 1234.5)
        action = self._plan("2026-03-06")
        text = "#items_amount_overdue|#leader_due_date|#items_amount_overdue_in_words"
        for code, amount, due, word in (
            ("fr_FR", "1\xa0234,50\xa0€", "20/02/2026", "Mille Deux Cent Trente-Quatre"),
            ("de_DE", "1.234,50\xa0€", "20.02.2026", "Tausend"),
        ):
            with self.subTest(code):
                self.contact.lang = code
                parts = self._render(action, text).split("|")
                self.assertEqual(parts[:2], [amount, due])
                self.assertIn(word.lower(), parts[2].lower())
        heading = self._render(action, "#items_list", html=True)
        self.assertNotIn("Due date", heading)

    def test_customer_collector_company(self):
        self.partner.write({"ref": "C-42", "street": "1 High St", "city": "Paris"})
        self.collector.partner_id.phone = "+33 1 23"
        self._invoice("2026-02-20", 100)
        action = self._plan("2026-03-06")
        for text, expected in (
            ("#customer_name (#customer_reference)", "Acme (C-42)"),
            ("Dear #customer_contact", "Dear Ann"),
            ("#my_name, #my_phone, #my_email",
             "Colin Collector, +33 1 23, dso_collector@company.example.com"),
            ("#collector_name: #collector_phone", "Colin Collector: +33 1 23"),
            ("#company_name", self.company.name),
            ("#my_company_logo", self.company.name),
            ("#today, #deadline", "03/06/2026, 03/14/2026"),
            ("#leader_due_date: #leader_days_late days", "02/20/2026: 14 days"),
            ("#oldest_due_date - #latest_due_date", "02/20/2026 - 02/20/2026"),
            (
                "#interactive_page_button",
                f"{self.company.get_base_url()}/dso/p/the-link-comes-here",
            ),
            # an empty value takes its sentence with it
            ("#status#comment", ""),
            ("#nobody", "#nobody"),
        ):  # fmt: skip
            with self.subTest(text):
                self.assertEqual(self._render(action, text), expected)
        address = self._render(action, "#customer_address", html=True)
        self.assertIn("1 High St<br/>", address)

    def test_status(self):
        invoice = self._invoice("2026-02-20", 100)
        self._line(invoice).write(
            {
                "dso_status_id": self.env.ref("dso_collection.status_ongoing").id,
                "dso_status_date": date(2026, 3, 20),
                "dso_comment": "Cheque <sent>",
            }
        )
        action = self._plan("2026-03-06")
        status = self.env.ref("dso_collection.status_ongoing").name
        self.assertEqual(
            self._render(action, "#status on #status_date: #comment", html=True),
            f"{status} on 03/20/2026: Cheque &lt;sent&gt;",
        )

    def test_button_and_logo(self):
        self._invoice("2026-02-20", 100)
        action = self._plan("2026-03-06")
        html = self._render(action, "<p>Hello #interactive_page_button bye</p>", html=True)
        self.assertIn("/dso/p/the-link-comes-here", html)
        self.assertTrue(html.startswith("<p>Hello </p>"))
        self._customer().page_enabled = False
        html = self._render(action, "<p>Hello #interactive_page_button bye</p>", html=True)
        self.assertIn("mailto:dso_collector@company.example.com?subject=Acme%20-%20", html)
        self.assertTrue(html.startswith("<p>Hello </p>"))
        self.assertIn("<p> bye</p>", html)
        logo = self._render(action, "#my_company_logo", html=True)
        self.assertIn(f"/logo.png?company={self.company.id}", logo)
        self.collector.email = False
        self.assertEqual(self._render(action, "#interactive_page_button", html=True), "")

    def test_every_hashtag_gives_a_value(self):
        """In words and in HTML, with nothing open as with something."""
        names = list(table.HASHTAGS)
        text = " ".join(f"#{name}" for name in names)
        self._invoice("2026-02-20", 100)
        action = self._plan("2026-03-06")
        for html in (False, True):
            result = self._render(action, text, html)
            self.assertFalse((engine.find_html if html else engine.find)(result))
            self._line(self.env["account.move"].search([])).dso_ignored = True

    def test_names_are_hashtags(self):
        """No name of the table is taken for a colour or cut short."""
        for name in table.HASHTAGS:
            self.assertEqual(engine.find(f"#{name}"), [name])

    # ------------------------------------------------------------------
    # Values do no harm
    # ------------------------------------------------------------------

    def test_values_are_escaped_and_no_hashtags(self):
        self.partner.name = NAUGHTY
        invoice = self._invoice("2026-02-20", 100)
        invoice.button_draft()
        invoice.name = "#items_amount/<b>1</b>"
        invoice.action_post()
        self._line(invoice).dso_comment = NAUGHTY
        action = self._plan("2026-03-06")
        safe = escape(NAUGHTY)
        self.assertIn("&lt;script&gt;", safe)
        html = self._render(action, "<p>#customer_name|#comment</p>#items_list_selected", html=True)
        self.assertIn(f"<p>{safe}|{safe}</p>", html)
        self.assertIn("#items_amount/&lt;b&gt;1&lt;/b&gt;", html)
        self.assertNotIn("<script>", html)
        self.assertEqual(self._render(action, "#customer_name"), NAUGHTY)

    def test_values_of_placeholders_are_no_hashtags(self):
        """Odoo renders its placeholders first; what they bring is not looked at."""
        self.partner.name = NAUGHTY
        self.template.write(
            {
                "subject": "{{ object.partner_id.name }}: #items_amount_overdue",
                "body_html": '<p title="#deadline"><t t-out="object.partner_id.name"/> owes '
                "#items_amount_overdue</p>#items_list_selected"
                '<a href="https://x.example/#items_amount" style="color: #f1f3f5">x</a>',
            }
        )
        self._invoice("2026-02-20", 100)
        action = self._plan("2026-03-06")
        subject, body = self.env["dso.channel.email"]._render(action)[action.id]
        self.assertEqual(subject, f"{NAUGHTY}: $\xa0100.00")
        self.assertIn(
            f'<p title="#deadline">{escape(NAUGHTY)} owes $\xa0100.00</p>\n',
            body,
        )
        self.assertIn(
            '<a href="https://x.example/#items_amount" style="color: #f1f3f5">x</a>', body
        )

    # ------------------------------------------------------------------
    # Where they work
    # ------------------------------------------------------------------

    def test_email_as_it_leaves(self):
        """Subject and body of the message that leaves, and what the history keeps."""
        self.template.write(
            {
                "subject": "#items_amount_selected overdue - #company_name",
                "body_html": "<p>Dear #customer_contact, #items_list_selected Thanks</p>",
            }
        )
        self.partner.name = "Two\nlines"
        invoice = self._invoice("2026-02-20", 100)
        action = self._plan("2026-03-06")
        self._do(action, "2026-03-06")
        self.assertEqual(action.mail_id.subject, f"$\xa0100.00 overdue - {self.company.name}")
        self.assertEqual(action.subject, action.mail_id.subject)
        for body in (action.mail_id.body_html, action.body):
            self.assertIn("Dear Ann", body)
            self.assertIn(invoice.name, body)
            self.assertNotIn("#items", body)

    def test_own_text_of_an_action(self):
        self._invoice("2026-02-20", 100)
        self._plan("2026-03-06")
        action = self.env["dso.action"].create(
            {
                "customer_id": self._customer().id,
                "action_type": "email",
                "subject": "About #items_amount_overdue",
                "body": "<p>#items_amount_overdue, #customer_name</p>",
            }
        )
        subject, body = self.env["dso.channel.email"]._render(action)[action.id]
        self.assertEqual(subject, "About $\xa0100.00")
        self.assertEqual(body, "<p>$\xa0100.00, Acme</p>")

    def test_sms(self):
        """Plain words, each in its recipient's language, lists on one line."""
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env["sms.template"].create(
            {
                "name": "SMS",
                "model_id": self.env["ir.model"]._get_id("dso.action"),
                "body": "#company_name: #items_list_selected. {{ object.partner_id.name }}",
            }
        )
        template.with_context(lang="fr_FR").body = "Bonjour #items_amount_selected"
        invoice = self._invoice("2026-02-20", 100)
        action = self._plan("2026-03-06")
        self.assertEqual(
            template._dso_render_sms(action)[action.id],
            f"{self.company.name}: {invoice.name} due 02/20/2026: $\xa0100.00. Acme",
        )
        self.contact.lang = "fr_FR"
        self.env.invalidate_all()
        self.assertEqual(template._dso_render_sms(action)[action.id], "Bonjour $\xa0100,00")

    def test_letter(self):
        template = self.env["dso.letter.template"].create(
            {
                "name": "Letter",
                "subject": "#items_amount_overdue",
                "body": "<p>#items_list_selected</p>",
            }
        )
        invoice = self._invoice("2026-02-20", 100)
        action = self._plan("2026-03-06")
        body = template._render_field("body", action.ids)[action.id]
        self.assertIn(f">{invoice.name}", body.replace(" ", "").replace("\n", ""))
        self.assertEqual(template._render_field("subject", action.ids)[action.id], "$\xa0100.00")

    def test_templates_of_other_models_are_left_alone(self):
        template = self.env["mail.template"].create(
            {
                "name": "Other",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "subject": "#items_amount #whatever",
                "body_html": "<p>#items_amount #whatever</p>",
            }
        )
        ids = self.partner.ids
        self.assertEqual(
            template._render_field("subject", ids)[self.partner.id], "#items_amount #whatever"
        )

    # ------------------------------------------------------------------
    # Cost
    # ------------------------------------------------------------------

    def _many(self, count, offset=0):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {offset + i}", "is_company": True} for i in range(count)]
        )
        for partner in partners:
            self._create_contact(partner, "Contact", "c@customer.example.com")
            self._invoice("2026-02-20", 100, partner)
            self._invoice("2026-04-20", 50, partner)
        self.env["dso.customer"]._plan()
        return self.env["dso.action"].search([("partner_id", "in", partners.ids)])

    def test_constant_queries(self):
        """50 actions take no more queries than 5."""
        text = (
            "<p>#customer_name #customer_address #items_amount #items_amount_not_due #my_name"
            " #items_list_overdue #items_list_selected #leader_document #status #today"
            " #items_amount_in_words #company_bank_details #last_action_date #customer_contact"
            " #items_amount_selected_exclude_disputes #interactive_page_button</p>"
        )
        queries = []
        for actions in (self._many(5), self._many(50, 5)):
            self.assertEqual(len(actions), 50 if queries else 5)
            texts = dict.fromkeys(actions.ids, text)
            actions._dso_render_batch(texts, html=True)  # views, languages and accounts once
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            result = actions._dso_render_batch(texts, html=True)
            queries.append(self.env.cr.sql_log_count - before)
            self.assertFalse([text for text in result.values() if "#items" in text])
        self.assertLessEqual(queries[1], queries[0])

    def test_no_work_without_hashtags(self):
        self._invoice("2026-02-20", 100)
        action = self._plan("2026-03-06")
        self.env.flush_all()
        self.env.invalidate_all()
        text = {action.id: '<p style="color: #f1f3f5">Hello &#39;</p>'}
        with self.assertQueryCount(0):
            self.assertIs(action._dso_render_batch(text, html=True), text)

    # ------------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------------

    def test_who_only_sends(self):
        """A collector without accounting rights sends a text with every hashtag."""
        body = "<div>" + " ".join(f"#{name}" for name in table.HASHTAGS) + "</div>"
        self.template.write({"subject": "#items_amount", "body_html": body})
        self._invoice("2026-02-20", 100)
        action = self._plan("2026-03-06").with_user(self.collector)
        action.action_execute()
        self.assertEqual(action.state, "done")
        self.assertNotIn("#items", action.body)

    def test_own_customers_only(self):
        """Nobody reads by a hashtag what he may not see."""
        self._invoice("2026-02-20", 100)
        action = self._plan("2026-03-06")
        self.company.dso_own_customers_only = True
        self._customer().collector_id = self.manager
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            action.with_user(self.collector)._dso_render("#items_amount")
        help_page = self.env["dso.hashtag.help"].with_user(self.collector)
        with self.assertRaises(AccessError):
            self.assertTrue(help_page.create({"customer_id": self._customer().id}).line_ids)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestUnknownHashtags(HashtagCase):
    """Unknown hashtags are refused, in every text and language of templates for actions."""

    def _assert_refused(self, values, *words, template=None, lang=None):
        template = (template or self.template).with_context(lang=lang or "en_US")
        with self.assertRaises(ValidationError) as caught, self.env.cr.savepoint():
            template.write(values)
        for word in words:
            self.assertIn(word, str(caught.exception))

    def test_mail_template(self):
        self._assert_refused(
            {"subject": "Pay #item_amount"}, "“#item_amount”", "Subject", "Reminder",
            "“#items_amount”",
        )  # fmt: skip
        self._assert_refused(
            {"body_html": "<p>Pay #items_amuont_selected</p>"}, "Body", "“#items_amount_selected”"
        )
        self._assert_refused({"subject": "#Deadline"}, "“#deadline”")
        self.template.write(
            {
                "subject": "Pay #items_amount, order #123",
                "body_html": '<a href="#top" style="color: #f1f3f5">#deadline &#39;</a>',
            }
        )

    def test_all_at_once(self):
        self._assert_refused(
            {"subject": "#item_amount #Deadline", "body_html": "<p>#nothing_like_it</p>"},
            "“#item_amount” in the Subject", "“#Deadline” in the Subject",
            "“#nothing_like_it” in the Body",
        )  # fmt: skip

    def test_create(self):
        with self.assertRaises(ValidationError):
            self.template.copy({"subject": "#nothing_like_it"})

    def test_translations(self):
        """A translation is refused as well, and named."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self._assert_refused({"subject": "Payez #echeance"}, "#echeance", "French", lang="fr_FR")
        with self.assertRaises(ValidationError) as caught, self.env.cr.savepoint():
            self.template.update_field_translations("subject", {"fr_FR": "Payez #echeance"})
        self.assertIn("“#echeance”", str(caught.exception))
        self.template.update_field_translations("subject", {"fr_FR": "Payez #deadline"})
        self.assertEqual(self.template.with_context(lang="fr_FR").subject, "Payez #deadline")

    def test_sms_template(self):
        template = self.env["sms.template"].create(
            {
                "name": "SMS",
                "model_id": self.env["ir.model"]._get_id("dso.action"),
                "body": "#items_amount",
            }
        )
        self._assert_refused({"body": "#itemsamount"}, "“#items_amount”", template=template)

    def test_letter_template(self):
        template = self.env["dso.letter.template"].create(
            {"name": "Letter", "subject": "#items_amount", "body": "<p>#items_list_overdue</p>"}
        )
        self._assert_refused(
            {"body": "<p>#items_list_overdu</p>"}, "“#items_list_overdue”", template=template
        )
        self._assert_refused({"subject": "#item_amount"}, "Subject", template=template)

    def test_other_models(self):
        """Elsewhere # is nobody's business, until the template is made for actions."""
        other = self.env["mail.template"].create(
            {
                "name": "Other",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "subject": "#whatever",
            }
        )
        self._assert_refused(
            {"model_id": self.env["ir.model"]._get_id("dso.action")}, "“#whatever”", template=other
        )

    def test_ready_made_templates(self):
        """Those of the module pass, in every language."""
        for lang in ("fr_FR", "de_DE"):
            self.env["res.lang"]._activate_lang(lang)
        self.env["ir.module.module"]._load_module_terms(["dso_collection"], ["fr_FR", "de_DE"])
        model = [("model", "=", "dso.action")]
        self.env["mail.template"].search(model)._dso_check_hashtags()
        self.env["sms.template"].search(model)._dso_check_hashtags()
        self.env["dso.letter.template"].search([])._dso_check_hashtags()

    def test_ready_made_reminder_in_other_languages(self):
        """What a customer reads: no hashtag, no word of another language."""
        for lang in ("fr_FR", "de_DE"):
            self.env["res.lang"]._activate_lang(lang)
        self.env["ir.module.module"]._load_module_terms(["dso_collection"], ["fr_FR", "de_DE"])
        self.contact.write({"name": False, "type": "other"})
        invoice = self._invoice("2026-02-20", 100)
        action = self._plan("2026-03-06")
        action.mail_template_id = self.env.ref("dso_collection.mail_template_reminder_1")
        for lang, greeting, heading in (
            ("fr_FR", "Madame, Monsieur", "Échéance"),
            ("de_DE", "Guten Tag, sehr geehrte Damen und Herren", "Fällig am"),
        ):
            with self.subTest(lang):
                self.contact.lang = lang
                self.env.invalidate_all()
                subject, body = self.env["dso.channel.email"]._render(action)[action.id]
                self.assertIn("100,00", subject)
                for words in (greeting, heading, invoice.name, "Colin Collector"):
                    self.assertIn(words, body)
                self.assertFalse(engine.find(subject) + engine.find_html(body))


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestHashtagHelp(HashtagCase):
    """The help page is made of the table, with examples of a real customer."""

    def test_every_hashtag_with_an_example(self):
        self.partner.name = "<b>Acme</b>"
        invoice = self._invoice("2026-02-20", 100)
        self._plan("2026-03-06")
        with Form(self.env["dso.hashtag.help"].with_user(self.reader)) as form:
            self.assertEqual(form.customer_id, self._customer().with_user(self.reader))
        page = form.save()
        lines = {line.name: line for line in page.line_ids}
        self.assertEqual(list(lines), [f"#{name}" for name in table.HASHTAGS])
        self.assertTrue(all(line.description and line.section for line in page.line_ids))
        self.assertIn("100.00", lines["#items_amount_overdue"].example)
        self.assertIn(invoice.name, lines["#items_list"].example)
        self.assertIn("&lt;b&gt;Acme&lt;/b&gt;", lines["#customer_name"].example)

    def test_first_lines_of_many(self):
        """A customer may have thousands of items: an example shows five, the total is of all."""
        invoices = [self._invoice(f"2026-02-{day}", 100) for day in range(10, 18)]
        self._plan("2026-03-06")
        page = self.env["dso.hashtag.help"].create({"customer_id": self._customer().id})
        example = page.line_ids.filtered(lambda line: line.name == "#items_list").example
        told = [invoice.name in example for invoice in invoices]
        self.assertEqual(told, [True] * 5 + [False] * 3)
        self.assertIn("… and 3 more", example)
        self.assertIn("800.00", example)

    def test_search(self):
        self._invoice("2026-02-20", 100)
        self._plan("2026-03-06")
        with Form(self.env["dso.hashtag.help"].with_user(self.reader)) as form:
            form.words = "collector name"
        self.assertEqual(form.save().line_ids.mapped("name"), ["#collector_name", "#my_name"])

    def test_open(self):
        """As the menu opens it, for who only reads; without any customer there are no examples."""
        action = self.env.ref("dso_collection.dso_hashtag_help_action_open").with_user(self.reader)
        page = self.env["dso.hashtag.help"].with_user(self.reader).browse(action.run()["res_id"])
        self.assertEqual(page.display_name, "Hashtags")
        self.assertFalse(page.customer_id)
        self.assertEqual(len(page.line_ids), len(table.HASHTAGS))
        self.assertFalse(any(page.line_ids.mapped("example")))

    def test_old_pages_are_removed(self):
        """No field hides a method of all models: Odoo's vacuum searches for old pages."""
        page = self.env["dso.hashtag.help"].create({})
        self.env.cr.execute(
            "UPDATE dso_hashtag_help SET write_date = '2020-01-01' WHERE id = %s", [page.id]
        )
        page.invalidate_recordset()
        self.env["dso.hashtag.help"]._transient_vacuum()
        self.assertFalse(page.exists())

    def test_customer_without_any_action(self):
        self._invoice("2026-02-20", 100)
        self.env["dso.customer"]._ensure_customers(self.company)
        page = self.env["dso.hashtag.help"].create({"customer_id": self._customer().id})
        lines = {line.name: line.example for line in page.line_ids}
        self.assertIn("100.00", lines["#items_amount_overdue"])
        self.assertEqual(lines["#customer_name"], "<p>Acme</p>")

    def test_suggestions(self):
        """What the editors suggest is the table, in the user's language."""
        found = self.env["dso.action"].with_user(self.reader).dso_get_hashtags()
        self.assertEqual([entry["name"] for entry in found], list(table.HASHTAGS))
        by_name = {entry["name"]: entry["description"] for entry in found}
        self.assertEqual(
            by_name["items_amount_overdue"], "Total of the overdue items, less unapplied credits"
        )

    def test_menu_is_for_all_collection_users(self):
        menu = self.env.ref("dso_collection.dso_hashtag_menu")
        scenarios = self.env.ref("dso_collection.dso_scenario_menu")
        visible = self.env["ir.ui.menu"].with_user(self.reader)._visible_menu_ids()
        self.assertIn(menu.id, visible)
        self.assertNotIn(scenarios.id, visible)
