"""Retry writes to today's contacts: never to an address that failed or has it already."""

from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..smtp_common import QUEUE, SmtpCommon

GONE = "550 5.1.1 No such user"
ANN = "ann@acme.example.com"
BOOKS = "books@acme.example.com"
LEDGER = "ledger@acme.example.com"


@tagged("post_install", "-at_install")
class TestRetry(SmtpCommon):
    def setUp(self):
        super().setUp()
        self._owe()

    def _try_again(self, action):
        """As the collector, by hand; returns whom the server took it for."""
        before = len(self.sink.received)
        action.with_user(self.collector).action_retry()
        with mute_logger(QUEUE):
            self._run_queue()
        return [address for one in self.sink.received[before:] for address in one.recipients]

    def _send(self, *refused):
        self.sink.refused.update(dict.fromkeys(refused, GONE))
        with mute_logger(QUEUE):
            action, _received = self._remind()
        return action

    def test_a_successor_with_the_address_that_bounced(self):
        action = self._send()
        self._bounce(action, ANN)
        self.contact.active = False
        bea = self._create_contact(self.partner, "Bea", "ANN@acme.example.com")
        self.assertEqual(self._try_again(action), [])
        self.assertEqual(action.state, "error")
        self.assertIn("Bea bounced at “ann@acme.example.com”", action.error_message)
        self.assertEqual(action.error_data["res_id"], bea.id)
        bea.email = "bea@acme.example.com"
        self.assertEqual(self._try_again(action), [bea.email])

    def test_an_address_that_bounced_is_never_forgotten(self):
        action = self._send()
        self._bounce(action, ANN)
        bea = self._create_contact(self.partner, "Bea", "bea@acme.example.com")
        self.assertEqual(self._try_again(action), [bea.email])
        self._bounce(action, bea.email, number=2)
        carl = self._create_contact(self.partner, "Carl", ANN)
        self.assertEqual(self._try_again(action), [])
        self.assertEqual(action.state, "error")
        carl.email = "carl@acme.example.com"
        self.assertEqual(self._try_again(action), [carl.email])

    def test_the_second_address_bounces(self):
        self.contact.email = f"{ANN}, {BOOKS}"
        action = self._send()
        self._bounce(action, BOOKS)
        self.assertEqual(self._try_again(action), [])
        self.assertIn(f"bounced at “{BOOKS}”", action.error_message)
        self.contact.email = f"{ANN}, {LEDGER}"
        self.assertEqual(self._try_again(action), [LEDGER])
        self.assertEqual(action.state, "done")
        # the first one, later
        self._bounce(action, ANN, number=2)
        self.assertEqual(self._try_again(action), [])
        self.assertIn(f"bounced at “{ANN}”", action.error_message)

    def test_the_second_address_is_refused(self):
        self.contact.email = f"{ANN}, {BOOKS}"
        action = self._send(BOOKS)
        # whoever is refused may be tried again, and nobody else
        self.assertEqual(self._try_again(action), [])
        self.assertEqual(action.state, "error")
        self.contact.email = f"{ANN}, {LEDGER}"
        self.assertEqual(self._try_again(action), [LEDGER])
        self.assertEqual(action.recipient_ids, self.contact)

    def test_a_passing_refusal_of_the_second_address(self):
        self.contact.email = f"{ANN}, {BOOKS}"
        self.sink.refused[BOOKS] = "450 4.2.1 busy"
        with mute_logger(QUEUE):
            action, _received = self._remind()
        self.sink.refused.clear()
        self.assertEqual(self._retry(action), 1)
        self.assertEqual(self.sink.received[-1].recipients, [BOOKS])

    def test_a_successor_for_whom_is_refused(self):
        action = self._send(ANN)
        bea = self._create_contact(self.partner, "Bea", "bea@acme.example.com")
        self.assertEqual(self._try_again(action), [bea.email])

    def test_a_successor_who_has_it(self):
        books = self._create_contact(self.partner, "Books", BOOKS)
        action = self._send(BOOKS)
        books.active = False
        carl = self._create_contact(self.partner, "Carl", "Ann@acme.example.com")
        self.assertEqual(self._try_again(action), [])
        self.assertEqual(action.state, "error")
        self.assertIn(BOOKS, action.error_message)
        carl.email = f"{ANN}, carl@acme.example.com"
        self.assertEqual(self._try_again(action), ["carl@acme.example.com"])

    def test_one_address_of_two_contacts(self):
        bea = self._create_contact(self.partner, "Bea", ANN)
        action = self._send()
        self._bounce(action, ANN)
        self.contact.email = "ann.smith@acme.example.com"
        self.assertEqual(self._try_again(action), [self.contact.email])
        self.assertEqual(action.recipient_ids, self.contact)
        self.assertTrue(bea.active)

    def test_somebody_who_comes_back(self):
        """One that was passed over may be a successor again."""
        action = self._send()
        self._bounce(action, ANN)
        self.contact.active = False
        bea = self._create_contact(self.partner, "Bea", "bea@acme.example.com")
        self.assertEqual(self._try_again(action), [bea.email])
        self._bounce(action, bea.email, number=2)
        bea.active = False
        self.contact.write({"active": True, "email": "ann.smith@acme.example.com"})
        self.assertEqual(self._try_again(action), [self.contact.email])

    def test_contact_of_another_company_since(self):
        action = self._send(ANN)
        self.sink.refused.clear()
        self.contact.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        self.assertEqual(self._try_again(action), [])
        self.assertEqual(action.state, "error")
        self.assertIn("no collections contact", action.error_message)
        bea = self._create_contact(self.partner, "Bea", "bea@acme.example.com")
        self.assertEqual(self._try_again(action), [bea.email])

    def test_two_collectors_of_one_customer(self):
        other = new_test_user(
            self.env,
            "other.collector",
            groups="base.group_user,dso_collection.group_dso_collector",
            name="Olga Other",
            email="olga@company.example.com",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        for domain in (self.domain, self.domain.browse()):
            self.company.alias_domain_id = domain
            actions = self.env["dso.action"].create(
                [
                    {
                        "customer_id": self._customer().id,
                        "action_type": "email",
                        "collector_id": collector.id,
                        "subject": "Hello",
                        "body": "<p>Hello</p>",
                    }
                    for collector in (self.collector, other)
                ]
            )
            found = self.env["dso.channel.email"]._send(actions)
            for action in actions:
                with self.subTest(collector=action.collector_id.name, domain=domain.name):
                    reply_to = self.env["mail.mail"].browse(found[action.id]["mail_id"]).reply_to
                    self.assertIn(action.collector_id.name, reply_to)
                    expected = "catchall@" if domain else action.collector_id.email
                    self.assertIn(expected, reply_to)
