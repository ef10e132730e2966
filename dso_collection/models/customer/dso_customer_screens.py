from odoo import api, models
from odoo.tools.misc import format_amount, format_date

from ...tools.toasts import name_some, toast


class DsoCustomer(models.Model):
    """Buttons of the screens of a customer."""

    _inherit = "dso.customer"

    def action_assign(self):
        """Give the selected customers a scenario or collector, in bulk."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dso_collection.dso_customer_assign_action"
        )
        return dict(action, context={"default_customer_ids": self.ids})

    def action_archive_files(self):
        """Archive the selected files: nothing is planned for them any more."""
        self._check_archive()
        files = self.filtered("active")
        files.write({"active": False})
        return toast(
            self.env._(
                "%(customers)s: archived. Open actions were withdrawn; what is due stays in the "
                "figures.",
                customers=name_some(self.env, files.mapped("display_name")),
            )
        )

    def action_restore_files(self):
        """Use archived files again: what was planned by hand comes back, the scenario goes on."""
        files = self.filtered(lambda customer: not customer.active)
        files.write({"active": True})
        return toast(
            self.env._(
                "%(customers)s: restored.",
                customers=name_some(self.env, files.mapped("display_name")),
            )
        )

    def action_view_items(self):
        """Open the customer's open items and credits."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("dso_collection.dso_item_action")
        return dict(action, domain=list(self._get_open_item_domain()), context={})

    def action_view_item_report(self):
        """Open the items status report of this customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dso_collection.dso_item_report_action"
        )
        return dict(action, domain=[("customer_id", "=", self.id)], context={})

    def action_view_actions(self):
        """Open all actions of the customer, past and planned."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dso_collection.dso_action_action_history"
        )
        return dict(
            action,
            name=self.env._("Actions"),
            display_name=self.env._("Actions"),
            domain=[("customer_id", "=", self.id)],
            context={"default_customer_id": self.id},
        )

    def action_new_action(self):
        """A new action out of the scenario. [seed 000]"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dso_collection.dso_action_new_action"
        )
        return dict(action, context=dict(self.env.context, default_customer_id=self.id))

    def action_qualify(self):
        """Change the status of all open items of the customer."""
        self.ensure_one()
        return (self.item_ids or self.credit_ids)._dso_propose_qualify()

    def action_view_partner(self):
        """Open the partner, to fix its contacts."""
        self.ensure_one()
        return self.partner_id.get_formview_action()

    def action_dry_run(self):
        """What would go out to these customers if nobody paid; writes nothing."""
        action = self.env["ir.actions.client"]._for_xml_id("dso_collection.dso_dry_run_action")
        return dict(action, params={"population": "customers", "customer_ids": self.ids})

    def action_refresh(self):
        """Plan these customers now, from the ledger itself."""
        self.check_access("write")
        self._plan(self)
        if len(self) > 1:
            return toast(self.env._("%(count)s customers: replanned.", count=len(self)))
        if not self.next_action_id:
            return toast(
                self.env._(
                    "%(customer)s: replanned. %(reason)s",
                    customer=self.display_name,
                    reason=self.planning_reason or "",
                )
            )
        return toast(
            self.env._(
                "%(customer)s: replanned. Next: %(action)s on %(date)s.",
                customer=self.display_name,
                action=self.next_action_name,
                date=format_date(self.env, self.next_action_date),
            )
        )

    @api.model
    def _get_bucket_labels(self):
        """{key of a bucket: its name in the user's language}"""
        return {
            "000": self.env._("Not due"),
            "001": self.env._("1–30 days"),
            "031": self.env._("31–60 days"),
            "061": self.env._("61–90 days"),
            "091": self.env._("Over 90 days"),
        }

    @api.model
    def _download_file(self, attachment):
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "self",
        }

    def _describe_money(self, money):
        """What is announced, how much, until when; and what did not come (R17).

        :param money: see ``_prepare_awaited``
        """
        if not money:
            return ""
        sentences = []

        def get(key):
            return format_amount(self.env, money[key], self.currency_id)

        if money.get("until"):
            sentences.append(
                self.env._(
                    "%(amount)s announced, awaited until %(date)s.",
                    amount=get("amount"),
                    date=format_date(self.env, money["until"]),
                )
            )
        elif money.get("amount"):
            sentences.append(
                self.env._("%(amount)s received, not booked yet.", amount=get("amount"))
            )
        if money.get("missed"):
            sentences.append(
                self.env._(
                    "%(amount)s announced for %(date)s has not arrived.",
                    amount=get("missed"),
                    date=format_date(self.env, money["missed_for"]),
                )
            )
        return " ".join(sentences)
