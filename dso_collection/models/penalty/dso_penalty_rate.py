from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import formatLang

from ...engine import penalties

REFERENCES = [
    ("ecb", "ECB main refinancing operations"),
    ("boe", "Bank of England base rate"),
    ("de_base", "German base rate (§ 247 BGB)"),
]

#: References whose half-year's rate is the one in force on the day before it (SI 2002/1675).
EVE_REFERENCES = frozenset({"boe"})

#: Percent a year: what is more was mistyped. ("12,15" in English is 1,215.)
MOST_RATE = 100


def check_rate(env, name, rate):
    """:raise ValidationError: if nobody asks for so much interest"""
    if abs(rate) > MOST_RATE:
        raise ValidationError(
            env._(
                "“%(name)s”: %(rate)s %% a year cannot be right. Enter a rate of at most "
                "%(most)s %%.",
                name=name,
                rate=formatLang(env, rate, digits=2),
                most=MOST_RATE,
            )
        )


class DsoPenaltyRate(models.Model):
    """A dated reference rate, public and the same for all companies."""

    _name = "dso.penalty.rate"
    _description = "Reference Rate"
    _inherit = ["dso.guard"]
    _order = "reference, date_from desc"
    _rec_name = "reference"
    _dso_writable = frozenset({"date_from", "rate", "reference", "source"})

    reference = fields.Selection(REFERENCES, required=True)
    date_from = fields.Date(
        string="From",
        required=True,
        help="The rate applies from this day. A half-year takes the rate of 1 January or 1 July; "
        "with the Bank of England, that of 31 December or 30 June. Enter the rate for that "
        "day even if it did not change, so that it is known to be right.",
    )
    rate = fields.Float(
        string="Rate (%)",
        digits=(12, 4),
        required=True,
        # rates are not added up
        aggregator=None,
        help="Percent per year.",
    )
    source = fields.Char(help="Says where the rate was published.")

    _reference_date_uniq = models.UniqueIndex(
        "(reference, date_from)", "This reference already has a rate from this date."
    )

    @api.constrains("rate")
    def _check_rate(self):
        for record in self:
            check_rate(self.env, record.display_name, record.rate)

    @api.depends("reference", "date_from", "rate")
    def _compute_display_name(self):
        labels = dict(self._fields["reference"]._description_selection(self.env))
        for record in self:
            label = labels.get(record.reference, "")
            record.display_name = f"{label} {record.date_from or ''}: {record.rate} %"

    @api.model
    def _format_rate(self, rate):
        """``10.15``, ``12.125``: at least two digits, no more than it has, in the language."""
        digits = max(2, len(f"{rate:.4f}".rstrip("0").partition(".")[2]))
        return formatLang(self.env, rate, digits=digits)

    @api.model
    def _get_engine_rates(self, references):
        """{reference: its rates as the engine knows them}, in one query.

        :param references: values of ``reference``
        """
        # sudo: a public rate, needed to see what an item costs
        found = self.sudo().search_fetch(
            [("reference", "in", list(references))], ["reference", "date_from", "rate"]
        )
        result = {reference: () for reference in references}
        for record in found.sorted("date_from"):
            result[record.reference] += (penalties.Rate(record.date_from, record.rate),)
        return result
