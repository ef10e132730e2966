from odoo import SUPERUSER_ID, Command, api, models
from odoo.tools.misc import clean_context


class DsoItemQualify(models.TransientModel):
    """Step three: the scenario goes on, or a specific action takes the items."""

    _inherit = "dso.item.qualify"

    @api.depends("next_action", "status_id", "date", "amount", "line_ids", "taken_line_ids", "step")
    def _compute_scenario_preview(self):
        for wizard in self:
            wizard.scenario_preview = False
            if wizard.next_action == "scenario" and wizard.step == "next":
                wizard.scenario_preview = wizard._preview_scenario()

    def _preview_scenario(self):
        """A line for each customer: what the scenario will propose once this is applied."""
        customers = self._get_customers()
        changes = self._get_engine_changes()
        texts = customers._describe_planning_if(changes)
        if len(customers) == 1:
            return texts[customers.id]
        return "\n".join(
            f"{customer.partner_id.display_name}: {texts[customer.id]}"
            for customer in customers[:10]
        )

    def _get_engine_changes(self):
        """{line id: what changes of it for the engine}"""
        changes = {}
        for line, part in self._get_parts().items():
            values = {}
            if self._replaces_follow_up():
                values.update(attached=False, attached_part=False)
            if self.status_id:
                promised = self.kind == "promise" and self.date
                values.update(
                    kind=self.kind,
                    promised_until=(
                        line.company_id._dso_promised_until(self.date) if promised else None
                    ),
                    part=line._dso_to_company_part(part),
                )
            changes[line.id] = values
        return changes

    def _carry_out_now(self, actions):
        """Do it now: what keeps an action back is told, the status is noted all the same."""
        blocked = self._find_blockers(actions)
        ready = actions.filtered(lambda action: action.id not in blocked)
        return super()._carry_out_now(ready) if ready else None

    def _find_blockers(self, actions):
        """{action id: what keeps it from being carried out by hand}"""
        # sudo: it needs contacts, templates and accounts; the right to act was checked
        actions = actions.sudo()
        blocked = {}
        for channel, group in actions._by_channel():
            blocked.update(group._get_blockers(channel, by_hand=True))
        return blocked

    def _prepare_draft_values(self, customer, lines, origin):
        values = super()._prepare_draft_values(customer, lines, origin)
        if self.is_internal:
            # sudo: addresses of colleagues
            colleagues = (self.resolver_id | self.email_user_ids).sudo().partner_id
            colleagues |= self._find_addressees(customer, create=True)
            values["recipient_ids"] = [Command.set(colleagues.ids)]
        return values

    def _replaces_follow_up(self):
        """Whether what is decided here takes the place of earlier specific actions: a comment
        alone leaves them as they are."""
        return bool(self.status_id) or self.next_action == "specific"

    def _writes_follow_up(self):
        """Whether the words of step three are those of the specific action."""
        return self.next_action == "specific" and self.template_field == "mail_template_id"

    def _follow_up(self, lines):
        """Step three: the scenario goes on, or a specific action takes the items.

        :return: the specific actions
        """
        customers = self._get_customers()
        if self.next_action != "specific":
            customers._plan(customers)
            return self.env["dso.action"]
        marked = set(lines)
        by_customer = {
            customer: own.filtered(lambda line: line in marked)
            for customer, own in self._group_lines().items()
        }
        return self._make_actions(
            {customer: own for customer, own in by_customer.items() if own}, "specific"
        )

    @api.model
    def _make_follow_ups_of_statuses(self, lines):
        """The follow-ups of statuses that were written on these items without this dialog: those
        that it proposes, made as it makes them."""
        # the superuser: whoever writes a status need not have a right on actions; nothing that a
        # screen proposes (``default_…``) counts here
        context = clean_context(self.env.context)
        self = self.with_env(self.env(user=SUPERUSER_ID, su=True, context=context))
        lines = lines.with_env(self.env)
        groups = lines.grouped(
            lambda line: (line.company_id, line.dso_status_id, line.dso_status_date)
        )
        for (company, status, day), own in groups.items():
            self.env["dso.customer"]._ensure_customers(
                company, own.partner_id.commercial_partner_id.ids
            )
            today = company._dso_today()
            if status.kind == "promise" and day and company._dso_promised_until(day) < today:
                # broken by now: the scenario goes on
                continue
            dialog = self.with_company(company).create(
                {
                    "line_ids": [Command.set(own.ids)],
                    "status_id": status.id,
                    "date": day,
                    "email_mode": "none",
                    **status._get_required_follow_up(),
                }
            )
            if dialog.action_date and dialog.action_date < today:
                dialog.action_date = company._dso_next_working_day(today)
            self.env["dso.action"]._detach(own)
            dialog._follow_up(own)

    def _follows_up(self):
        return bool(self.status_id)

    def _get_draft_subject(self):
        return next(iter(self._group_lines().items()), (None, None))
