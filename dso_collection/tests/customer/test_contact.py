import base64
import io

from freezegun import freeze_time
from lxml import etree
from openpyxl import Workbook, load_workbook

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools.misc import file_path
from odoo.tools.safe_eval import safe_eval

from ..common import DsoCommon

HEAD = ["code", "name", "email", "phone", "dso_collection_contact"]


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestContact(DsoCommon):
    """Contacts for collection by type: who receives what."""

    def setUp(self):
        super().setUp()
        self.invoice = self._invoice("2026-03-01")
        self._plan("2026-03-06")
        self.action = self._open_action()

    def _refresh(self):
        self.env.flush_all()
        self.env["dso.customer"]._cron_refresh()
        self.env.invalidate_all()

    def _create_action(self, action_type):
        return self.env["dso.action"].create(
            {"customer_id": self._customer().id, "action_type": action_type}
        )

    def test_channels_choose_by_type(self):
        bob = self._create_contact(
            self.partner,
            "Bob",
            "bob@acme.example.com",
            dso_serves_email=False,
            dso_serves_post=False,
        )
        carl = self._create_contact(
            self.partner, "Carl", "carl@acme.example.com", dso_serves_phone=False
        )
        expected = {
            "email": self.contact | carl,
            "email_interactive": self.contact | carl,
            "call": self.contact | bob,
            "sms": self.contact | bob,
            "letter": self.contact | carl,
            "letter_registered": self.contact | carl,
            "fax": self.contact | bob | carl,
        }
        actions = {key: self._create_action(key) for key in expected}
        recipients = (
            self.env["dso.action"]
            .browse([action.id for action in actions.values()])
            ._get_recipients()
        )
        for action_type, contacts in expected.items():
            with self.subTest(action_type):
                self.assertEqual(recipients[actions[action_type].id], contacts)

    def test_chosen_recipients_are_nobodys_to_change(self):
        bob = self._create_contact(
            self.partner, "Bob", "bob@acme.example.com", dso_serves_email=False
        )
        action = self._create_action("email")
        action.recipient_ids = bob
        self.assertEqual(action._get_recipients()[action.id], bob)

    def test_nobody_by_that_way_is_an_error_and_recovers(self):
        """R11, through the queue."""
        self.contact.dso_serves_email = False
        self._refresh()
        self.assertEqual(self.action.state, "error")
        self.assertIn("E-mail", self.action.error_message)
        self.assertIn("Acme", self.action.error_message)
        self.contact.dso_serves_email = True
        self._refresh()
        self.assertEqual(self.action.state, "planned")

    def test_filters_by_type(self):
        """Each filter of the screen finds the customers that cannot be reached by that way."""
        arch = self.env["dso.customer"].get_view(
            self.env.ref("dso_collection.dso_customer_view_search").id, "search"
        )["arch"]
        tree = etree.fromstring(arch)
        domains = {
            name: safe_eval(tree.xpath(f"//filter[@name='no_contact_{name}']")[0].get("domain"))
            for name in ("email", "phone", "post")
        }
        customer = self._customer()

        def found():
            own = [("id", "=", customer.id)]
            return {name for name, domain in domains.items() if customer.search([*own, *domain])}

        self.assertEqual(found(), {"phone", "post"})
        self.contact.phone = "+32 470 12 34 56"
        # a contact has the address of its company
        self.partner.city = "Brussels"
        self.assertEqual(found(), set())
        self.contact.dso_wrong_phone = True
        self.assertEqual(found(), {"phone"})
        self.contact.dso_serves_email = False
        self.assertEqual(found(), {"phone", "email"})
        self.contact.dso_collection_contact = False
        self.assertEqual(found(), {"phone", "email", "post"})
        # the customer itself may be its own contact
        self.partner.write({"dso_collection_contact": True, "email": "acme@example.com"})
        self.assertEqual(found(), {"phone"})

    def test_one_click_makes_and_unmakes(self):
        """As a collector, from the file: the list of those who are not yet follows."""
        bob = self.env["res.partner"].create(
            {"name": "Bob", "parent_id": self.partner.id, "email": "bob@acme.example.com"}
        )
        silent = self.env["res.partner"].create({"name": "Nobody", "parent_id": self.partner.id})
        customer = self._customer().with_user(self.collector)
        self.assertEqual(customer.other_contact_ids, bob)
        bob.with_user(self.collector).action_dso_use_for_collection()
        customer.invalidate_recordset()
        self.assertEqual(customer.contact_ids, self.contact | bob)
        self.assertFalse(customer.other_contact_ids)
        bob.with_user(self.collector).action_dso_leave_collection()
        customer.invalidate_recordset()
        self.assertEqual(customer.contact_ids, self.contact)
        self.assertNotIn(silent, customer.other_contact_ids)

    def test_wrong_number_is_not_proposed_until_it_changes(self):
        self.contact.phone = "+32 470 12 34 56"
        self.partner.phone = "+32 2 506 31 11"
        call = self._create_action("call")
        self.assertEqual(call.phone, "+32 470 12 34 56")
        self.contact.dso_wrong_phone = True
        call.invalidate_recordset(["phone"])
        self.assertEqual(call.phone, "+32 2 506 31 11")
        self.partner.dso_wrong_phone = True
        call.invalidate_recordset(["phone"])
        self.assertFalse(call.phone)
        self.contact.phone = "+32 470 12 34 56"
        self.assertTrue(self.contact.dso_wrong_phone, "the same number again")
        self.contact.phone = "+32 475 12 34 56"
        self.assertFalse(self.contact.dso_wrong_phone)
        call.invalidate_recordset(["phone"])
        self.assertEqual(call.phone, "+32 475 12 34 56")


@tagged("post_install", "-at_install")
class TestContactImport(DsoCommon):
    """Contacts from a spreadsheet, by Odoo's own import, as a collector."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.write({"ref": "C001", "country_id": cls.env.ref("base.be").id})
        cls.other = cls.env["res.partner"].create(
            {"name": "Bolt", "is_company": True, "ref": "C002"}
        )

    def _load(self, *rows, head=HEAD, user=None):
        model = self.env["dso.contact.import"].with_user(user or self.collector)
        return model.load(head, [list(row) for row in rows])

    def _contacts(self, partner):
        return self.env["res.partner"].search([("parent_id", "=", partner.id)])

    def assertRefused(self, result, *rows):
        """Nothing was made, and each bad row says why.

        :param rows: (number from 0, words of the reason)
        """
        self.assertFalse(result["ids"])
        self.assertEqual(
            [message["rows"]["from"] for message in result["messages"]],
            [number for number, _words in rows],
            result["messages"],
        )
        for message, (_number, words) in zip(result["messages"], rows, strict=True):
            self.assertEqual(message["type"], "error")
            self.assertIn(words, message["message"])
        self.assertEqual(self._contacts(self.partner), self.contact)
        self.assertFalse(self._contacts(self.other))

    def test_adds_contacts(self):
        result = self._load(
            ("C001", "Bob", "bob@acme.example.com", "0470 12 34 56", "1"),
            ("C002", "Eve", "", "", "0"),
        )
        self.assertFalse(result["messages"])
        self.assertEqual(len(result["ids"]), 2)
        bob = self._contacts(self.partner) - self.contact
        self.assertEqual(
            (bob.name, bob.email, bob.phone, bob.type, bob.dso_collection_contact),
            ("Bob", "bob@acme.example.com", "+32 470 12 34 56", "contact", True),
        )
        self.assertTrue(bob.dso_serves_email and bob.dso_serves_phone and bob.dso_serves_post)
        eve = self._contacts(self.other)
        self.assertEqual((eve.name, eve.dso_collection_contact), ("Eve", False))

    def test_types_and_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        head = [*HEAD, "lang", "dso_serves_email", "dso_serves_phone", "dso_serves_post"]
        result = self._load(("C001", "Bob", "", "", "1", "fr_FR", "0", "1", "0"), head=head)
        self.assertFalse(result["messages"])
        bob = self._contacts(self.partner) - self.contact
        self.assertEqual(bob.lang, "fr_FR")
        self.assertEqual(
            (bob.dso_serves_email, bob.dso_serves_phone, bob.dso_serves_post), (False, True, False)
        )

    def test_bad_rows_refuse_the_file(self):
        """With row and reason, nothing half done."""
        result = self._load(
            ("C001", "Bob", "bob@acme.example.com", "", "1"),
            ("C999", "Eve", "", "", "1"),
            ("C001", "Carl", "carl at acme", "", "1"),
            ("C001", "Dora", "", "12", "1"),
        )
        self.assertRefused(
            result, (1, "No customer has the code “C999”"), (2, "carl at acme"), (3, "“12”")
        )

    def test_code_and_name_are_required(self):
        result = self._load(("", "Bob", "", "", "1"), ("C001", "", "", "", "1"))
        self.assertRefused(result, (0, "Customer Code"), (1, "Contact Name"))

    def test_corrects_who_is_there(self):
        """Recognised by name, whatever the spelling; nothing is emptied, no flag taken away."""
        self.contact.function = "Accountant"
        result = self._load(
            ("C001", " ÀNN", "ann.new@acme.example.com", "+32 470 12 34 56", "0"),
        )
        self.assertFalse(result["messages"])
        self.assertEqual(self._contacts(self.partner), self.contact)
        self.assertRecordValues(
            self.contact,
            [
                {
                    "name": "Ann",
                    "email": "ann.new@acme.example.com",
                    "phone": "+32 470 12 34 56",
                    "function": "Accountant",
                    "dso_collection_contact": True,
                    "dso_serves_email": True,
                }
            ],
        )
        self.contact.dso_serves_post = False
        self.assertFalse(self._load(("C001", "Ann", "", "", "1"))["messages"])
        self.assertEqual(self.contact.email, "ann.new@acme.example.com")
        self.assertFalse(self.contact.dso_serves_post, "a column that is not there says nothing")

    def test_several_lines_for_one_person(self):
        result = self._load(
            ("C001", "Bob", "bob@acme.example.com", "", "1"),
            ("C001", "BOB", "bobby@acme.example.com", "", "1"),
        )
        self.assertRefused(result, (1, "already"))

    def test_namesakes(self):
        """Told apart by address, else refused."""
        twin = self._create_contact(self.partner, "ann", "anne@acme.example.com")
        result = self._load(("C001", "Ann", "anne@acme.example.com", "+32 470 12 34 56", "1"))
        self.assertFalse(result["messages"])
        self.assertTrue(twin.phone)
        self.assertFalse(self.contact.phone)
        result = self._load(("C001", "Ann", "else@acme.example.com", "", "1"))
        self.assertIn("several contacts", result["messages"][0]["message"])

    def test_contact_code(self):
        self.contact.ref = "P-7"
        head = [*HEAD, "contact_ref"]
        self._load(("C001", "Anna Maria", "am@acme.example.com", "", "1", "p-7"), head=head)
        self.assertEqual(self.contact.email, "am@acme.example.com")
        self.assertEqual(self._contacts(self.partner), self.contact)

    def test_ambiguous_code(self):
        self.other.ref = "C001"
        self.assertRefused(self._load(("C001", "Bob", "", "", "1")), (0, "Several customers"))

    def test_reader_may_not(self):
        result = self._load(("C001", "Bob", "", "", "1"), user=self.reader)
        self.assertRefused(result, (0, "not allowed to create"))
        with self.assertRaises(AccessError):
            self.env["dso.contact.import"].with_user(self.reader).create(
                {"code": "C001", "name": "Bob"}
            )

    def test_template_is_offered_and_fits(self):
        """The spreadsheet that Odoo offers goes through its import: headers, types, values."""
        template = self.env["dso.contact.import"].get_import_templates()[0]
        path = file_path(template["template"].lstrip("/"))
        with open(path, "rb") as file:
            content = file.read()
        rows = [
            [cell.value or "" for cell in row]
            for row in load_workbook(io.BytesIO(content)).active.iter_rows()
        ]
        self.partner.ref = rows[1][0]
        self.env.flush_all()
        wizard = self.env["base_import.import"].with_user(self.collector)
        wizard = wizard.create(
            {
                "res_model": "dso.contact.import",
                "file": content,
                "file_name": "contacts.xlsx",
                "file_type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            }
        )
        options = {"has_headers": True, "quoting": '"', "separator": ","}
        preview = wizard.parse_preview(options)
        self.assertFalse(preview.get("error"))
        matched = [preview["matches"][index][0] for index in range(len(rows[0]))]
        self.assertEqual(matched[:2], ["code", "name"])
        result = wizard.execute_import(matched, rows[0], options, dryrun=True)
        self.assertFalse(result["messages"])
        self.assertEqual(self._contacts(self.partner), self.contact, "a test changes nothing")
        result = wizard.execute_import(matched, rows[0], options)
        self.assertFalse(result["messages"])
        added = self._contacts(self.partner) - self.contact
        self.assertEqual(len(added), len(rows) - 1)
        self.assertTrue(all(added.mapped("dso_collection_contact")))

    def test_query_count_does_not_grow(self):
        def count(size, name):
            rows = [("C001", f"{name} {number}", "", "", "1") for number in range(size)]
            self.env.flush_all()
            start = self.env.cr.sql_log_count
            self.assertFalse(self._load(*rows)["messages"])
            return self.env.cr.sql_log_count - start

        count(1, "warm")
        self.assertLess(count(80, "B"), count(20, "A") * 3)

    def test_other_companys_customers_are_unknown(self):
        foreign = self.setup_other_company()["company"]
        self.other.company_id = foreign
        self.assertRefused(self._load(("C002", "Bob", "", "", "1")), (0, "No customer"))
        with self.assertRaises(UserError):
            self.env["dso.contact.import"].with_user(self.collector).create(
                {"code": "C002", "name": "Bob"}
            )


@tagged("post_install", "-at_install")
class TestContactImportFile(DsoCommon):
    """A file is shown line by line before it is applied."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.write({"ref": "C001", "country_id": cls.env.ref("base.be").id})
        cls.other = cls.env["res.partner"].create(
            {"name": "Bolt", "is_company": True, "ref": "C002"}
        )
        cls.env["res.partner"].create(
            {
                "name": "Foreign",
                "is_company": True,
                "ref": "C003",
                "company_id": cls.setup_other_company()["company"].id,
            }
        )

    def _read(self, content, name="contacts.csv"):
        wizard = self.env["dso.contact.import.file"].with_user(self.collector)
        wizard = wizard.create({"file": base64.b64encode(content), "file_name": name})
        wizard.action_read()
        return wizard

    def _contacts(self):
        return self.env["res.partner"].search(
            [("parent_id", "in", (self.partner | self.other).ids)], order="id"
        )

    GERMAN = (
        "Kundennummer;Ansprechpartner;E-Mail;Telefon;Mahnkontakt\r\n"
        "C001;Änn;ann.neu@acme.example.com;;1\r\n"
        "C001;Bob Groß;bob@acme.example.com;0470 12 34 56;1\r\n"
        "C002;Eve;eve@bolt.example.com;;0\r\n"
        "C999;Nobody;;;1\r\n"
        "C003;Foreign;;;1\r\n"
        "C001;bob  gross;other@acme.example.com;;1\r\n"
        ";Carl;;;1\r\n"
        "C001;;;;1\r\n"
        "C001;Dora;dora at acme;;1\r\n"
        "C001;Fay;;;maybe\r\n"
    )

    def test_german_semicolons(self):
        for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
            with self.subTest(encoding):
                wizard = self._read(self.GERMAN.encode(encoding))
                self.assertEqual(
                    wizard.row_ids.mapped("outcome"), ["changed", "new", "new", *["refused"] * 7]
                )
                self.assertEqual(self._contacts(), self.contact, "nothing is done yet")
        described = wizard.row_ids.mapped("description")
        self.assertIn("ann@acme.example.com → ann.neu@acme.example.com", described[0])
        self.assertIn("bob@acme.example.com", described[1])
        for text, words in zip(
            described[3:],
            ["“C999”", "“C003”", "line 3", "no customer code", "no name", "dora at acme", "maybe"],
            strict=True,
        ):
            self.assertIn(words, text)
        result = wizard.action_apply()
        self.assertIn("2 new, 1 changed, 0 unchanged, 7 refused", result["params"]["message"])
        self.assertEqual(self._contacts().mapped("name"), ["Ann", "Bob Groß", "Eve"])
        self.assertEqual(self.contact.email, "ann.neu@acme.example.com")
        self.assertEqual(self._contacts().mapped("dso_collection_contact"), [True, True, False])
        again = self._read(self.GERMAN.encode())
        self.assertEqual(again.row_ids.mapped("outcome")[:3], ["unchanged"] * 3)
        self.assertFalse(again.change_count)

    def test_spreadsheet(self):
        """The template, with whole numbers as codes."""
        book = Workbook()
        book.active.append(["Customer Code", "Contact Name", "E-mail", "Collections Contact"])
        book.active.append([4711, "Zoe", "zoe@acme.example.com", 1])
        self.other.ref = "4711"
        stream = io.BytesIO()
        book.save(stream)
        wizard = self._read(stream.getvalue(), "contacts.xlsx")
        self.assertEqual(wizard.row_ids.outcome, "new")
        wizard.action_apply()
        self.assertEqual(self._contacts()[-1].parent_id, self.other)
        self.assertTrue(self._contacts()[-1].dso_collection_contact)

    def test_no_contacts_in_it(self):
        for content, name in (
            (b"", "x.csv"),
            (b"\x00\x01\x02", "x.xlsx"),
            (b"a,b\n1,2\n", "x.csv"),
            (b"code;name\n", "x.csv"),
            (b"\x89PNG", "x.png"),
        ):
            with self.subTest(name=name, content=content), self.assertRaises(UserError):
                self._read(content, name)

    def test_what_is_accepted_is_said(self):
        for content, name in ((b"\x89PNG", "x.png"), (b"%PDF-1.7", "x")):
            with self.subTest(name), self.assertRaises(UserError) as caught:
                self._read(content, name)
            self.assertIn("xlsx, xls, ods) or a text", str(caught.exception))
            self.assertIn(f"“{name}”", str(caught.exception))
            self.assertNotIn("False", str(caught.exception))

    def test_all_faults_of_a_line_at_once(self):
        wizard = self._read(
            b"code;name;email;phone;contact for collection;lang\n"
            b"C999;;dora at acme;;maybe;Klingon\n"
            b"C001;Dora;dora at acme;12;1;\n"
        )
        first, second = wizard.row_ids.mapped("description")
        for words in ("C999", "has no name", "dora at acme", "maybe", "Klingon"):
            self.assertIn(words, first)
        for words in ("dora at acme", "“12”"):
            self.assertIn(words, second)

    def test_reader_may_not(self):
        with self.assertRaises(AccessError):
            self.env["dso.contact.import.file"].with_user(self.reader).create({})
