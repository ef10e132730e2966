"""What must hold when things go wrong: several dispatchers at a time, dispatchers that are killed,
broken templates, conflicts between transactions. With real processes, real commits and a real SMTP
server, in a copy of the database. What holds for every channel is in ``test_faults_channels``."""

import os
import random
import threading
import time
from collections import Counter
from contextlib import contextmanager

from odoo.tests import tagged

from ..faults.case import FaultsCase
from ..faults.workers import TIMEOUT

#: Customers of the long dispatch.
STORM = int(os.environ.get("DSO_STORM", 60))
SMALL_BATCHES = {"dso_action_dispatch.BATCH_SIZE": 5}


@tagged("post_install", "-at_install")
class TestFaults(FaultsCase):
    """Mostly with e-mails, the most common channel."""

    # ------------------------------------------------------------------
    # What must hold
    # ------------------------------------------------------------------

    def _check_once(self, customer_ids):
        """Each of these customers got its first e-mail, exactly once, and the next is planned.

        :return: Message-Ids
        """
        rows = self._query(
            """
            SELECT action.customer_id, action.state, action.done_date IS NOT NULL,
                   action.mail_id IS NOT NULL, step.sequence
              FROM dso_action action
              JOIN dso_scenario_step step ON step.id = action.step_id
             WHERE action.customer_id = ANY(%s)
            """,
            customer_ids,
        )
        expected = [(key, "done", True, True, 0) for key in customer_ids]
        expected += [(key, "planned", False, False, 1) for key in customer_ids]
        self.assertCountEqual(rows, expected)
        # whatever the actions say: the messages that exist
        rows = self._query(
            """
            SELECT message.res_id, message.message_id, count(mail.id)
              FROM mail_message message
              LEFT JOIN mail_mail mail ON mail.mail_message_id = message.id
             WHERE message.model = 'dso.customer' AND message.res_id = ANY(%s)
               AND message.message_type = 'email_outgoing'
             GROUP BY message.id
            """,
            customer_ids,
        )
        self.assertCountEqual(
            [(row[0], row[2]) for row in rows], [(key, 1) for key in customer_ids]
        )
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
        message_ids = {row[1] for row in rows}
        self.assertEqual(len(message_ids), len(customer_ids))
        return message_ids

    # ------------------------------------------------------------------
    # Several at a time, and killed
    # ------------------------------------------------------------------

    def test_two_dispatchers(self):
        """Two at once on 200 actions: 200 e-mails, not 201."""
        customer_ids = self._make_customers(200, opening=True)
        jobs = [self.workers.start("dispatch", hold=["started"]) for _number in range(2)]
        for job in jobs:
            job.go()
        done = [job.finish() for job in jobs]
        self.assertEqual(sum(done), 200)
        self.assertTrue(all(done), f"both have to work for this to show anything: {done}")
        message_ids = self._check_once(customer_ids)
        with self._smtp() as sink:
            self.workers.run("send")
            self.assertEqual(len(sink.received), 200)
            self.assertEqual(set(sink.message_ids), message_ids)
            recipients = Counter(received.recipients[0] for received in sink.received)
            self.assertEqual(set(recipients.values()), {1})
            # nothing is left to do
            self.assertEqual(self.workers.run("dispatch"), 0)
            self.workers.run("send")
            self.assertEqual(len(sink.received), 200)

    def test_killed_ten_times(self):
        """Killed ten times at random moments: after the next run, one e-mail for each action."""
        customer_ids = self._make_customers(200, opening=True)
        moments = random.Random(20260306)
        batch_seconds = TIMEOUT
        for number in range(10):
            # batches small enough that ten kills hit different places of and between them
            job = self.workers.start("dispatch", points=["committed"], constants=SMALL_BATCHES)
            began = time.monotonic()
            if number == 0 or moments.random() < 0.5:
                job.until("committed")
                batch_seconds = min(batch_seconds, time.monotonic() - began)
            job.runs_for(moments.uniform(0, batch_seconds))
            self.assertTrue(job.kill(), "killed while it worked")
        self._wait_for_end_of(job)
        rows = self._query(
            "SELECT count(*) FROM dso_action WHERE customer_id = ANY(%s) AND state = 'done'",
            customer_ids,
        )
        done = rows[0][0]
        self.assertGreater(done, 0, "some of the killed ones got somewhere")
        self.assertEqual(self.workers.run("dispatch"), 200 - done)
        message_ids = self._check_once(customer_ids)
        with self._smtp() as sink:
            self._kill_queue(sink, moments, times=3)
            self.workers.run("send")
            self.assertEqual(set(sink.message_ids), message_ids)
        self.assertEqual(self._check_once(customer_ids), message_ids)

    def _kill_queue(self, sink, moments, times):
        """Kill the mail queue after the server has taken a message, before it says so: the queue
        has to send this one again, with the same Message-Id."""
        for _number in range(times):
            job = self.workers.start("send", hold=["started"])
            target = len(sink.received) + moments.randint(2, 20)

            def kill(_received, job=job, target=target):
                if len(sink.received) == target:
                    job.signal()

            sink.on_message = kill
            job.go()
            self.assertTrue(job.dies())
            sink.on_message = None
            self.assertEqual(len(sink.received), target)
            self._wait_for_end_of(job)

    def test_killed_refresh(self):
        """A refresh that is killed has taken nothing off the queue."""
        customer_ids = self._make_customers(5)
        self._note_payment_of(customer_ids)
        for point in ("taken", "planned"):
            job = self.workers.start("refresh", hold=[point])
            job.until(point)
            self.assertTrue(job.kill())
            self._wait_for_end_of(job)
            self.assertEqual(len(self._query("SELECT 1 FROM dso_refresh_queue")), 5)
        self.workers.run("refresh")
        self._check_refreshed(customer_ids)

    def _note_payment_of(self, customer_ids):
        """The accountant posts a payment of all that these customers owe, and commits."""
        with self._env(self.accountant_id) as env:
            self._pay(env, customer_ids)

    def _pay(self, env, customer_ids):
        """As a user: a payment of everything that these customers owe, reconciled."""
        rows = self._query(
            """
            SELECT line.move_id
              FROM account_move_line line
              JOIN dso_customer customer ON customer.partner_id = line.partner_id
              JOIN account_account account ON account.id = line.account_id
             WHERE customer.id = ANY(%s) AND account.account_type = 'asset_receivable'
               AND line.parent_state = 'posted' AND NOT line.reconciled
            """,
            customer_ids,
        )
        move_ids = [row[0] for row in rows]
        wizard = (
            env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move_ids)
            .create({"group_payment": False})
        )
        wizard._create_payments()

    def _check_refreshed(self, customer_ids):
        """The queue is empty, and what was planned for a debt that is paid is cancelled."""
        self.assertFalse(self._query("SELECT 1 FROM dso_refresh_queue"))
        rows = self._query(
            "SELECT state, cancel_code FROM dso_action WHERE customer_id = ANY(%s)", customer_ids
        )
        self.assertEqual(rows, [("cancelled", "cleared")] * len(customer_ids))

    # ------------------------------------------------------------------
    # One bad action
    # ------------------------------------------------------------------

    def test_bad_action_stops_no_other(self):
        """A template that cannot be rendered, in the middle of a batch of 50."""
        with self._env() as env:
            body = """<p><t t-out="object.amount / (object.partner_id.name != 'bad 0')"/></p>"""
            scenario = self._make_scenario(env, body=body)
            scenario_id, template_id = scenario.id, scenario.step_ids.mail_template_id.id
        good_ids = self._make_customers(24, "good", scenario_id=scenario_id)
        bad_ids = self._make_customers(1, "bad", scenario_id=scenario_id)
        good_ids += self._make_customers(25, "fine", scenario_id=scenario_id)
        self.assertEqual(self.workers.run("dispatch"), 49)
        self._check_once(good_ids)
        rows = self._query(
            "SELECT state, done_date, mail_id, error_data ->> 'code', error_data -> 'res_id'"
            "  FROM dso_action WHERE customer_id = %s",
            bad_ids[0],
        )
        self.assertEqual(rows, [("error", None, None, "broken_template", template_id)])
        with self._env(self.collector_id) as env:
            action = env["dso.customer"].browse(bad_ids).open_action_ids
            self.assertIn("division by zero", action.error_message)
        # it stays so, and fixed it goes without another click (R11)
        self.assertEqual(self.workers.run("dispatch"), 0)
        with self._env() as env:
            env["mail.template"].browse(template_id).body_html = "<p>Please pay.</p>"
        self.assertEqual(self.workers.run("dispatch"), 1)
        self._check_once(good_ids + bad_ids)

    # ------------------------------------------------------------------
    # Conflicts
    # ------------------------------------------------------------------

    def test_conflict_is_tried_again(self):
        """The customers change between the lock and the decision: once more, from the start."""
        customer_ids = self._make_customers(10)
        job = self.workers.start("dispatch", points=["committed"], hold=["locked"])
        job.until("locked")
        with self._env() as env:
            env.cr.execute(
                "UPDATE dso_customer SET amount_disputed = 1 WHERE id = ANY(%s)", [customer_ids[:1]]
            )
        job.go()
        self.assertEqual(job.finish(), 10)
        # locked; again after the conflict; and once more, finding nothing
        self.assertEqual(job.events, ["started", "locked", "locked", "committed", "locked", "done"])
        self._check_once(customer_ids)

    def test_paid_meanwhile(self):
        """What is paid before the lock is not told, though the queue has not been emptied; what
        is paid after it may cross the message, and stops what follows."""
        customer_ids = self._make_customers(4)
        self._note_payment_of(customer_ids[:2])
        job = self.workers.start("dispatch", hold=["locked"])
        job.until("locked")
        self._note_payment_of(customer_ids[2:3])
        job.go()
        self.assertEqual(job.finish(), 2)
        self.workers.run("refresh")
        rows = self._query(
            """
            SELECT customer_id, array_agg(state ORDER BY id)
              FROM dso_action
             WHERE customer_id = ANY(%s)
             GROUP BY customer_id
             ORDER BY customer_id
            """,
            customer_ids,
        )
        self.assertEqual(
            [states for _id, states in rows],
            [["cancelled"], ["cancelled"], ["done", "cancelled"], ["done", "planned"]],
        )

    def test_plans_beside_dispatch(self):
        """A plan waits for customers that a dispatcher holds, and does not lose its turn: a cron
        that fails would be called again ten minutes later, or the next day."""
        for plan in ("refresh", "plan all"):
            with self.subTest(plan):
                self.workers.kill_all()
                self._check_beside_dispatch(plan)

    def _check_beside_dispatch(self, plan):
        customer_ids = self._make_customers(5, plan)
        dispatch = self.workers.start("dispatch", hold=["processed"])
        dispatch.until("processed")
        self._note_payment_of(customer_ids)
        job = self.workers.start(plan, hold=["started"])
        job.go()
        self._wait_for_lock_of(job)
        dispatch.go()
        self.assertEqual(dispatch.finish(), 5)
        job.finish()
        if plan == "refresh":
            self.assertFalse(self._query("SELECT 1 FROM dso_refresh_queue"))
        rows = self._query(
            "SELECT state, count(*) FROM dso_action WHERE customer_id = ANY(%s) GROUP BY state",
            customer_ids,
        )
        self.assertEqual(dict(rows), {"done": 5, "cancelled": 5})

    def test_crons_beside_a_long_dispatch(self):
        """Plans that wait for each batch of a dispatcher would meet a newer snapshot each time,
        and fail after some attempts. None fails, and the log has nothing to tell."""
        customer_ids = self._make_customers(120, opening=True)
        paid_ids = self._make_customers(6, "paid", confirm=False)
        jobs, done = [], 0
        while paid_ids:
            self._note_payment_of([paid_ids.pop()])
            # they begin in the midst of a dispatch, which holds its first customers then, and
            # passes over whom they hold
            dispatch = self.workers.start("dispatch", hold=["processed"], constants=SMALL_BATCHES)
            dispatch.until("processed")
            plans = [self.workers.start(name) for name in ("plan all", "plan all", "refresh")]
            dispatch.go()
            for job in plans:
                job.finish()
            done += dispatch.finish()
            jobs += [dispatch, *plans]
        self.assertGreaterEqual(done, 5)
        logged = [text for job in jobs for text in job.logged]
        self.assertEqual(logged, [])
        self.assertEqual(self.workers.run("dispatch"), 120 - done)
        self.workers.run("refresh")
        self.assertFalse(self._query("SELECT 1 FROM dso_refresh_queue"))
        self._check_once(customer_ids)

    def test_a_long_dispatch_beside_accounting(self):
        """While a dispatch runs over all customers, two plans, refreshes and an accountant go on:
        no cron fails, nothing is logged, and what is paid is off the agenda after one refresh.

        ``DSO_STORM=2000`` lasts more than a minute; the tests make do with fewer customers.
        """
        customer_ids = self._make_customers(STORM, opening=True)
        others = self._make_customers(40, "paying", confirm=False)
        dispatch = self.workers.start(
            "dispatch", hold=["processed"], constants={"dso_action_dispatch.BATCH_SIZE": 10}
        )
        dispatch.until("processed")
        dispatch.go()
        jobs, paid_ids = [], []
        # at least once beside it, however fast it is
        while not paid_ids or (others and dispatch.runs_for(0)):
            plans = [self.workers.start("plan all") for _number in range(2)]
            paid_ids.append(others.pop())
            with self._env(self.accountant_id) as env:
                # a wait for the crons would be an error
                env.cr.execute("SET LOCAL lock_timeout = '2s'")
                self._pay(env, paid_ids[-1:])
            plans.append(self.workers.start("refresh"))
            for job in plans:
                job.finish()
            jobs += plans
            self._check_refreshed(paid_ids[-1:])
        done = dispatch.finish()
        jobs.append(dispatch)
        self.assertEqual([text for job in jobs for text in job.logged], [])
        self.assertEqual(self.workers.run("dispatch"), STORM - done)
        self.workers.run("refresh")
        self.assertFalse(self._query("SELECT 1 FROM dso_refresh_queue"))
        self._check_once(customer_ids)

    def test_a_refresh_passes_over_whom_others_hold(self):
        """Only those wait: the agenda of the others is right before the dispatcher is done."""
        held_ids = self._make_customers(2)
        dispatch = self.workers.start("dispatch", hold=["processed"])
        dispatch.until("processed")
        free_ids = self._make_customers(3, "free", confirm=False)
        self._note_payment_of(held_ids + free_ids)
        refresh = self.workers.start("refresh", hold=["started"])
        refresh.go()
        self._wait_for_lock_of(refresh)
        rows = self._query(
            "SELECT DISTINCT state FROM dso_action WHERE customer_id = ANY(%s)", free_ids
        )
        self.assertEqual(rows, [("cancelled",)])
        self.assertEqual(len(self._query("SELECT 1 FROM dso_refresh_queue")), 2)
        dispatch.go()
        dispatch.finish()
        refresh.finish()
        self.assertEqual(refresh.logged + dispatch.logged, [])
        self.assertFalse(self._query("SELECT 1 FROM dso_refresh_queue"))

    def test_no_deadlock(self):
        """A refresh has locked customers and waits for their actions, which the dispatcher holds:
        this one passes over them, and neither has to start again."""
        customer_ids = self._make_customers(5)
        dispatch = self.workers.start("dispatch", hold=["locked"])
        dispatch.until("locked")
        self._note_payment_of(customer_ids[:3])
        refresh = self.workers.start("refresh", points=["taken"], hold=["started"])
        refresh.go()
        self._wait_for_lock_of(refresh)
        dispatch.go()
        self.assertEqual(dispatch.finish(), 2)
        refresh.finish()
        # it takes what there is to do, and once more to find nothing left
        self.assertEqual(dispatch.events.count("locked"), 2)
        self.assertEqual(refresh.events.count("taken"), 1)
        self._check_refreshed(customer_ids[:3])
        self._check_once(customer_ids[3:])

    def test_dispatch_beside_plan(self):
        """The dispatcher does not wait for customers that a plan holds, however long; their turn
        comes in the next run."""
        customer_ids = self._make_customers(5)
        plan = self.workers.start("plan", customer_ids[3:], hold=["planned"])
        plan.until("planned")
        self.assertEqual(self.workers.run("dispatch"), 3)
        plan.go()
        plan.finish()
        self.assertEqual(self.workers.run("dispatch"), 2)
        self._check_once(customer_ids)

    def _wait_for_lock_of(self, job):
        """Until a job waits for a lock of another transaction."""
        self._wait_until(lambda: self._query("SELECT unnest(pg_blocking_pids(%s))", job.backend))

    def test_two_refreshes(self):
        """Two at once share the work, or one leaves it to the other; nothing is lost."""
        customer_ids = self._make_customers(20)
        self._note_payment_of(customer_ids)
        jobs = [self.workers.start("refresh", hold=["started"]) for _number in range(2)]
        for job in jobs:
            job.go()
        for job in jobs:
            job.finish()
        self._check_refreshed(customer_ids)

    # ------------------------------------------------------------------
    # The accountant
    # ------------------------------------------------------------------

    def test_accountant_does_not_wait(self):
        """While a plan holds all that it locks, a payment is posted, at the cost of one insert."""
        customer_ids = self._make_customers(5, confirm=False)
        # something to write, and so to hold, for each customer and action
        self._query(
            "UPDATE dso_customer SET amount_overdue = 0 WHERE id = ANY(%s) RETURNING id",
            customer_ids,
        )
        self._query(
            "UPDATE dso_action SET amount = 0 WHERE customer_id = ANY(%s) RETURNING id",
            customer_ids,
        )
        plan = self.workers.start("plan", customer_ids, hold=["planned"])
        plan.until("planned")
        held = self._query(
            "SELECT count(*) FROM (SELECT id FROM dso_customer WHERE id = ANY(%s)"
            " FOR NO KEY UPDATE SKIP LOCKED) AS free",
            customer_ids,
        )
        self.assertEqual(held, [(0,)], "the plan holds every customer")
        with self._cron_active(), self._env(self.accountant_id) as env:
            # a wait would be an error
            env.cr.execute("SET LOCAL lock_timeout = '2s'")
            with self._statements() as statements:
                self._pay(env, customer_ids)
                env.cr.flush()
        about = [text for text in statements if "dso_" in text and not text.startswith("SELECT")]
        inserts = [text for text in about if text.startswith("INSERT INTO dso_refresh_queue")]
        self.assertEqual(len(inserts), 1, statements)
        self.assertEqual(about, inserts)
        triggers = [text for text in statements if 'INSERT INTO "ir_cron_trigger"' in text]
        self.assertEqual(len(triggers), 1)
        locks = [text for text in statements if "dso_" in text and " FOR " in text]
        self.assertEqual(locks, [])
        self.assertEqual(len(self._query("SELECT 1 FROM dso_refresh_queue")), 5)
        plan.go()
        plan.finish()
        self.workers.run("refresh")
        self._check_refreshed(customer_ids)

    @contextmanager
    def _cron_active(self):
        """The cron of the refresh, off in the copy, may be triggered; nothing runs it here."""
        active = "UPDATE ir_cron SET active = %s WHERE id = %s"
        with self._env() as env:
            cron_id = env.ref("dso_collection.ir_cron_refresh").id
            env.cr.execute(active, [True, cron_id])
        try:
            yield
        finally:
            with self._env() as env:
                env.cr.execute(active, [False, cron_id])

    @contextmanager
    def _statements(self):
        """The SQL that this thread executes, each with single spaces."""
        statements = []

        def note(_cr, query, *_args):
            statements.append(" ".join(str(getattr(query, "code", query)).split()))

        thread = threading.current_thread()
        thread.query_hooks = [*getattr(thread, "query_hooks", ()), note]
        try:
            yield statements
        finally:
            thread.query_hooks.remove(note)
