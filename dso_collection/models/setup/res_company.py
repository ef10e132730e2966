import secrets
from datetime import date, datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.intervals import Intervals
from odoo.tools.mail import email_domain_extract, email_normalize, single_email_re
from odoo.tools.misc import format_date

from ...engine import facts, letters, promises, score
from ...engine.facts import MOST_DAYS
from ...tools.action_types import LETTER_CARRIERS
from ...tools.inside import get_inside

#: A promise or a calendar is never looked up further ahead than this.
HORIZON_DAYS = 60
#: When a schedule of flexible hours is taken for open, on working days.
OFFICE = (time(9), time(17))

#: Whoever has an address there is no colleague for it.
FREE_DOMAINS = frozenset(
    {
        "gmail.com",
        "googlemail.com",
        "gmx.de",
        "gmx.net",
        "hotmail.com",
        "icloud.com",
        "laposte.net",
        "live.com",
        "me.com",
        "orange.fr",
        "outlook.com",
        "proton.me",
        "protonmail.com",
        "t-online.de",
        "web.de",
        "yahoo.com",
        "yahoo.fr",
    }
)

#: The least and the most that each setting takes.
RANGES = {
    "dso_contact_gap_days": (0, MOST_DAYS),
    "dso_promise_grace_days": (0, MOST_DAYS),
    "dso_announced_days": (0, MOST_DAYS),
    "dso_page_days": (1, MOST_DAYS),
    "dso_page_reminder_days": (0, MOST_DAYS),
    "dso_page_reminders": (0, 100),
    "dso_receipt_days": (0, MOST_DAYS),
    "dso_declaration_days": (0, MOST_DAYS),
    "dso_score_weight_amount": (0, 1000),
    "dso_score_weight_lateness": (0, 1000),
    "dso_score_weight_promise": (0, 1000),
    "dso_score_weight_behaviour": (0, 1000),
    "dso_score_weight_guarantee": (0, 1000),
}
#: What each part of an action's score weighs.
SCORE_WEIGHTS = tuple(name for name in RANGES if name.startswith("dso_score_weight_"))
AMOUNT_SETTINGS = ("dso_min_amount", "dso_ignore_below")
#: Settings that change what is planned for every customer of the company.
PLAN_SETTINGS = frozenset(
    {
        "dso_min_amount",
        "dso_ignore_below",
        "dso_contact_gap_days",
        "dso_promise_grace_days",
        "dso_announced_days",
        "dso_default_collector_id",
        "dso_sending_calendar_id",
        "dso_chase_companies",
        "dso_warn_unsent",
        "dso_hold_unsent",
        # what letters, numbers and faxes need
        "country_id",
        "dso_fax_domain",
        "dso_letter_carrier",
        "dso_proposed_contact_serves",
        "dso_score_amount",
        "dso_score_weight_amount",
        "dso_score_weight_lateness",
        "dso_score_weight_promise",
        "dso_score_weight_behaviour",
        "dso_score_weight_guarantee",
        "dso_declaration_days",
    }
)


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "dso.internal"]

    dso_default_scenario_id = fields.Many2one(
        "dso.scenario",
        string="Default Scenario",
        default=lambda self: self.env.ref(
            "dso_collection.scenario_standard", raise_if_not_found=False
        ),
        ondelete="set null",
    )
    dso_default_collector_id = fields.Many2one("res.users", string="Default Collector")
    dso_min_amount = fields.Monetary(
        string="Minimum Amount for Collection",
        help="Customers owing less are not chased by a scenario.",
    )
    dso_ignore_below = fields.Monetary(
        string="Ignore Items Below", help="Smaller open items are not chased."
    )
    dso_contact_gap_days = fields.Integer(
        string="Days Between Two Leaders",
        default=7,
        help="The first action for a new leader never comes sooner than this after the last "
        "scenario action.",
    )
    dso_promise_grace_days = fields.Integer(
        string="Grace After a Promise",
        default=1,
        help="Working days after the promised date before the promise counts as broken.",
    )
    dso_announced_days = fields.Integer(
        string="Wait for Announced Payments",
        default=5,
        help="Working days to wait after the day on which an announced payment is expected before "
        "it is requested again.",
    )
    dso_warn_unsent = fields.Boolean(
        string="Warn About Invoices Never Sent",
        default=True,
        help="An action says which of its invoices were never sent to the customer from here.",
    )
    dso_hold_unsent = fields.Boolean(
        string="Hold Back Invoices Never Sent",
        help="Invoices that were never sent to the customer from here count in the amounts, but "
        "are not chased until they are sent.",
    )
    dso_chase_companies = fields.Boolean(
        string="Chase Companies of This Database",
        help="Otherwise nothing is planned for customers that are companies of this database, "
        "including archived ones and branches; their figures stay.",
    )
    dso_sending_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Sending Hours",
        check_company=True,
        help="Days, hours, public holidays and time zone in which automatic actions are sent. "
        "Leave empty for any time.",
    )
    dso_own_customers_only = fields.Boolean(
        string="Collectors See Only Their Own Customers",
    )
    dso_penalty_rule_id = fields.Many2one(
        "dso.penalty.rule",
        string="Late Payment Penalties",
        ondelete="restrict",
        help="Defines how interest and recovery costs on late items are calculated. Leave "
        "empty for none.",
    )
    dso_default_penalty_enabled = fields.Boolean(string="Penalties for New Customers")
    dso_default_recovery_cost_enabled = fields.Boolean(string="Recovery Costs for New Customers")
    dso_penalty_account_id = fields.Many2one(
        "account.account",
        string="Penalty Account",
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        help="Receives the penalties and recovery costs that are invoiced.",
    )
    dso_penalty_tax_ids = fields.Many2many(
        "account.tax",
        relation="dso_company_penalty_tax_rel",
        string="Penalty Taxes",
        check_company=True,
        domain="[('type_tax_use', '=', 'sale')]",
        help="Applied to invoiced penalties. In most countries they are not taxed.",
    )
    dso_pause_on_reply = fields.Boolean(
        string="Replies Pause Automatic Actions",
        default=True,
        help="A customer's automatic actions wait until its replies are handled. Automatic "
        "replies, such as out-of-office notices, do not count.",
    )
    dso_default_page_enabled = fields.Boolean(
        string="Interactive Page for New Customers", default=True
    )
    dso_page_days = fields.Integer(
        string="Links Expire After",
        default=30,
        help="Days after which a link to an interactive page expires. Whoever opens it later can "
        "have a new one sent to the same address.",
    )
    dso_page_reminder_days = fields.Integer(
        string="Colleagues Are Reminded Every",
        default=3,
        help="Days after which a colleague who has not answered is reminded. 0: never.",
    )
    dso_page_reminders = fields.Integer(
        string="Reminders Before Escalation",
        default=2,
        help="After this many reminders the question goes to the collector and the person to whom "
        "questions are escalated.",
    )
    dso_page_escalation_user_id = fields.Many2one(
        "res.users",
        string="Questions Are Escalated To",
        domain="[('share', '=', False)]",
        ondelete="set null",
    )
    dso_sms_token = fields.Char(
        string="Token for SMS Replies",
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="Part of the address to which the provider hands over answers to text messages.",
    )
    dso_morning_summary = fields.Boolean(
        string="Morning Summary",
        default=True,
        help="Each working morning, every collector is notified of errors, actions to confirm and "
        "replies to handle, if there are any.",
    )
    dso_last_summary_date = fields.Date(
        string="Last Summary", readonly=True, copy=False, groups="base.group_system"
    )
    dso_letter_window = fields.Selection(
        [("din5008", "Left: DIN 5008 form B"), ("dl_right", "Right: French DL")],
        string="Envelope Window",
        compute="_compute_dso_letter_window",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        help="Sets where the address is placed on letters.",
    )
    dso_letter_carrier = fields.Selection(
        LETTER_CARRIERS,
        string="Letters",
        required=True,
        default="print",
        help="Printed letters wait until somebody prints them. Those posted by Snailmail are sent "
        "automatically where their step is automatic. Registered letters are always printed.",
    )
    dso_receipt_days = fields.Integer(
        string="Days Until Receipt",
        default=10,
        help="A registered letter whose acknowledgment of receipt was not returned after this "
        "many days shows in the agenda.",
    )
    dso_proposed_contact_serves = fields.Boolean(
        string="Who Gets the Invoices Gets the Reminders",
        help="Customers without a collections contact: reminders go to their invoice contact, or "
        "else to the customer's own e-mail address, without anybody choosing it.",
    )
    dso_fax_domain = fields.Char(
        string="Fax Gateway",
        help="Sends faxes as e-mails to number@domain, with the letter as PDF.",
    )
    dso_score_amount = fields.Monetary(
        string="Amount for Half of the Points",
        default=10_000.0,
        help="An action about this amount gets half of the points that amounts give; larger ones "
        "get more, up to the maximum.",
    )
    dso_score_weight_amount = fields.Integer(
        string="Weight of the Amount", default=score.Weights().amount
    )
    dso_score_weight_lateness = fields.Integer(
        string="Weight of Lateness", default=score.Weights().lateness
    )
    dso_score_weight_promise = fields.Integer(
        string="Weight of Broken Promises", default=score.Weights().promise
    )
    dso_score_weight_behaviour = fields.Integer(
        string="Weight of the Payment Behaviour", default=score.Weights().behaviour
    )
    dso_score_weight_guarantee = fields.Integer(
        string="Weight of Expiring Guarantees", default=score.Weights().guarantee
    )
    dso_declaration_days = fields.Integer(
        string="Days to Report to the Insurer",
        default=60,
        help="Days after the due date by which an unpaid claim has to be reported to the credit "
        "insurer, where the customer's file does not say otherwise.",
    )
    dso_last_alert_date = fields.Date(
        string="Last Notification of Alerts", readonly=True, copy=False, groups="base.group_system"
    )
    dso_last_plan_date = fields.Date(
        string="Last Full Plan", readonly=True, copy=False, groups="base.group_system"
    )

    _dso_delays_positive = models.Constraint(
        "CHECK (dso_contact_gap_days >= 0 AND dso_promise_grace_days >= 0)",
        "Delays of collection cannot be negative.",
    )
    _dso_announced_positive = models.Constraint(
        "CHECK (dso_announced_days >= 0)",
        "The days to wait for announced payments cannot be negative.",
    )
    _dso_page_positive = models.Constraint(
        "CHECK (dso_page_days > 0 AND dso_page_reminder_days >= 0 AND dso_page_reminders >= 0)",
        "Days and reminders of interactive pages cannot be negative, and links must be valid for "
        "at least one day.",
    )
    _dso_receipt_days_positive = models.Constraint(
        "CHECK (dso_receipt_days >= 0)",
        "The days until the receipt of a registered letter cannot be negative.",
    )

    _dso_score_positive = models.Constraint(
        "CHECK (dso_score_amount >= 0 AND dso_score_weight_amount >= 0"
        " AND dso_score_weight_lateness >= 0 AND dso_score_weight_promise >= 0"
        " AND dso_score_weight_behaviour >= 0 AND dso_score_weight_guarantee >= 0)",
        "Weights and amounts of the score cannot be negative. Enter 0 to switch a part off.",
    )
    _dso_declaration_days_positive = models.Constraint(
        "CHECK (dso_declaration_days >= 0)",
        "The days until a claim is reported to the insurer cannot be negative.",
    )

    @api.constrains(*RANGES, *AMOUNT_SETTINGS, "dso_score_amount")
    def _check_dso_ranges(self):
        """Everything that is wrong is said at once, before the database refuses the first."""
        faults = []
        for company in self:
            for name, (least, most) in RANGES.items():
                if not least <= company[name] <= most:
                    faults.append(
                        self.env._(
                            "“%(setting)s” must be a whole number from %(least)s to %(most)s, "
                            "not %(value)s.",
                            setting=self._fields[name]._description_string(self.env),
                            least=least,
                            most=most,
                            value=company[name],
                        )
                    )
            for name in AMOUNT_SETTINGS:
                if company[name] < 0:
                    faults.append(
                        self.env._(
                            "“%(setting)s” cannot be negative: enter 0 where there is none.",
                            setting=self._fields[name]._description_string(self.env),
                        )
                    )
            if company.dso_score_amount <= 0:
                faults.append(
                    self.env._(
                        "“%(setting)s” must be more than 0: enter what counts as a large debt "
                        "for you. To leave amounts out of the score, set their weight to 0.",
                        setting=self._fields["dso_score_amount"]._description_string(self.env),
                    )
                )
        if faults:
            raise ValidationError("\n".join(faults))

    @api.constrains(*SCORE_WEIGHTS)
    def _check_dso_weights(self):
        """Something weighs: else no action would come before another."""
        if get_inside(self.env, "dso_one_by_one"):
            # the settings write one weight after another, and check the last state
            return
        for company in self:
            if not any(company[name] for name in SCORE_WEIGHTS):
                raise ValidationError(
                    self.env._(
                        "%(company)s: all weights of the score are 0, and no action would come "
                        "before another. Give at least one part a weight above 0.",
                        company=company.name,
                    )
                )

    @api.depends("country_id")
    def _compute_dso_letter_window(self):
        for company in self:
            company.dso_letter_window = company.dso_letter_window or letters.default_window(
                company.country_id.code
            )

    @api.constrains("dso_fax_domain")
    def _check_dso_fax_domain(self):
        for company in self.filtered("dso_fax_domain"):
            if not single_email_re.match(f"1@{company.dso_fax_domain}"):
                raise ValidationError(
                    self.env._(
                        "“%(domain)s” is not a fax gateway domain. Enter what follows the @ in "
                        "its addresses, for example fax.example.com.",
                        domain=company.dso_fax_domain,
                    )
                )

    _dso_sms_token_uniq = models.UniqueIndex("(dso_sms_token) WHERE dso_sms_token IS NOT NULL")

    @api.constrains("dso_sending_calendar_id")
    def _check_dso_sending(self):
        """A flexible schedule has so many hours a week, whenever they are: Odoo takes it for open
        from any moment that it is asked for, on a Sunday at three in the morning, too."""
        for company in self:
            # sudo: the schedule that was chosen, named only
            calendar = company.sudo().dso_sending_calendar_id
            if calendar.flexible_hours:
                raise ValidationError(
                    self.env._(
                        "“%(calendar)s” is a flexible schedule: it does not say on which days "
                        "and at what time e-mails and text messages of %(company)s may be sent. "
                        "Choose a schedule with fixed hours as sending hours, or none to send at "
                        "any time.",
                        calendar=calendar.name,
                        company=company.name,
                    )
                )

    def cache_invalidation_fields(self):
        # record rules are made with it
        return super().cache_invalidation_fields() | {
            "dso_own_customers_only",
            "dso_default_collector_id",
        }

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._dso_follow_partner()
        return companies

    def _dso_follow_partner(self):
        """Customers who become companies of this database are not chased, and the reverse."""
        # sudo: files of all companies, which are planned anew only
        files = self.env["dso.customer"].sudo().with_context(active_test=False)
        self.env["dso.refresh.queue"].sudo()._enqueue_customers(
            files.search([("partner_id", "in", self.sudo().partner_id.ids)])
        )

    def write(self, vals):
        if "partner_id" in vals:
            self._dso_follow_partner()
        result = super().write(vals)
        if "partner_id" in vals:
            self._dso_follow_partner()
        if PLAN_SETTINGS & vals.keys():
            self.env["dso.refresh.queue"]._enqueue_companies(self)
        if "dso_sending_calendar_id" in vals:
            self._dso_trigger_opening()
        return result

    # ------------------------------------------------------------------
    # Time: the company's date, opening hours and working days
    # ------------------------------------------------------------------

    def _dso_tz(self):
        """The time zone that says which day it is: the sending calendar's, else the working
        hours', else UTC. A company has none of its own."""
        self.ensure_one()
        # sudo: what day it is is no secret, and whoever sees an item sees how late it is
        company = self.sudo()
        calendar = company.dso_sending_calendar_id or company.resource_calendar_id
        return pytz.timezone(calendar.tz or "UTC")

    def _dso_today(self, now=None):
        """Today's date where the company collects.

        :param now: naive UTC datetime, default the present
        """
        now = now or fields.Datetime.now()
        return pytz.utc.localize(now).astimezone(self._dso_tz()).date()

    def _dso_leave_domain(self):
        """Public holidays of this company only: without a resource, Odoo would apply those of
        every company that shares the calendar."""
        return [
            ("resource_id", "=", False),
            ("company_id", "in", [False, self.id]),
            ("time_type", "=", "leave"),
        ]

    def _dso_opening_intervals(self, start, end):
        """Opening times of the sending calendar between two aware datetimes."""
        return self._dso_work_intervals(self.dso_sending_calendar_id, start, end)

    def _dso_work_intervals(self, calendar, start, end):
        """When a calendar is open between two aware datetimes. One of flexible hours does not say
        on which days: it is taken for Monday to Friday, without public holidays."""
        domain = self._dso_leave_domain()
        if not calendar.flexible_hours:
            return calendar._work_intervals_batch(start, end, domain=domain)[False]
        tz = pytz.timezone(calendar.tz or "UTC")
        first, last = start.astimezone(tz).date(), end.astimezone(tz).date()
        hours = (
            [tz.localize(datetime.combine(facts.add_days(first, number), hour)) for hour in OFFICE]
            for number in range((last - first).days + 1)
        )
        opening = Intervals(
            [
                (max(start, since), min(end, until), calendar)
                for since, until in hours
                if since.weekday() < 5 and start < until and since < end
            ]
        )
        return opening - calendar._leave_intervals_batch(start, end, domain=domain)[False]

    def _dso_is_open(self, now=None):
        """Whether automatic actions may leave at this moment.

        :param now: naive UTC datetime, default the present
        """
        self.ensure_one()
        if not self.dso_sending_calendar_id:
            return True
        moment = pytz.utc.localize(now or fields.Datetime.now())
        intervals = self._dso_opening_intervals(moment, moment + timedelta(minutes=1))
        return any(start <= moment < stop for start, stop, _meta in intervals)

    def _dso_trigger_opening(self):
        """Other sending hours: what was waiting for them may leave now, or knows when."""
        if self:
            self.env["dso.action"]._trigger_dispatch()

    def _dso_next_opening(self, now=None):
        """Naive UTC start of the next opening after ``now``, ``None`` within the horizon."""
        self.ensure_one()
        moment = pytz.utc.localize(now or fields.Datetime.now())
        try:
            horizon = moment + timedelta(days=HORIZON_DAYS)
        except OverflowError:
            # where somebody slipped with the year, no calendar looks
            return None
        intervals = self._dso_opening_intervals(moment, horizon)
        starts = [start for start, _stop, _meta in intervals if start > moment]
        return min(starts).astimezone(pytz.utc).replace(tzinfo=None) if starts else None

    def _dso_working_days(self, start, days=HORIZON_DAYS):
        """Working days of the company in ``days`` days from ``start``, a set of dates.

        Without any calendar, Monday to Friday.
        """
        self.ensure_one()
        # sudo: the sending hours are no secret, as little as what day it is
        company = self.sudo()
        calendar = company.dso_sending_calendar_id or company.resource_calendar_id
        last = facts.add_days(start, days)
        if not calendar or last == date.max:
            # a calendar cannot look that far, to where somebody slipped with the year
            span = (facts.add_days(start, offset) for offset in range(days))
            return {day for day in span if day.weekday() < 5}
        tz = pytz.timezone(calendar.tz or "UTC")
        begin = tz.localize(datetime.combine(start, time.min))
        end = tz.localize(datetime.combine(last, time.min))
        intervals = self._dso_work_intervals(calendar, begin, end)
        return {moment.astimezone(tz).date() for moment, _stop, _meta in intervals}

    def _dso_promised_until(self, promised):
        """Last day on which a promise is still awaited: its date plus the grace in working days.

        :param promised: the promised date
        """
        self.ensure_one()
        return self._dso_after_working_days(promised, self.dso_promise_grace_days)

    def _dso_announced_until(self, day):
        """Last day on which announced money is still awaited (R17).

        :param day: on which it is expected
        """
        self.ensure_one()
        # sudo: how long money is waited for is shown with the item
        return self._dso_after_working_days(day, self.sudo().dso_announced_days)

    def _dso_after_working_days(self, day, count):
        """The day that is so many working days later."""
        if not count:
            return day
        following = sorted(self._dso_working_days(facts.add_days(day, 1), 3 * count + 30))
        if len(following) < count:
            return facts.add_days(day, count)
        return following[count - 1]

    def _dso_check_promise_day(self, day, far=False):
        """
        :param far: whether a day that is far away is taken
        :raise UserError: if nobody can promise for that day, with what to correct
        """
        self.ensure_one()
        today = self._dso_today()
        problem = promises.check_day(day, today)
        if problem == "past":
            raise UserError(
                self.env._(
                    "%(date)s has passed: a promise for that day would be broken at once. Choose "
                    "%(today)s or a later day.",
                    date=format_date(self.env, day),
                    today=format_date(self.env, today),
                )
            )
        if problem == "far" and not far:
            raise UserError(
                self.env._(
                    "%(date)s is more than a year away: correct the date of the promise.",
                    date=format_date(self.env, day),
                )
            )

    def _dso_awaited_from(self, today):
        """The first date of which a promise is still awaited today, the other way round of
        :meth:`_dso_promised_until`: with a grace of n days, the n-th working day before today.

        :param today: the company's date
        """
        self.ensure_one()
        return self._dso_before_working_days(today, self.dso_promise_grace_days)

    def _dso_announced_from(self, today):
        """The first day of which announced money is still awaited today (R17)."""
        self.ensure_one()
        # sudo: how long money is waited for is shown with the item
        return self._dso_before_working_days(today, self.sudo().dso_announced_days)

    def _dso_before_working_days(self, today, count):
        """The day that was so many working days ago."""
        if not count:
            return today
        span = 3 * count + 30
        before = sorted(self._dso_working_days(facts.add_days(today, -span), span))
        if len(before) < count:
            return facts.add_days(today, -count)
        return before[-count]

    def _dso_next_working_day(self, day):
        """The first working day from ``day`` on."""
        working = self._dso_working_days(day, 30)
        return min(working, default=day)

    # ------------------------------------------------------------------
    # Colleagues
    # ------------------------------------------------------------------

    def _dso_find_colleague(self, email, collector=None, create=True):
        """The person inside with an address: a user of the company, or somebody with an address at
        the company's own domains. What is internal must not leave the house.

        :param collector: of the customer, whose domain is the company's own, too
        :param create: whether a new address of the house is kept as a contact
        :return: res.partner; empty for a stranger
        """
        self.ensure_one()
        Partner = self.env["res.partner"]
        email = email_normalize(email or "")
        if not email:
            return Partner
        # sudo: done for the holder of a link, or for who may change a status
        user = (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("email_normalized", "=", email),
                    ("share", "=", False),
                    ("company_ids", "in", self.ids),
                ],
                limit=1,
            )
        )
        if user:
            return user.partner_id
        if email_domain_extract(email) not in self._dso_get_own_domains(collector):
            return Partner
        # sudo: found by an address at the company's own domains only
        known = Partner.sudo().search(
            [("email_normalized", "=", email), ("company_id", "in", (False, self.id))], limit=1
        )
        if known or not create:
            return known
        # sudo: an address at the company's own domains, and nothing else of it
        return Partner.sudo().create({"name": email, "email": email})

    def _dso_is_colleague(self, email, collector=None):
        """Whether an address is that of a user of the company, or at one of its own domains.

        :param collector: see :meth:`_dso_find_colleague`
        """
        self.ensure_one()
        address = email_normalize(email or "")
        if not address:
            return False
        if email_domain_extract(address) in self._dso_get_own_domains(collector):
            return True
        return bool(self._dso_find_colleague(address, collector, create=False))

    def _dso_get_banks(self):
        """The company's own bank accounts; a branch without any is paid to its parent's.

        :return: res.partner.bank
        """
        # sudo: the company's own accounts are what customers have to pay to
        company = self.sudo()
        while not company.partner_id.bank_ids and company.parent_id:
            company = company.parent_id
        return company.partner_id.bank_ids

    def _dso_get_managers(self):
        """Who looks after collection: the person to whom questions are escalated, else the credit
        managers of this company."""
        self.ensure_one()
        # sudo: who has which rights, to write to them
        company = self.sudo()
        chosen = company.dso_page_escalation_user_id.filtered("active")
        if chosen:
            return chosen
        group = self.env.ref("dso_collection.group_dso_manager").sudo()
        return group.user_ids.filtered(
            lambda user: user.active and not user.share and company in user.company_ids
        )

    def _dso_get_own_domains(self, collector=None):
        """The company's own e-mail domains."""
        # sudo: addresses of the company and of a colleague, compared only
        company = self.sudo()
        addresses = [company.email, company.partner_id.email]
        addresses += [user.email for user in (collector,) if user]
        domains = {
            email_domain_extract(email_normalize(address)) for address in addresses if address
        }
        return {domain for domain in domains if domain} - FREE_DOMAINS

    @api.model
    def _dso_find_by_sms_token(self, token):
        """The company whose provider of text messages knows this token."""
        return self.search([("dso_sms_token", "=", token)], limit=1) if token else self.browse()

    def _dso_renew_sms_token(self):
        """A new address for answers to text messages; the one before is dead."""
        for company in self:
            company.dso_sms_token = secrets.token_urlsafe(32)

    def _dso_score_settings(self):
        """How the company scores its actions.

        :return: :class:`engine.score.Weights` and the amount for half of the points
        """
        self.ensure_one()
        # sudo: settings that decide the order of the agenda, whoever makes the action
        company = self.sudo()
        weights = score.Weights(
            *(company[f"dso_score_weight_{part}"] for part in score.Weights._fields)
        )
        return weights, company.dso_score_amount

    def _dso_get_default(self, fname):
        """What new customers get where no rule says otherwise; nothing that was archived.

        :param fname: of a customer: ``scenario_id`` or ``collector_id``
        """
        # sudo: a setting of the company, whoever makes the file
        return self.sudo()[f"dso_default_{fname}"].filtered("active")

    def _dso_default_collector(self):
        """Who collects where nobody is in charge; nobody who left."""
        self.ensure_one()
        # sudo: a setting of the company
        collector = self.sudo().dso_default_collector_id
        return collector.filtered("active").sudo(self.env.su)

    @api.model
    def _dso_companies(self):
        """Every company, branches included: each keeps its own files."""
        # sudo: planning serves all companies, whoever asks
        return self.sudo().search([("active", "=", True)])
