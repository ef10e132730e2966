from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine import score
from ...tools.inside import get_inside

#: What each part of an action's score weighs.
SCORE_WEIGHTS = tuple(f"dso_score_weight_{part}" for part in score.Weights._fields)


class ResCompany(models.Model):
    _inherit = "res.company"
    _dso_ranges = {
        **dict.fromkeys(SCORE_WEIGHTS, (0, 1000)),
        # of its own: see _dso_find_faults
        "dso_score_amount": (float("-inf"), None),
    }
    _dso_plan_settings = frozenset({"dso_score_amount", *SCORE_WEIGHTS})

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
    _dso_score_positive = models.Constraint(
        "CHECK (dso_score_amount >= 0 AND dso_score_weight_amount >= 0"
        " AND dso_score_weight_lateness >= 0 AND dso_score_weight_promise >= 0"
        " AND dso_score_weight_behaviour >= 0 AND dso_score_weight_guarantee >= 0)",
        "Weights and amounts of the score cannot be negative. Enter 0 to switch a part off.",
    )

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

    def _dso_find_faults(self):
        faults = super()._dso_find_faults()
        if self.dso_score_amount <= 0:
            faults.append(
                self.env._(
                    "“%(setting)s” must be more than 0: enter what counts as a large debt "
                    "for you. To leave amounts out of the score, set their weight to 0.",
                    setting=self._fields["dso_score_amount"]._description_string(self.env),
                )
            )
        return faults
