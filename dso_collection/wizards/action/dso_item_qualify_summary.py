from odoo import api, models
from odoo.tools.misc import format_amount, format_date

from ...tools.action_types import OPEN_STATES


class DsoItemQualify(models.TransientModel):
    """What the dialog says that will happen."""

    _inherit = "dso.item.qualify"

    @api.depends(
        "status_id",
        "date",
        "amount",
        "email_mode",
        "next_action",
        "action_type",
        "action_date",
        "execute_now",
        "automatic",
        "to_confirm",
    )
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = " · ".join(
                filter(
                    None,
                    (
                        wizard._describe_status(),
                        wizard._describe_email(),
                        wizard._describe_next(),
                    ),
                )
            )

    def _describe_status(self):
        if not self.status_id:
            return self.env._("Status unchanged")
        text = self.status_id.name
        if self.amount and self.currency_id:
            text += f" {format_amount(self.env, self.amount, self.currency_id)}"
        if self.date:
            text += f", {format_date(self.env, self.date)}"
        return text

    def _describe_email(self):
        return dict(self._fields["email_mode"]._description_selection(self.env)).get(
            self.email_mode or "none"
        )

    def _describe_next(self):
        if self.next_action != "specific":
            return self._describe_kept() or self.env._("Scenario continues")
        label = dict(self._fields["action_type"]._description_selection(self.env)).get(
            self.action_type
        )
        if self.execute_now:
            return self.env._("%(type)s now", type=label)
        when = self.action_date and format_date(self.env, self.action_date)
        if not self.automatic or not self.can_be_automatic:
            return self.env._("%(type)s on %(date)s", type=label, date=when)
        if self.to_confirm:
            return self.env._(
                "%(type)s on %(date)s, automatic, to be confirmed", type=label, date=when
            )
        return self.env._("%(type)s on %(date)s, automatic", type=label, date=when)

    def _describe_kept(self):
        """The follow-up that a comment alone leaves as it is; nothing where there is none."""
        if self._replaces_follow_up():
            return None
        # sudo: the next day of what is going on with items that the dialog shows
        action = (
            self.env["dso.action"]
            .sudo()
            .search(
                [
                    ("item_ids.line_id", "in", self._get_lines()._origin.ids),
                    ("origin", "=", "specific"),
                    ("state", "in", list(OPEN_STATES)),
                ],
                order="date, id",
                limit=1,
            )
        )
        if not action:
            return None
        day = format_date(self.env, action.date)
        return self.env._("The follow-up of %(date)s stays", date=day)
