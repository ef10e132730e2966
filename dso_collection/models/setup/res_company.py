from datetime import date, datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.intervals import Intervals
from odoo.tools.mail import email_domain_extract, email_normalize

from ...engine import facts

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


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "dso.internal"]

    #: {setting: the least and the most that it takes}, ``None``: no most; each room adds its
    #: own settings, here and below.
    _dso_ranges = {}
    #: Settings that change what is planned for every customer of the company.
    _dso_plan_settings = frozenset({"dso_default_collector_id", "dso_sending_calendar_id"})

    dso_default_collector_id = fields.Many2one("res.users", string="Default Collector")
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

    @api.model
    def _dso_collect(self, attribute):
        """:return: {name: value, or ``None``} of what all rooms say under that attribute"""
        collected = {}
        for base in reversed(type(self).__mro__):
            said = base.__dict__.get(attribute, ())
            collected.update(said if isinstance(said, dict) else dict.fromkeys(said))
        return collected

    @api.constrains(lambda self: self._dso_collect("_dso_ranges"))
    def _check_dso_ranges(self):
        """Everything that is wrong is said at once, before the database refuses the first."""
        faults = [fault for company in self for fault in company._dso_find_faults()]
        if faults:
            raise ValidationError("\n".join(faults))

    def _dso_find_faults(self):
        """:return: sentences on settings of this company that cannot be"""
        self.ensure_one()
        faults = []
        for name, (least, most) in self._dso_collect("_dso_ranges").items():
            setting = self._fields[name]._description_string(self.env)
            if most is None and self[name] < least:
                faults.append(
                    self.env._(
                        "“%(setting)s” cannot be negative: enter 0 where there is none.",
                        setting=setting,
                    )
                )
            elif most is not None and not least <= self[name] <= most:
                faults.append(
                    self.env._(
                        "“%(setting)s” must be a whole number from %(least)s to %(most)s, "
                        "not %(value)s.",
                        setting=setting,
                        least=least,
                        most=most,
                        value=self[name],
                    )
                )
        return faults

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

    def write(self, vals):
        result = super().write(vals)
        if self._dso_collect("_dso_plan_settings").keys() & vals.keys():
            self.env["dso.refresh.queue"]._enqueue_companies(self)
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

    def _dso_after_working_days(self, day, count):
        """The day that is so many working days later."""
        if not count:
            return day
        following = sorted(self._dso_working_days(facts.add_days(day, 1), 3 * count + 30))
        if len(following) < count:
            return facts.add_days(day, count)
        return following[count - 1]

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

    @api.model
    def _dso_get_open_todays(self, now):
        """{company id: date there} of the companies whose sending hours are open."""
        return {
            company.id: company._dso_today(now)
            for company in self._dso_companies()
            if company._dso_is_open(now)
        }
