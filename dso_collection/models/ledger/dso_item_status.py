from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...engine.facts import MOST_DAYS
from ...tools.action_types import ActionType

KINDS = [
    ("ongoing", "Ongoing"),
    ("promise", "Promise to pay"),
    ("dispute", "Dispute"),
    ("dispute_resolved", "Dispute resolved"),
    ("litigation", "Litigation"),
]

EMAIL_MODES = [
    ("none", "No e-mail"),
    ("customer", "To the customer"),
    ("internal", "To colleagues"),
]

#: Items of which a status still says something.
OPEN_ITEMS = [("reconciled", "=", False), ("parent_state", "=", "posted")]

NEXT_ACTIONS = [
    ("scenario", "Follow the scenario"),
    ("specific", "Specific action for these items"),
]


class DsoItemStatus(models.Model):
    """How an item is qualified. Five kinds drive the rules; statuses are the company's words."""

    _name = "dso.item.status"
    _description = "Item Status"
    _inherit = ["dso.guard", "dso.in.use", "dso.action.typed"]
    _order = "sequence, id"
    _dso_writable = frozenset(
        {
            "action_type",
            "active",
            "automatic",
            "color",
            "email_mode",
            "email_template_id",
            "followup_days",
            "kind",
            "letter_template_id",
            "mail_template_id",
            "name",
            "next_action",
            "sequence",
            "sms_template_id",
            "to_confirm",
        }
    )

    # nothing stops for want of it: the items keep it
    _dso_kept_in_use = False

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(KINDS, required=True, default="ongoing")
    sequence = fields.Integer(default=10)
    followup_days = fields.Integer(
        string="Follow-up After",
        default=7,
        help="Sets how many days later the follow-up action is proposed, where no date was "
        "promised.",
    )
    color = fields.Integer()
    active = fields.Boolean(default=True)
    email_mode = fields.Selection(
        EMAIL_MODES,
        string="Proposed E-mail",
        required=True,
        default="none",
        help="Decides whom the dialog proposes to write to when items get this status.",
    )
    email_template_id = fields.Many2one(
        "mail.template",
        string="E-mail Proposed",
        domain="[('model', '=', 'dso.action')]",
        ondelete="set null",
    )
    next_action = fields.Selection(
        NEXT_ACTIONS,
        string="Proposed Next Action",
        compute="_compute_next_action",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="A dispute always has a specific action for its follow-up.",
    )
    action_type = ActionType(default="call", required=True)
    automatic = fields.Boolean()
    to_confirm = fields.Boolean(string="To Be Confirmed", default=True)
    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail Template",
        domain="[('model', '=', 'dso.action')]",
        ondelete="set null",
        help="The content proposed for the specific action.",
    )
    sms_template_id = fields.Many2one(
        "sms.template",
        string="SMS Template",
        domain="[('model', '=', 'dso.action')]",
        ondelete="set null",
    )
    letter_template_id = fields.Many2one("dso.letter.template", ondelete="set null")

    _followup_days_positive = models.Constraint(
        "CHECK (followup_days >= 0)", "The follow-up delay cannot be negative."
    )

    @api.constrains("followup_days")
    def _check_followup_days(self):
        for status in self:
            if not 0 <= status.followup_days <= MOST_DAYS:
                raise ValidationError(
                    self.env._(
                        "“%(status)s”: “%(field)s” must be a whole number of days from 0 to "
                        "%(most)s, not %(value)s.",
                        status=status.name,
                        field=self._fields["followup_days"]._description_string(self.env),
                        most=MOST_DAYS,
                        value=status.followup_days,
                    )
                )

    @api.depends("kind")
    def _compute_next_action(self):
        for status in self:
            followed = status.kind in ("promise", "dispute")
            status.next_action = "specific" if followed else "scenario"

    @api.constrains("kind", "next_action")
    def _check_dispute_is_followed(self):
        for status in self:
            if status.kind == "dispute" and status.next_action != "specific":
                raise ValidationError(
                    self.env._(
                        "“%(status)s” is a dispute: it always gets a specific action for its "
                        "follow-up.",
                        status=status.name,
                    )
                )

    def _dso_find_uses(self, deleting):
        """Open items that have it, and answers that would give it to some."""
        if deleting:
            # any use at all is one, see _unlink_except_used
            return [], None, ""
        uses, action, label = [], None, ""
        # sudo: items of other companies count too, only how many is told
        lines = self.env["account.move.line"].sudo()
        domain = Domain("dso_status_id", "=", self.id) & Domain(OPEN_ITEMS)
        if count := lines.search_count(domain):
            uses.append(
                self.env._("1 open item has this status.")
                if count == 1
                else self.env._("%(count)s open items have this status.", count=count)
            )
            shown = lines.sudo(False).has_access("read") and lines.sudo(False).search_count(domain)
            if shown < count:
                uses[-1] += " " + self.env._(
                    "In companies you are not viewing now: %(count)s.", count=count - shown
                )
            action = self.env["ir.actions.act_window"]._for_xml_id("dso_collection.dso_item_action")
            action.update(domain=list(domain), context={})
            label = self.env._("Show the items")
        # sudo: how many there are, not which
        answers = self.env["dso.page.answer"].sudo()
        if count := answers.search_count([("status_id", "=", self.id), ("state", "=", "proposed")]):
            uses.append(
                self.env._(
                    "Customers proposed it, and nobody has decided yet: %(count)s.", count=count
                )
            )
        return uses, action, label

    def _dso_advise_unused(self):
        return self.env._("Give these items another status first, and decide on the replies.")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """A used status is part of the history: it can be archived, not deleted."""
        places = (
            ("account.move.line", "dso_status_id"),
            ("dso.qualification", "status_id"),
            ("dso.page.answer", "status_id"),
        )
        for status in self:
            # sudo: items of other companies count too, only their existence is told
            if any(
                self.env[model].sudo().search_count([(fname, "=", status.id)], limit=1)
                for model, fname in places
            ):
                raise UserError(
                    self.env._(
                        "The status “%(status)s” was used on items, or proposed by customers. "
                        "Archive it instead, once no open item has it: it stays in the history and "
                        "is no longer proposed.",
                        status=status.name,
                    )
                )

    def write(self, vals):
        if "kind" in vals:
            self.filtered(lambda status: status.kind != vals["kind"])._check_kind_is_free()
        result = super().write(vals)
        if "kind" in vals:
            self.env["dso.refresh.queue"]._enqueue_statuses(self)
        return result

    def _check_kind_is_free(self):
        """What is disputed or promised stays so: another kind would take the items out of it, and
        leave the follow-up without what it follows."""
        # sudo: items of other companies count too, only how many is told
        lines = self.env["account.move.line"].sudo()
        for status in self:
            count = lines.search_count([("dso_status_id", "=", status.id), *OPEN_ITEMS])
            if count:
                raise UserError(
                    self.env._(
                        "The kind of “%(status)s” cannot be changed: %(count)s open items have "
                        "this status. Change the status of these items first, or add a new status "
                        "with the other kind.",
                        status=status.name,
                        count=count,
                    )
                )

    def _needs_follow_up(self):
        """Whether items with this status get a specific action: a dispute always does (R13), the
        others where they propose one."""
        self.ensure_one()
        return self.kind == "dispute" or self.next_action == "specific"

    def _get_required_follow_up(self):
        """What a dialog has to choose where this status proposes no follow-up of its own, and has
        to have one (R13)."""
        if self.kind != "dispute" or self.next_action == "specific":
            return {}
        return {"next_action": "specific", "action_type": "call", "automatic": False}
