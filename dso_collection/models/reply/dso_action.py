"""What answers of customers do to their actions: the automatic ones wait until they are read."""

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.dates import format_moment


class DsoAction(models.Model):
    """The part of ``dso.action`` that waits for replies to be handled."""

    _inherit = "dso.action"

    reply_ids = fields.One2many("dso.reply", "action_id", string="Replies", readonly=True)
    is_paused = fields.Boolean(
        string="Paused",
        compute="_compute_is_paused",
        search="_search_is_paused",
        help="Would be sent automatically, but waits until a reply from the customer is handled.",
    )

    @api.depends("agenda_state", "automatic", "state", "done_date", "customer_id.reply_ids.state")
    def _compute_is_paused(self):
        """Only what would leave: what waits for somebody, or is in error, is told as that."""
        replies = self._find_pausing_replies()
        for action in self:
            action.is_paused = action.agenda_state == "confirmed" and action in replies

    def _search_is_paused(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = self._get_pending_domain() & fields.Domain(
            [
                ("automatic", "=", True),
                ("agenda_state", "=", "confirmed"),
                ("company_id.dso_pause_on_reply", "=", True),
                ("customer_id.reply_ids", "any", [("state", "=", "to_handle")]),
            ]
        )
        wanted = set(value)
        if wanted == {True}:
            return domain
        return ~domain if wanted == {False} else fields.Domain(bool(wanted))

    @api.model
    def _get_pause_condition(self, companies):
        """SQL condition for the actions that no reply keeps back.

        :param companies: res.company, those of which something may leave
        """
        # sudo: a setting that the dispatcher obeys
        pausing = companies.sudo().filtered("dso_pause_on_reply")
        return SQL(
            "(dso_action.company_id != ALL(%s) OR NOT EXISTS (SELECT 1 FROM dso_reply AS reply"
            " WHERE reply.customer_id = dso_action.customer_id AND reply.state = 'to_handle'))",
            pausing.ids,
        )

    def _find_pausing_replies(self):
        """The oldest reply that keeps each of these actions back, in one query.

        :return: {action: dso.reply}
        """
        # sudo: why an action waits is told to whoever may see the action
        waiting = self.sudo().filtered(
            lambda action: (
                action.automatic and action._is_pending() and action.company_id.dso_pause_on_reply
            )
        )
        if not waiting:
            return {}
        replies = (
            self.env["dso.reply"]
            # sudo: whether a reply waits holds an action back, whoever reads replies
            .sudo()
            .search(
                [("customer_id", "in", waiting.customer_id.ids), ("state", "=", "to_handle")],
                order="date desc, id desc",
            )
        )
        oldest = {reply.customer_id: reply for reply in replies}
        # as records of the caller: actions are keys whatever the rights they were read with
        return {
            action.with_env(self.env): oldest[action.customer_id]
            for action in waiting
            if action.customer_id in oldest
        }

    def _describe_pause(self, reply):
        """Why this action waits, or would, in the user's language."""
        values = {
            "author": reply.author_name or self.partner_id.display_name,
            "date": format_moment(self.env, reply.date),
        }
        if self.is_paused:
            return self.env._(
                "Paused: a reply from %(author)s of %(date)s has not been handled yet.", **values
            )
        return self.env._(
            "A reply from %(author)s of %(date)s has not been handled yet: nothing is sent until "
            "it is.",
            **values,
        )
