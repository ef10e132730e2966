from odoo import SUPERUSER_ID, models
from odoo.exceptions import UserError

from ...tools.toasts import name_some, toast


class DsoAction(models.Model):
    """Buttons that open something: a dialog, a record, what has to be fixed."""

    _inherit = "dso.action"

    def _open_wizard(self, xmlid, **context):
        action = self.env["ir.actions.act_window"]._for_xml_id(f"dso_collection.{xmlid}")
        return dict(action, context=context)

    def action_log(self):
        """Carry out by hand: asks the result and a comment. What goes out as a letter or message
        is printed or previewed instead, wherever the button was pressed: it is not done before."""
        self.ensure_one()
        offers = self.offers or ()
        if "print" in offers:
            return self.action_print_letters()
        if "send" in offers:
            return self.action_preview()
        return self._open_wizard("dso_action_log_action", default_action_id=self.id)

    def action_open_reschedule(self):
        return self._open_wizard("dso_action_reschedule_action", default_action_ids=self.ids)

    def action_preview(self):
        """Show the exact message before it goes."""
        self.ensure_one()
        return self._open_wizard("dso_action_preview_action", default_action_id=self.id)

    def action_preview_selected(self):
        """Leaf through the exact messages of the selected actions, and confirm them."""
        actions = self.filtered(lambda action: action.automatic and action._is_pending()).sorted(
            lambda action: (action.date, action.id)
        )
        if not actions:
            raise UserError(
                self.env._(
                    "None of the selected actions is automatic and still to be sent. Select "
                    "automatic actions that have not been sent yet."
                )
            )
        first = actions.filtered(lambda action: action.to_confirm and not action.confirmed)
        return self._open_wizard(
            "dso_action_preview_action",
            default_action_id=(first or actions)[0].id,
            default_action_ids=actions.ids,
        )

    def action_view_items(self):
        """Open the items that this action tells of, or told of."""
        lines = self._get_shown_lines()
        action = self.env["ir.actions.act_window"]._for_xml_id("dso_collection.dso_item_action")
        return dict(action, domain=[("id", "in", lines.ids)], context={})

    def action_qualify_items(self):
        """Change status… of what this action is about, without leaving the agenda."""
        lines = self._get_shown_lines().filtered(
            lambda line: line._dso_is_open() and line.amount_residual > 0
        )
        if not lines:
            raise UserError(
                self.env._(
                    "%(action)s: there is nothing left to collect. Its items are paid, promised, "
                    "disputed or left out. Open the customer and change the status there.",
                    action=self.display_name,
                )
            )
        return lines._dso_propose_qualify(own=self)

    def _get_shown_lines(self):
        """The journal items that this action tells of, or told of."""
        self.ensure_one()
        return self.item_ids.line_id if self.done_date else self._get_claimed_lines()[self.id]

    def action_view_customer(self):
        self.ensure_one()
        return self.customer_id.get_formview_action()

    def action_view_message(self):
        """Open the message that was sent."""
        self.ensure_one()
        return self._open_wizard("dso_action_preview_action", default_action_id=self.id)

    def action_fix(self):
        """Open the record that keeps this action back."""
        self.ensure_one()
        data = self.error_data or {}
        if data.get("code") == "unreachable":
            # no record is wrong
            return toast(self.error_message, "warning")
        if data.get("code") == "no_sender_email":
            return self._fix_sender()
        model, res_id = data.get("model"), data.get("res_id")
        if not model or not res_id or model not in self.env:
            return self.customer_id.get_formview_action()
        if model == "res.config.settings":
            return self.env["ir.actions.act_window"]._for_xml_id(
                "dso_collection.dso_settings_action"
            )
        record = self.env[model].browse(res_id)
        action = record.get_formview_action()
        if model == "res.partner":
            # what decides whether the customer can be reached stands on its first tab
            view = self.env.ref("dso_collection.res_partner_view_form_mend")
            action.update(view_id=view.id, views=[(view.id, "form")])
        return action

    def _fix_sender(self):
        """Open the user who has no e-mail address, in the form that has a field for it.

        :raise UserError: for whoever may not change users, with who may
        """
        user = self.env["res.users"].browse(self.error_data["res_id"])
        if user.has_access("write") and self.env.user.has_group("base.group_erp_manager"):
            action = user.get_formview_action()
            view = self.env.ref("base.view_users_form")
            return dict(action, view_id=view.id, views=[(view.id, "form")])
        # sudo: names of colleagues, to be asked
        administrators = (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "=", self.env.ref("base.group_erp_manager").id),
                    ("share", "=", False),
                    ("company_ids", "in", self.company_id.ids),
                    ("id", "!=", SUPERUSER_ID),
                ],
                order="id",
            )
        )
        names = name_some(self.env, administrators.mapped("name"))
        if not names:
            names = self.env._("your administrator")
        raise UserError(
            self.env._(
                "%(user)s has no e-mail address to send from. Only an administrator can enter "
                "one, in the user's “Email” field, which is not the login. Ask %(names)s.",
                # sudo: the name of who cannot send, for who tried it
                user=user.sudo().name,
                names=names,
            )
        )
