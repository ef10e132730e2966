"""What must hold for every automatic channel: two dispatchers, killed dispatchers, killed and
doubled retries, and what is handed over to a provider that stands in on loopback. Litigation and
phone calls are for people, and never automatic."""

from contextlib import contextmanager
from typing import NamedTuple

from odoo.tests import tagged

from ...tools.action_types import get_types, get_types_where
from ..faults.case import FaultsCase
from ..faults.erm import Provider
from ..faults.iap import Iap

#: The messages that exist, whatever the actions say: (customer, by what its provider knows it).
MAILS = """
    SELECT message.res_id, message.message_id
      FROM mail_message message
      JOIN mail_mail mail ON mail.mail_message_id = message.id
     WHERE message.model = 'dso.customer' AND message.res_id = ANY(%s)
       AND message.message_type = 'email_outgoing'
"""
TEXTS = """
    SELECT message.res_id, sms.uuid
      FROM mail_message message
      JOIN sms_sms sms ON sms.mail_message_id = message.id
      JOIN mail_notification notification ON notification.mail_message_id = message.id
      JOIN sms_tracker tracker
        ON tracker.sms_uuid = sms.uuid AND tracker.mail_notification_id = notification.id
     WHERE message.model = 'dso.customer' AND message.res_id = ANY(%s)
       AND message.message_type = 'sms'
"""
LETTERS = """
    SELECT res_id, id FROM snailmail_letter WHERE model = 'dso.customer' AND res_id = ANY(%s)
"""
REGISTERED = "SELECT customer_id, key FROM dso_erm_letter WHERE customer_id = ANY(%s)"


class Channel(NamedTuple):
    """A channel under test.

    :ivar point: of :mod:`faults.worker`, where its messages are made and not committed yet
    :ivar messages: query of the messages that exist
    :ivar queue: job that hands them over
    :ivar files: PDFs that each action has once it is done
    :ivar count: actions for two dispatchers, and in each of their batches: printing takes long
    """

    point: str = "mailed"
    messages: str = MAILS
    queue: str = "send"
    files: int = 0
    count: tuple = (60, 10)


CHANNELS = {
    "email": Channel(),
    "email_interactive": Channel(),
    "email_internal": Channel(),
    "sms": Channel("texted", TEXTS, "text"),
    "letter": Channel("posted", LETTERS, "post", files=1, count=(12, 3)),
    "fax": Channel("faxed", files=1, count=(12, 3)),
    "letter_electronic": Channel("registered", REGISTERED, "register"),
}
#: Automatic or not, they are printed here: somebody takes them to the post office.
PRINTED_HERE = {"letter_registered"}


@tagged("post_install", "-at_install")
class TestFaultsChannels(FaultsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._env() as env:
            cls.provider_id = (
                env["dso.erm.provider"].create({"name": "Post", "url": "http://127.0.0.1:1"}).id
            )
            # Odoo's own, made when first asked for
            env["iap.account"].get("sms")
            env["iap.account"].get("snailmail")

    def setUp(self):
        super().setUp()
        with self._env() as env:
            env.cr.execute("UPDATE sms_sms SET state = 'canceled' WHERE state = 'outgoing'")
            env.cr.execute("UPDATE snailmail_letter SET state = 'canceled' WHERE state <> 'sent'")
            env.cr.execute("UPDATE dso_erm_letter SET state = 'failed', poll_date = NULL")
            env.cr.execute("UPDATE dso_action SET retry_date = NULL")

    def test_no_channel_is_forgotten(self):
        with self._env() as env:
            types = set(get_types(env)) - set(get_types_where(env, "_is_manual"))
        self.assertEqual(types - PRINTED_HERE, set(CHANNELS))

    # ------------------------------------------------------------------
    # Customers and providers
    # ------------------------------------------------------------------

    def _make(self, action_type, count, name):
        """Customers whose first message by this channel is confirmed and due."""
        with self._env() as env:
            scenario_id = self._make_scenario(env, action_type).id
        return self._make_customers(
            count, f"{action_type}_{name}", opening=True, scenario_id=scenario_id
        )

    @contextmanager
    def _provider(self, channel):
        """What stands in for the channel's provider, as the only one there is."""
        if channel.queue == "send":
            with self._smtp() as sink:
                yield sink
            return
        with Provider() if channel.queue == "register" else Iap() as provider:
            with self._env() as env:
                if channel.queue == "register":
                    env["dso.erm.provider"].browse(self.provider_id).url = provider.url
                for service in ("sms", "snailmail"):
                    env["ir.config_parameter"].set_param(f"{service}.endpoint", provider.origin)
            yield provider

    def _get_messages(self, channel, customer_ids):
        """{customer id: by what the provider knows its message}; exactly one for each."""
        rows = self._query(channel.messages, customer_ids)
        self.assertCountEqual([row[0] for row in rows], customer_ids)
        self.assertEqual(len({row[1] for row in rows}), len(customer_ids))
        return dict(rows)

    def _check_once(self, channel, customer_ids, files=None):
        """Each of these customers was told once, and the next step is planned.

        :return: see ``_get_messages``
        """
        rows = self._query(
            """
            SELECT action.customer_id, action.state, step.sequence
              FROM dso_action action
              JOIN dso_scenario_step step ON step.id = action.step_id
             WHERE action.customer_id = ANY(%s) AND action.state != 'cancelled'
            """,
            customer_ids,
        )
        expected = [(key, "done", 0) for key in customer_ids]
        expected += [(key, "planned", 1) for key in customer_ids]
        self.assertCountEqual(rows, expected)
        snapshots = self._query(
            """
            SELECT action.customer_id, count(*), sum(item.amount_residual)
              FROM dso_action_item item
              JOIN dso_action action ON action.id = item.action_id
             WHERE action.customer_id = ANY(%s)
             GROUP BY action.customer_id
            """,
            customer_ids,
        )
        self.assertCountEqual(snapshots, [(key, 1, 100.0) for key in customer_ids])
        rows = self._query(
            """
            SELECT action.customer_id, count(file.id)
              FROM dso_action action
              LEFT JOIN ir_attachment file
                ON file.res_model = 'dso.action' AND file.res_id = action.id
             WHERE action.customer_id = ANY(%s) AND action.state = 'done'
             GROUP BY action.customer_id
            """,
            customer_ids,
        )
        files = channel.files if files is None else files
        self.assertCountEqual(rows, [(key, files) for key in customer_ids])
        return self._get_messages(channel, customer_ids)

    def _run_two(self, job, total, **constants):
        """Two workers at once share so many actions between them."""
        jobs = [
            self.workers.start(job, hold=["started"], constants=constants) for _number in range(2)
        ]
        for worker in jobs:
            worker.go()
        done = [worker.finish() for worker in jobs]
        self.assertEqual(sum(done), total)
        return done

    # ------------------------------------------------------------------
    # Dispatchers
    # ------------------------------------------------------------------

    def test_two_dispatchers(self):
        """Two at once: as many messages as actions, not one more."""
        for action_type, channel in CHANNELS.items():
            with self.subTest(action_type):
                self.workers.kill_all()
                count, size = channel.count
                customer_ids = self._make(action_type, count, "two")
                done = self._run_two("dispatch", count, **{"dso_action_dispatch.BATCH_SIZE": size})
                self.assertTrue(all(done), f"both have to work for this to show anything: {done}")
                self._check_once(channel, customer_ids)
                self.assertEqual(self.workers.run("dispatch"), 0)
                self._check_once(channel, customer_ids)

    def test_killed_at_each_point(self):
        """Before the commit, nothing has happened; after it, one message."""
        for action_type, channel in CHANNELS.items():
            points = (channel.point, "committed")
            if action_type == "email":
                # no channel has a part in these
                points = ("locked", *points, "processed")
            for point in points:
                with self.subTest(f"{action_type}, {point}"):
                    self.workers.kill_all()
                    customer_ids = self._make(action_type, 3, point)
                    job = self.workers.start("dispatch", hold=[point])
                    job.until(point)
                    self._kill(job)
                    left = 0 if point == "committed" else 3
                    self.assertEqual(self.workers.run("dispatch"), left)
                    self._check_once(channel, customer_ids)

    # ------------------------------------------------------------------
    # Retries
    # ------------------------------------------------------------------

    def test_retried_once(self):
        """The provider asks to come back; the retry is killed, then two run at once: everybody
        gets the one message that there ever was."""
        for action_type, channel in CHANNELS.items():
            with self.subTest(action_type), self._provider(channel) as provider:
                self.workers.kill_all()
                customer_ids = self._make(action_type, 4, "retried")
                self.assertEqual(self.workers.run("dispatch"), 4)
                messages = self._get_messages(channel, customer_ids)
                provider.is_busy = True
                self.workers.run(channel.queue)
                self.assertEqual(provider.taken, [])
                self._let_retries_be_due(customer_ids)
                job = self.workers.start("retry", hold=["retried"])
                job.until("retried")
                self._kill(job)
                self.assertEqual(len(self._find_retries(customer_ids)), 4)
                self._run_two("retry", 4, **{"dso_action_retry.BATCH_SIZE": 1})
                self.assertEqual(self.workers.run("retry"), 0)
                provider.is_busy = False
                for _time in range(2):
                    self.workers.run(channel.queue)
                    self.assertCountEqual(provider.taken, messages.values())
                self.workers.run("refresh")
                # a registered mail is printed when it is handed over
                files = 1 if channel.queue == "register" else None
                self.assertEqual(self._check_once(channel, customer_ids, files), messages)

    def _find_retries(self, customer_ids):
        return self._query(
            "SELECT id FROM dso_action WHERE customer_id = ANY(%s) AND state = 'error' "
            "AND retry_date IS NOT NULL",
            customer_ids,
        )

    def _let_retries_be_due(self, customer_ids):
        """What failed for a passing cause waits for its next attempt, which is now."""
        self.assertEqual(len(self._find_retries(customer_ids)), len(customer_ids))
        self._query(
            "UPDATE dso_action SET retry_date = now() AT TIME ZONE 'UTC' - interval '1 minute' "
            "WHERE customer_id = ANY(%s) AND retry_date IS NOT NULL RETURNING id",
            customer_ids,
        )

    # ------------------------------------------------------------------
    # Registered mail: between the provider and the commit
    # ------------------------------------------------------------------

    def _get_submitted(self, provider):
        """The keys under which letters were handed over, each as often as it was."""
        return [
            headers["Idempotency-Key"]
            for method, _path, headers, _body in provider.requests
            if method == "POST"
        ]

    def test_registered_mail_killed_after_handing_over(self):
        """The provider has it, and nobody here knows: it is handed over again with the same key
        and the same bytes, so that it stays one letter."""
        channel = CHANNELS["letter_electronic"]
        for point in ("printed", "submitted"):
            with self.subTest(point), self._provider(channel) as provider:
                self.workers.kill_all()
                customer_ids = self._make("letter_electronic", 3, point)
                self.workers.run("dispatch")
                messages = self._get_messages(channel, customer_ids)
                job = self.workers.start("register", hold=[point])
                job.until(point)
                self._kill(job)
                handed_over = 1 if point == "submitted" else 0
                self.assertEqual(len(self._get_submitted(provider)), handed_over)
                self._check_registered(provider, messages, handed_over)

    def test_registered_mail_killed_while_handing_over(self):
        """Killed while the provider writes its answer."""
        channel = CHANNELS["letter_electronic"]
        customer_ids = self._make("letter_electronic", 3, "answer")
        self.workers.run("dispatch")
        messages = self._get_messages(channel, customer_ids)
        with self._provider(channel) as provider:
            job = self.workers.start("register", hold=["started"])

            def kill(handler):
                provider.submit(handler.headers["Idempotency-Key"], {})
                job.signal()
                return False

            provider.answer = kill
            job.go()
            self.assertTrue(job.dies())
            provider.answer = None
            self._wait_for_end_of(job)
            self.assertEqual(len(provider.taken), 1)
            self._check_registered(provider, messages, 1)

    def _check_registered(self, provider, messages, repeated):
        """After the next run, each letter is there once; those whose first time nobody here knows
        of were handed over again, the same to the byte."""
        self.workers.run("register")
        self.assertCountEqual(provider.taken, messages.values())
        self.assertEqual(len(self._get_submitted(provider)), len(messages) + repeated)
        bodies = {}
        for method, _path, headers, body in provider.requests:
            if method == "POST":
                bodies.setdefault(headers["Idempotency-Key"], set()).add(body)
        self.assertEqual({len(found) for found in bodies.values()}, {1})
        states = self._query(
            "SELECT DISTINCT state FROM dso_erm_letter WHERE customer_id = ANY(%s)", list(messages)
        )
        self.assertEqual(states, [("submitted",)])

    def test_two_workers_of_registered_mail(self):
        """Each letter is handed over once, by one or the other."""
        channel = CHANNELS["letter_electronic"]
        customer_ids = self._make("letter_electronic", 24, "workers")
        self.workers.run("dispatch")
        messages = self._get_messages(channel, customer_ids)
        constants = {"dso_erm_letter.PRINT_SIZE": 6}
        with self._provider(channel) as provider:
            jobs = [
                self.workers.start(
                    "register", hold=["started"], points=["submitted"], constants=constants
                )
                for _number in range(2)
            ]
            for job in jobs:
                job.go()
            for job in jobs:
                job.finish()
            self.assertCountEqual(self._get_submitted(provider), messages.values())
            shares = [job.events.count("submitted") for job in jobs]
            self.assertTrue(all(shares), f"both have to work for this to show anything: {shares}")
