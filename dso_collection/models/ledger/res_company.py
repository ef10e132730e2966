from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ...engine import promises
from ...engine.facts import MOST_DAYS


class ResCompany(models.Model):
    _inherit = "res.company"
    _dso_ranges = {
        "dso_ignore_below": (0, None),
        "dso_promise_grace_days": (0, MOST_DAYS),
        "dso_announced_days": (0, MOST_DAYS),
    }
    _dso_plan_settings = frozenset(
        {
            "dso_ignore_below",
            "dso_promise_grace_days",
            "dso_announced_days",
            "dso_warn_unsent",
            "dso_hold_unsent",
        }
    )

    dso_ignore_below = fields.Monetary(
        string="Ignore Items Below", help="Smaller open items are not chased."
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
    _dso_announced_positive = models.Constraint(
        "CHECK (dso_announced_days >= 0)",
        "The days to wait for announced payments cannot be negative.",
    )

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

    def _dso_get_banks(self):
        """The company's own bank accounts; a branch without any is paid to its parent's.

        :return: res.partner.bank
        """
        # sudo: the company's own accounts are what customers have to pay to
        company = self.sudo()
        while not company.partner_id.bank_ids and company.parent_id:
            company = company.parent_id
        return company.partner_id.bank_ids
