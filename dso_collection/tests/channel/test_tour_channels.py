"""What a collector does with calls, letters, replies and errors, in a real browser. Each tour
compares what it left in the database."""

from datetime import timedelta

from odoo.tests import tagged

from ..http_common import PatientHttpCase
from ..letter_common import LetterCommon


class ChannelTour(LetterCommon, PatientHttpCase):
    """The browser's clock cannot be frozen: dates are relative to today."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._dso_today()
        cls.company.dso_sending_calendar_id = False

    @classmethod
    def _steps(cls, **values):
        """Every customer gets one step, five days after the due date."""
        cls.company.dso_default_scenario_id = cls._create_scenario(
            ("Tour step", "due_date", 5, values), name="Tour"
        )

    @classmethod
    def _late(cls, partner, amount, days=7):
        due = cls.today - timedelta(days=days)
        return cls._invoice(due, amount, partner, invoice_date=due - timedelta(days=30))

    @classmethod
    def _three(cls):
        """Acme, Beta and Gamma owe something; their planned actions, in that order."""
        partners = cls.partner
        for name in ("Beta", "Gamma"):
            partner = cls.env["res.partner"].create({"name": name, "is_company": True})
            cls._set_address(partner)
            cls._create_contact(partner, f"Of {name}", f"{name.lower()}@example.com")
            partners |= partner
        for amount, partner in zip((480.0, 120.0, 60.0), partners, strict=True):
            cls._late(partner, amount)
        actions = cls.env["dso.action"]
        for partner in partners:
            actions |= cls._plan(cls.today, partner)
        return actions

    def _tour(self, path, name):
        self.start_tour(f"/odoo/{path}", f"dso_collection_{name}", login=self.collector.login)
        self.env.invalidate_all()

    def _status(self, name):
        return self.env.ref(f"dso_collection.status_{name}")


@tagged("post_install", "-at_install")
class TestLetterTour(ChannelTour):
    def test_print_in_bulk_and_again(self):
        """Three letters are printed as one PDF and done, once each; one is printed again."""
        self._steps(
            action_type="letter",
            automatic=False,
            mail_template_id=False,
            letter_template_id=self.letter_template.id,
        )
        actions = self._three()
        self.assertEqual(set(actions.mapped("state")), {"planned"})
        # compiled once for a database: the browser would wait for it
        self.env["dso.letter.printer"]._get_css()

        self._tour("collection-agenda", "letters")

        self.assertEqual(set(actions.mapped("state")), {"done"})
        self.assertEqual(actions.done_by_id, self.collector)
        self.assertEqual(set(actions.mapped("done_date")), {self.today})
        self.assertEqual(actions.mapped("letter_pages"), [1, 1, 1])
        # printed again is the same paper: no second letter is kept, and no second action
        self.assertEqual(len(actions.letter_attachment_id), 3)
        files = self.env["ir.attachment"].search_count(
            [("res_model", "=", "dso.action"), ("res_id", "in", actions.ids)]
        )
        self.assertEqual(files, 3)
        # what each of them says; the words on the paper are compared in test_letter
        self.assertEqual(actions.item_ids.mapped("amount_residual"), [480.0, 120.0, 60.0])
        for action in actions:
            self.assertIn(action.partner_id.name, action.letter_attachment_id.name)
            self.assertTrue(action.letter_attachment_id.raw.startswith(b"%PDF"))


@tagged("post_install", "-at_install")
class TestCallTour(ChannelTour):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact.phone = "+32 470 12 34 56"
        cls.stand_in = cls._create_contact(
            cls.partner, "Bob", "bob@acme.example.com", phone="+32 470 98 65 43"
        )
        cls.company.dso_default_scenario_id = cls._create_scenario(
            (
                "Phone call",
                "due_date",
                5,
                {
                    "action_type": "call",
                    "automatic": False,
                    "mail_template_id": False,
                    "call_script": "<p>I call about #items_amount_selected.</p>",
                },
            ),
            name="Tour",
        )
        cls.item = cls._line(cls._late(cls.partner, 480.0))
        cls.call = cls._plan(cls.today)

    def test_wrong_number(self):
        """The contact is marked, and the stand-in is called on the next working day."""
        self._tour("collection-manual", "wrong_number")

        self.assertEqual((self.call.state, self.call.result), ("done", "wrong_number"))
        self.assertEqual(self.call.comment, "A bakery answered")
        self.assertEqual(self.call.done_by_id, self.collector)
        self.assertTrue(self.contact.dso_wrong_phone)
        self.assertFalse(self.stand_in.dso_wrong_phone)
        again = self._customer().open_action_ids
        self.assertEqual((again.action_type, again.origin), ("call", "manual"))
        tomorrow = self.today + timedelta(days=1)
        self.assertEqual(again.date, self.company._dso_next_working_day(tomorrow))
        self.assertEqual(again.phone, self.stand_in.phone)
        note = self.contact.message_ids[:1].body
        self.assertIn("+32 470 12 34 56", note)

    def test_promise(self):
        """The promise is on the item with its day, and its follow-up on that day."""
        self._tour("collection-manual", "call_promise")

        self.assertEqual((self.call.state, self.call.result), ("done", "promise"))
        self.assertEqual(self.item.dso_status_id, self._status("promise"))
        self.assertEqual(self.item.dso_comment, "Pays next week")
        promised = self.company._dso_next_working_day(self.today + timedelta(days=7))
        self.assertEqual(self.item.dso_status_date, promised)
        follow_up = self._customer().open_action_ids
        self.assertEqual((follow_up.origin, follow_up.item_ids.line_id), ("specific", self.item))
        self.assertEqual(self.item.dso_qualification_ids.user_id, self.collector)


@tagged("post_install", "-at_install")
class TestReplyTour(ChannelTour):
    def test_qualify_twice_and_dismiss(self):
        """One reply becomes a dispute and a promise, then it is handled; the other is dismissed.
        Both items have their own follow-up then, so that nothing is left for the scenario."""
        self._steps()
        large = self._line(self._late(self.partner, 480.0, days=9))
        small = self._line(self._late(self.partner, 120.0))
        self._plan(self.today)
        customer = self._customer()
        replies = self.env["dso.reply"]
        for text in ("Thank you", "One is wrong, the other leaves on Friday"):
            message = self.env["mail.message"].create(
                {
                    "model": customer._name,
                    "res_id": customer.id,
                    "message_type": "email",
                    "author_id": self.contact.id,
                    "subject": "Re: your reminder",
                    "body": f"<p>{text}</p>",
                }
            )
            replies |= replies._receive_email(customer, message)
        thanks, answer = replies
        self.assertEqual(set(replies.mapped("state")), {"to_handle"})

        self._tour("collection-replies", "replies")

        self.assertEqual((thanks.state, answer.state), ("dismissed", "handled"))
        self.assertEqual(replies.handled_by_id, self.collector)
        self.assertEqual(large.dso_status_id, self._status("dispute_price"))
        self.assertEqual(small.dso_status_id, self._status("promise"))
        self.assertEqual(
            small.dso_status_date,
            self.company._dso_next_working_day(self.today + timedelta(days=7)),
        )
        for item in (large, small):
            entry = item.dso_qualification_ids
            self.assertEqual(len(entry), 1)
            self.assertEqual(entry.comment, "One is wrong, the other leaves on Friday")
        self.assertEqual(set(customer.open_action_ids.mapped("origin")), {"specific"})
        self.assertEqual(customer.reply_count, 0)


@tagged("post_install", "-at_install")
class TestConfirmTour(ChannelTour):
    def test_leaf_through_and_confirm(self):
        self._steps()
        actions = self._three()
        actions.to_confirm = True
        self.assertFalse(any(actions.mapped("confirmed")))

        self._tour("collection-automatic", "leaf")

        self.assertTrue(all(actions.mapped("confirmed")))
        self.assertEqual(set(actions.mapped("state")), {"planned"})


@tagged("post_install", "-at_install")
class TestRetryTour(ChannelTour):
    def test_retry_after_fixing_the_address(self):
        """The same message leaves again, to the corrected address: one mail, one Message-Id."""
        self._steps()
        self._late(self.partner, 480.0)
        action = self._plan(self.today)
        action.action_confirm()
        self.env["dso.action"]._dispatch()
        self.assertEqual(action.state, "done")
        mail, message_id = action.mail_id, action.mail_id.message_id
        mail.write({"state": "exception", "failure_reason": "user unknown"})
        action._set_undelivered("550 user unknown")
        self.assertEqual(action.state, "error")

        self._tour("collection-automatic", "retry")

        self.assertEqual((action.state, action.error_data), ("done", False))
        self.assertEqual(self.contact.email, "ann.new@acme.example.com")
        self.assertEqual(action.mail_id, mail)
        self.assertEqual(mail.message_id, message_id)
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.email_to, '"Ann" <ann.new@acme.example.com>')


@tagged("post_install", "-at_install")
class TestContactTour(ChannelTour):
    def test_one_click(self):
        """An action waits in error for want of a contact; one click later it may leave."""
        self._steps()
        self.contact.dso_collection_contact = False
        other = self._create_contact(self.partner, "Bob", "bob@acme.example.com")
        other.dso_collection_contact = False
        self._late(self.partner, 480.0)
        action = self._plan(self.today)
        self.assertEqual(action.error_data["code"], "no_contact")

        self._tour(f"collection-customers/{self._customer().id}", "contact")

        self.assertTrue(self.contact.dso_collection_contact)
        self.assertFalse(other.dso_collection_contact)
        self._plan(self.today)
        self.assertEqual((action.state, action.error_data), ("planned", False))
