from odoo import api, fields, models
from odoo.tools.misc import format_date

from ...engine import penalties
from ...tools.inside import get_inside
from .dso_penalty_rate import EVE_REFERENCES, REFERENCES, check_rate


class DsoPenaltyRule(models.Model):
    """How late payment is charged: interest at a fixed rate or above a reference rate, and the
    compensation for recovery. A company chooses one in the settings; rules are shared."""

    _name = "dso.penalty.rule"
    _description = "Late Payment Penalty Rule"
    _inherit = ["dso.in.use", "dso.guard"]
    _order = "sequence, id"
    _dso_writable = frozenset(
        {
            "active",
            "currency_id",
            "fixed_at_start",
            "kind",
            "legal_basis",
            "name",
            "rate",
            "recovery_cost",
            "recovery_per",
            "reference",
            "sequence",
            "tier_ids",
        }
    )

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [("fixed", "Fixed rate"), ("reference", "Above a reference rate")],
        required=True,
        default="fixed",
    )
    rate = fields.Float(
        digits=(12, 4), help="Percent per year, or percentage points above the reference rate."
    )
    reference = fields.Selection(REFERENCES)
    fixed_at_start = fields.Boolean(
        string="Fixed at the Start",
        help="The reference rate of the half-year in which interest starts applies for good. "
        "Otherwise each half-year has its own.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        help="Applies to the recovery cost, which is converted for items in another currency.",
    )
    recovery_cost = fields.Monetary(
        help="Charged for each late item or invoice below the first tier."
    )
    recovery_per = fields.Selection(
        [("item", "Late item (each instalment)"), ("invoice", "Late invoice")],
        string="Recovery Cost Per",
        required=True,
        default="invoice",
    )
    tier_ids = fields.One2many("dso.penalty.tier", "rule_id", string="Tiers", copy=True)
    legal_basis = fields.Char(translate=True)
    current_rate_text = fields.Char(string="Rate Today", compute="_compute_current_rate_text")
    missing_rate_text = fields.Char(
        string="Missing Rate",
        compute="_compute_current_rate_text",
        help="Says that the reference rate for this half-year has not been entered yet.",
    )

    _amounts_positive = models.Constraint(
        "CHECK (rate >= 0 AND recovery_cost >= 0)",
        "The rate and the recovery cost of a penalty rule cannot be negative.",
    )
    _reference_required = models.Constraint(
        "CHECK (kind = 'fixed' OR reference IS NOT NULL)",
        "Choose the reference rate of the penalty rule, or a fixed rate.",
    )

    @api.constrains("rate")
    def _check_rate(self):
        for rule in self:
            check_rate(self.env, rule.name, rule.rate)

    def _dso_find_uses(self, deleting):
        names = self._dso_name_companies("dso_penalty_rule_id", self)
        if not names:
            return [], None, ""
        text = self.env._("It is used to calculate penalties in: %(names)s.", names=names)
        return [text], None, ""

    def _dso_advise_unused(self):
        return self.env._(
            "First ask your administrator to choose another rule, or none, in the Collection "
            "settings."
        )

    @api.depends("kind", "rate", "reference")
    @api.depends_context("lang", "company", "dso_today")
    def _compute_current_rate_text(self):
        today = get_inside(self.env, "dso_today") or self.env.company._dso_today()
        rates = self.env["dso.penalty.rate"]._get_engine_rates(
            set(self.filtered("reference").mapped("reference"))
        )
        for rule in self:
            known = penalties.rate_on(rule._to_engine(rates), today)
            rule.current_rate_text = (
                self.env._(
                    "%(rate)s %% a year", rate=self.env["dso.penalty.rate"]._format_rate(known.rate)
                )
                if known
                else False
            )
            texts = (rule._describe_missing(known, today), rule._describe_exchange())
            rule.missing_rate_text = " ".join(filter(None, texts))

    def _describe_missing(self, known, today):
        """What to enter where the half-year's reference rate is missing, ``False`` otherwise.

        :param known: see :func:`engine.penalties.rate_on`
        """
        self.ensure_one()
        if known and not known.assumed:
            return False
        values = {
            "reference": dict(self._fields["reference"]._description_selection(self.env)).get(
                self.reference, ""
            ),
            "day": format_date(
                self.env, penalties.fixing_date(today, self.reference in EVE_REFERENCES)
            ),
            "rule": self.name,
        }
        if not known:
            return self.env._(
                "No rate for “%(reference)s” is known: the rule “%(rule)s” calculates no "
                "interest. A credit manager enters the rate for %(day)s under Configuration > "
                "Reference rates.",
                **values,
            )
        return self.env._(
            "The rate for “%(reference)s” on %(day)s is missing: the rule “%(rule)s” uses the "
            "last known one, of %(last)s. A credit manager enters it under Configuration > "
            "Reference rates, even if it did not change.",
            last=format_date(self.env, known.reference_date),
            **values,
        )

    def _describe_exchange(self):
        """What to enter where the recovery cost cannot be converted into the company's currency:
        Odoo then takes one for one."""
        self.ensure_one()
        own = self.env.company.currency_id
        if self.currency_id == own or not (self.recovery_cost or self.tier_ids):
            return False
        if self.currency_id.rate_ids or own.rate_ids:
            return False
        return self.env._(
            "The recovery cost of “%(rule)s” is in %(currency)s, which has no exchange rate: it "
            "is converted one to one. Enter a rate under Accounting, Currencies.",
            rule=self.name,
            currency=self.currency_id.name,
        )

    def _to_engine(self, rates):
        """This rule as the engine knows it.

        :param rates: see ``dso.penalty.rate._get_engine_rates``
        """
        self.ensure_one()
        fixed = self.kind == "fixed"
        return penalties.Rule(
            rate=self.rate,
            reference=None if fixed else rates.get(self.reference, ()),
            eve=self.reference in EVE_REFERENCES,
            fixed_at_start=self.fixed_at_start,
            recovery_cost=self.recovery_cost,
            recovery_per=self.recovery_per or "item",
            tiers=tuple(penalties.Tier(tier.amount_from, tier.cost) for tier in self.tier_ids),
        )
