"""What the collectors did so far: files, statuses, reminders and calls of the last months.

The reminders are those that the scenarios would have brought: each item leads from the day the one
before it was paid until its own payment, and the steps of the scenario fall in between.
"""

from collections import defaultdict
from datetime import datetime, time, timedelta

from odoo.fields import Command

from ..engine import scenario as rules
from ..models.ledger.account_move_line import QUIET
from ..tools.bulk import bulk_insert
from ..tools.inside import inside
from ..tools.ledger import RECEIVABLE, get_due_date
from . import texts
from .channels import Channels
from .company import record

#: How many days of work each collector has left undone for a customer, drawn at random.
BACKLOGS = (0, 0, 0, 1, 3, 6, 11)
#: Steps of the last days that the collectors have not come to, by type of action.
UNDONE_DAYS = {"call": 4, "letter": 10, "letter_registered": 2, "litigation": 25}
#: The demo's own scenarios, by their names in ``habits.csv``.
SCENARIOS = {"small": "demo_scenario_small"}
#: One registered letter in so many was not received.
UNRECEIVED = 4
#: Automatic actions of the coming days that are confirmed already.
CONFIRMED = 8
#: E-mails younger than this are in the chatter with their text.
CHATTER_DAYS = 30

EMAIL_TYPES = ("email", "email_interactive", "email_internal")


class Item:
    """A claim as it stood day by day."""

    def __init__(self, line):
        self.line = line
        self.due = get_due_date(line)
        self.invoiced = line.invoice_date or line.date
        self.payments = [
            (partial.max_date, partial.debit_amount_currency) for partial in line.matched_credit_ids
        ]
        self.closed_on = None
        if line.reconciled:
            # not the last: the exchange difference may be booked later than the payment
            days = sorted(day for day, _amount in self.payments)
            self.closed_on = next((day for day in days if self.left(day) <= 0), days[-1])

    def left(self, day):
        """What was open in the evening of a day, in the item's currency."""
        paid = sum(amount for date, amount in self.payments if date <= day)
        return self.line.currency_id.round(self.line.amount_currency - paid)


def load(env, companies, customers, habits, rng, today):
    """Make the files, write their history and plan what comes next."""
    History(env, companies, customers, habits, rng, today).fill()


class History:
    """The past of all files of the demo companies."""

    def __init__(self, env, companies, customers, habits, rng, today):
        self.env = env
        self.companies = companies
        self.customers = customers
        self.habits = habits
        self.rng = rng
        self.today = today
        self.files = env["dso.customer"]
        self.items = {}
        self.registered = 0

    def fill(self):
        """Everything, in the order in which it depends on one another."""
        self._load_rules()
        self._load_files()
        self._load_items()
        self._qualify_items()
        actions = self._write_past_actions()
        self._write_messages(actions)
        channels = Channels(
            self.env, self._get_files(self.companies[0]), self.customers, self.today
        )
        channels.complete(actions)
        self._write_manual_actions()
        channels.write_open_actions()
        self.env["dso.customer"]._plan(self.files)
        self._confirm_some()

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------

    def _load_rules(self):
        """Rules that assign new customers by their tags and language."""
        tags = {
            key: record(self.env, f"demo_tag_{key}", "res.partner.category", {"name": name})
            for key, name in (("public", "Public body"), ("risky", "Watch list"))
        }
        for row in self.habits:
            if row["scenario"] in tags:
                self.customers[row["customer"]].category_id = tags[row["scenario"]]
        domain = "[('partner_id.category_id.name', '=', '%s')]"
        rules_values = [
            ("demo_rule_public", "Public bodies", domain % "Public body", "scenario_public", None),
            ("demo_rule_risky", "Watch list", domain % "Watch list", "scenario_risky", None),
            (
                "demo_rule_german",
                "German-speaking customers",
                "[('partner_id.lang', '=', 'de_DE')]",
                None,
                "user_demo_collector_2",
            ),
        ]
        for sequence, (name, title, condition, scenario, collector) in enumerate(rules_values):
            record(
                self.env,
                name,
                "dso.assignment.rule",
                {
                    "name": title,
                    "sequence": sequence,
                    "company_id": self.companies[0].id,
                    "domain": condition,
                    "scenario_id": scenario and self._ref(scenario).id,
                    "collector_id": collector and self._ref(collector).id,
                },
            )

    def _get_files(self, company):
        return self.files.filtered(lambda file: file.company_id == company)

    def _ref(self, name):
        return self.env.ref(f"dso_collection.{name}")

    def _load_files(self):
        """Make the files from the ledger, and give each its scenario and collector."""
        self.env["dso.customer"]._ensure_customers(self.companies)
        self.files = self.env["dso.customer"].search([("company_id", "in", self.companies.ids)])
        by_key = {(file.company_id, file.partner_id): file for file in self.files}
        collectors = {
            "1": self._ref("user_demo_collector"),
            "2": self._ref("user_demo_collector_2"),
            "none": self.env["res.users"],
        }
        groups = defaultdict(lambda: self.env["dso.customer"])
        for row in self.habits:
            company = self.companies[0] if row["company"] == "fr" else self.companies[1]
            file = by_key[company, self.customers[row["customer"]]]
            groups[row["scenario"], row["collector"]] |= file
        for (scenario, collector), files in groups.items():
            risky = scenario == "risky"
            # nobody chose these by hand: assignment rules can be tried on them
            files.with_context(**inside(dso_by_rule=True)).write(
                {
                    "scenario_id": scenario != "none"
                    and self._ref(SCENARIOS.get(scenario, f"scenario_{scenario}")).id,
                    "collector_id": collectors[collector].id,
                    "penalty_enabled": risky,
                    "recovery_cost_enabled": risky,
                }
            )

    def _load_items(self):
        """All claims of each file, paid or not, oldest first."""
        lines = self.env["account.move.line"].search(
            [
                ("company_id", "in", self.companies.ids),
                ("account_id.account_type", "=", RECEIVABLE),
                ("parent_state", "=", "posted"),
                ("partner_id", "in", self.files.partner_id.ids),
                ("balance", ">", 0),
                ("no_followup", "=", False),
            ],
            order="date_maturity, invoice_date, id",
        )
        by_key = defaultdict(list)
        for line in lines:
            by_key[line.company_id, line.partner_id].append(Item(line))
        self.items = {file: by_key[file.company_id, file.partner_id] for file in self.files}

    # ------------------------------------------------------------------
    # Statuses
    # ------------------------------------------------------------------

    def _qualify_items(self):
        """Promises, disputes and the like, each on the oldest overdue item of a customer."""
        candidates = [
            (file, items[0])
            for file, all_items in self.items.items()
            if (
                items := [
                    item
                    for item in all_items
                    if not item.closed_on
                    and item.due < self.today - timedelta(days=3)
                    and item.left(self.today) > 250
                ]
            )
            and self._is_reachable(file)
        ]
        self.rng.shuffle(candidates)
        drawn = iter(candidates)
        for days, comment in texts.PROMISES:
            promised = self.today + timedelta(days=days)
            logged_on = self.today + timedelta(days=min(days, 0) - 2)
            self._qualify(*next(drawn), "status_promise", comment, promised, logged_on)
        for status, comment in texts.DISPUTES:
            file, item = next(drawn)
            logged_on = self.today - timedelta(days=self.rng.randint(3, 10))
            self._qualify(file, item, status, comment, None, logged_on)
            self._plan_follow_up(file, item)
        for comment in texts.ONGOING:
            yesterday = self.today - timedelta(days=1)
            self._qualify(*next(drawn), "status_ongoing", comment, None, yesterday)
        self._remember_promises()
        self._remember_disputes()
        self._ignore_smallest()

    def _qualify(self, file, item, status, comment, date, logged_on):
        """Put a status on an item, as its collector did on a day."""
        status = self._ref(status)
        line = item.line.with_context(**QUIET, **inside(dso_skip_log=True))
        line.write({"dso_status_id": status.id, "dso_status_date": date, "dso_comment": comment})
        line._dso_log(
            user_id=self._collector(file).id,
            logged_on=logged_on,
            **self._prepare_open(item, logged_on),
        )
        if status.kind != "ongoing":
            item.closed_on = logged_on

    def _prepare_open(self, item, day):
        """What was open of an item on a day: its later payments are booked already."""
        left = item.left(day)
        return {
            "amount_residual": left,
            "amount_open": left,
            "amount_settled": item.line.amount_currency - left,
        }

    def _remember(self, file, item, status, comment, logged_on, **values):
        """Keep in the log what was said of an item in the past."""
        status = self._ref(status)
        item.line._dso_log(
            user_id=self._collector(file).id,
            logged_on=logged_on,
            status_id=status.id,
            kind=status.kind,
            comment=comment,
            **self._prepare_open(item, logged_on),
            **values,
        )
        item.closed_on = min(item.closed_on, logged_on)

    def _remember_promises(self):
        """Promises of the past months, most of them kept; some only in part."""
        late = iter(self._find_late_items(25))
        for outcome, comment in texts.PAST_PROMISES:
            file, item = next(late)
            # paid a fortnight after the day of a broken promise, on the day of one that is kept
            promised = item.closed_on - timedelta(days=0 if outcome == "kept" else 14)
            said_on = promised - timedelta(days=self.rng.randint(3, 8))
            self._remember(file, item, "status_promise", comment, said_on, date=promised)
        paid_in_part = (
            (file, item)
            for file, items in self.items.items()
            for item in items
            if not item.closed_on
            and not item.line.dso_status_id
            and item.payments
            and self._is_reachable(file)
            and item.due < item.payments[-1][0] < self.today - timedelta(days=4)
            and item.left(self.today) > 50
        )
        for comment, (file, item) in zip(texts.PARTLY_KEPT, paid_in_part, strict=False):
            promised = item.payments[-1][0]
            said_on = promised - timedelta(days=3)
            self._qualify(file, item, "status_promise", comment, promised, said_on)

    def _remember_disputes(self):
        """Disputes of the past months and how long they lasted."""
        late = iter(self._find_late_items(20))
        resolver = self._ref("user_demo_collector_2")
        for status, days, complaint, solution in texts.PAST_DISPUTES:
            file, item = next(late)
            resolved_on = item.closed_on - timedelta(days=self.rng.randint(1, 5))
            said_on = resolved_on - timedelta(days=days)
            values = {"resolver_id": resolver.id, "date": None}
            self._remember(file, item, status, complaint, said_on, **values)
            self._remember(file, item, "status_dispute_resolved", solution, resolved_on, date=None)

    def _find_late_items(self, days):
        """Items of the last months that were paid in one go so many days after their due date, in
        an order drawn at random, of which nothing was said so far."""
        late = [
            (file, item)
            for file, items in self.items.items()
            for item in items
            if item.line.reconciled
            and len({day for day, _amount in item.payments}) == 1
            and item.closed_on == item.payments[0][0]
            and item.closed_on - item.due >= timedelta(days=days)
            and self._is_reachable(file)
        ]
        self.rng.shuffle(late)
        return late

    def _plan_follow_up(self, file, item):
        """A dispute is always followed up by an action of its own."""
        status = item.line.dso_status_id
        self.env["dso.action"].create(
            {
                "customer_id": file.id,
                "origin": "specific",
                "action_type": "call",
                "date": item.closed_on + timedelta(days=status.followup_days),
                "amount": item.line.amount_residual,
                "item_ids": [Command.create({"line_id": item.line.id})],
            }
        )

    def _ignore_smallest(self):
        """One small amount that is not worth the work."""
        smallest = min(
            (
                item
                for file, items in self.items.items()
                for item in items
                if self._is_reachable(file)
                and not item.closed_on
                and item.due < self.today
                and not item.line.dso_status_id
            ),
            key=lambda item: item.left(self.today),
        )
        line = smallest.line.with_context(**QUIET)
        line.write({"dso_ignored": True, "dso_comment": texts.IGNORED})
        smallest.closed_on = self.today - timedelta(days=30)

    def _is_reachable(self, file):
        """Whether a scenario could reach the customer so far."""
        return file.scenario_id and any(file.contact_ids.mapped("email_normalized"))

    def _collector(self, file):
        return file.collector_id or file.company_id.dso_default_collector_id

    # ------------------------------------------------------------------
    # Past actions
    # ------------------------------------------------------------------

    def _write_past_actions(self):
        """What was done, with a snapshot of what the customer was told."""
        past = []
        for file in self.files:
            if file.scenario_id:
                past += self._play_scenario(file)
        actions = self.env["dso.action"].create([values for values, _rows in past])
        # as a dispatched action takes it: what is created otherwise has the amounts of today
        bulk_insert(
            self.env["dso.action.item"],
            [
                {"action_id": action.id, "partial": False, "penalty": 0.0, "recovery_cost": 0.0}
                | row
                for action, (_values, rows) in zip(actions, past, strict=True)
                for row in rows
            ],
        )
        actions.invalidate_recordset(["item_ids"])
        return actions

    def _play_scenario(self, file):
        """The actions that the scenario brought, leader by leader.

        :return: list of (values of the action, values of its items)
        """
        steps = file.scenario_id.step_ids
        offsets = rules.offsets([step._to_engine() for step in steps])
        reachable = self._is_reachable(file)
        backlog = timedelta(days=self.rng.choice(BACKLOGS))
        free_from, last = None, None
        result = []
        for item in self.items[file]:
            lead_from = max(item.invoiced, free_from or item.invoiced)
            lead_to = item.closed_on or self.today - backlog
            if lead_to <= lead_from:
                continue
            free_from = lead_to
            previous = None
            for position, step in enumerate(steps):
                day = self._draw_day(item, step, offsets, position, previous, lead_from, last)
                if step.delay < 0 and step.trigger == "due_date" and day > item.due:
                    lapsed_on = item.due + timedelta(days=step.delay)
                    previous = (step, offsets[position], lapsed_on, True)
                    continue
                undone = self.today - timedelta(days=UNDONE_DAYS.get(step.action_type, 0))
                if day >= min(lead_to, undone):
                    break
                if not reachable and step.action_type in EMAIL_TYPES:
                    break
                result.append(self._prepare_past_action(file, item, step, position, previous, day))
                previous = (step, offsets[position], day, False)
                last = day
                if step.action_type == "litigation":
                    free_from = day
                    self._hand_over(file, result[-1][1], day)
        return result

    def _hand_over(self, file, rows, day):
        """Litigation takes the items that are still open out of the scenario."""
        lines = {row["line_id"] for row in rows}
        for item in self.items[file]:
            if item.line.id in lines and not item.closed_on:
                self._qualify(file, item, "status_litigation", texts.LITIGATION, None, day)

    def _draw_day(self, item, step, offsets, position, previous, lead_from, last):
        """The day on which a step was done: its rule, then a day or two, then no weekend."""
        day = max(item.due + timedelta(days=offsets[position]), lead_from)
        if previous:
            _step, offset, done, _lapsed = previous
            day = max(day, done + timedelta(days=offsets[position] - offset))
        elif last:
            day = max(day, last + timedelta(days=7))
        if not step.automatic:
            day += timedelta(days=self.rng.randint(0, 2))
        return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)

    def _prepare_past_action(self, file, item, step, position, previous, day):
        rows = self._prepare_snapshot(file, item, day)
        collector = self._collector(file)
        values = {
            **step._prepare_action_values(),
            "customer_id": file.id,
            "collector_id": collector.id,
            "origin": "scenario",
            "leader_line_id": item.line.id,
            "date": day,
            "state": "done",
            "confirmed": step.automatic,
            "done_date": day,
            "done_by_id": self.env.ref("base.user_root").id if step.automatic else collector.id,
            "amount": sum(row["amount_company"] for row in rows),
            "reason_data": {
                "cause": "previous_action" if step.trigger == "previous_action" else "due_date",
                "position": position + 1,
                "delay": step.delay,
                "trigger": step.trigger,
                "previous_step": previous and previous[0].id,
                "previous_date": previous and previous[2].isoformat(),
                "lapsed": bool(previous) and previous[3],
            },
        }
        if step.action_type in EMAIL_TYPES:
            values["recipient_ids"] = [Command.set(file.contact_ids.ids)]
        elif step.action_type == "call":
            values["result"], values["comment"] = self.rng.choice(texts.CALLS)
        elif step.action_type == "letter_registered":
            values.update(self._prepare_posting(day))
        return values, rows

    def _prepare_posting(self, day):
        """A registered letter posted on its day and received some days later, if at all."""
        number = self.rng.randint(1000, 9999)
        self.registered += 1
        received = day + timedelta(days=self.rng.randint(2, 6))
        if received >= self.today or self.registered % UNRECEIVED == 1:
            received = None
        return {
            "tracking_number": f"RA {number} {number * 7 % 10000:04d} 8 FR",
            "posted_date": day,
            "received_date": received,
        }

    def _prepare_snapshot(self, file, leader, day):
        """The items that the customer was told of on a day."""
        until = max(day, leader.due)
        return [
            {
                "line_id": item.line.id,
                "document": item.line._dso_get_document(),
                "invoice_date": item.invoiced,
                "due_date": item.due,
                "currency_id": item.line.currency_id.id,
                "amount_residual": left,
                "amount_company": left * item.line.balance / item.line.amount_currency,
                "days_overdue": max(0, (day - item.due).days),
            }
            for item in self.items[file]
            if item.due <= until and item.invoiced <= day and (left := item.left(day)) > 0
        ]

    # ------------------------------------------------------------------
    # Messages
    # ------------------------------------------------------------------

    def _write_messages(self, actions):
        """The latest e-mails in the customers' chatter; nothing is sent."""
        recent = actions.filtered(
            lambda action: (
                action.action_type in EMAIL_TYPES
                and action.done_date >= self.today - timedelta(days=CHATTER_DAYS)
            )
        )
        contents = self.env["dso.channel.email"]._render(recent)
        values = []
        for action in recent:
            subject, body = contents[action.id]
            action.write({"subject": subject, "body": body})
            values.append(
                self._prepare_message(
                    action.customer_id,
                    action.collector_id.partner_id,
                    action.done_date,
                    subject,
                    body,
                    "email_outgoing",
                )
            )
        messages = self.env["mail.message"].create(values)
        for action, message in zip(recent, messages, strict=True):
            action.message_id = message

    def _prepare_message(self, file, author, day, subject, body, message_type):
        return {
            "model": "dso.customer",
            "res_id": file.id,
            "message_type": message_type,
            "subtype_id": self.env.ref("mail.mt_comment").id,
            "author_id": author.id,
            "email_from": author.email_formatted,
            "date": datetime.combine(day, time(8, 12)),
            "subject": subject,
            "body": body,
            "is_internal": False,
        }

    # ------------------------------------------------------------------
    # Still to do
    # ------------------------------------------------------------------

    def _write_manual_actions(self):
        """Actions out of scenario that the collectors made for themselves."""
        files = {file.partner_id: file for file in self.files}
        self.env["dso.action"].create(
            [
                {
                    "customer_id": files[self.customers[key]].id,
                    "origin": "manual",
                    "action_type": action_type,
                    "date": self.today + timedelta(days=days),
                    "subject": subject,
                }
                for key, action_type, days, subject in texts.MANUAL_ACTIONS
            ]
        )

    def _confirm_some(self):
        """Confirm automatic actions of the next days. None that would leave today: whether a
        demo sends e-mail is for its user to say."""
        actions = self.env["dso.action"].search(
            [
                ("customer_id", "in", self.files.ids),
                ("automatic", "=", True),
                ("state", "=", "planned"),
                ("date", ">", self.today),
            ],
            order="date, id",
        )
        actions[::2][:CONFIRMED].write({"confirmed": True})
