from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dso_default_scenario_id = fields.Many2one(
        related="company_id.dso_default_scenario_id", readonly=False
    )
    dso_default_collector_id = fields.Many2one(
        related="company_id.dso_default_collector_id", readonly=False
    )
    dso_currency_id = fields.Many2one(related="company_id.currency_id", string="DSO Currency")
    dso_min_amount = fields.Monetary(
        related="company_id.dso_min_amount", readonly=False, currency_field="dso_currency_id"
    )
    dso_ignore_below = fields.Monetary(
        related="company_id.dso_ignore_below", readonly=False, currency_field="dso_currency_id"
    )
    dso_contact_gap_days = fields.Integer(related="company_id.dso_contact_gap_days", readonly=False)
    dso_warn_unsent = fields.Boolean(related="company_id.dso_warn_unsent", readonly=False)
    dso_hold_unsent = fields.Boolean(related="company_id.dso_hold_unsent", readonly=False)
    dso_chase_companies = fields.Boolean(related="company_id.dso_chase_companies", readonly=False)
    dso_announced_days = fields.Integer(related="company_id.dso_announced_days", readonly=False)
    dso_promise_grace_days = fields.Integer(
        related="company_id.dso_promise_grace_days", readonly=False
    )
    dso_sending_calendar_id = fields.Many2one(
        related="company_id.dso_sending_calendar_id", readonly=False
    )
    dso_own_customers_only = fields.Boolean(
        related="company_id.dso_own_customers_only", readonly=False
    )
    dso_penalty_rule_id = fields.Many2one(related="company_id.dso_penalty_rule_id", readonly=False)
    dso_penalty_missing_rate_text = fields.Char(
        related="dso_penalty_rule_id.missing_rate_text", string="Missing Penalty Rate"
    )
    dso_default_penalty_enabled = fields.Boolean(
        related="company_id.dso_default_penalty_enabled", readonly=False
    )
    dso_default_recovery_cost_enabled = fields.Boolean(
        related="company_id.dso_default_recovery_cost_enabled", readonly=False
    )
    dso_penalty_account_id = fields.Many2one(
        related="company_id.dso_penalty_account_id", readonly=False
    )
    dso_penalty_tax_ids = fields.Many2many(related="company_id.dso_penalty_tax_ids", readonly=False)
    dso_pause_on_reply = fields.Boolean(related="company_id.dso_pause_on_reply", readonly=False)
    dso_default_page_enabled = fields.Boolean(
        related="company_id.dso_default_page_enabled", readonly=False
    )
    dso_page_days = fields.Integer(related="company_id.dso_page_days", readonly=False)
    dso_page_reminder_days = fields.Integer(
        related="company_id.dso_page_reminder_days", readonly=False
    )
    dso_page_reminders = fields.Integer(related="company_id.dso_page_reminders", readonly=False)
    dso_page_escalation_user_id = fields.Many2one(
        related="company_id.dso_page_escalation_user_id", readonly=False
    )
    dso_morning_summary = fields.Boolean(related="company_id.dso_morning_summary", readonly=False)
    dso_monthly_report = fields.Boolean(related="company_id.dso_monthly_report", readonly=False)
    dso_letter_window = fields.Selection(
        related="company_id.dso_letter_window", readonly=False, required=True
    )
    dso_letter_carrier = fields.Selection(
        related="company_id.dso_letter_carrier", readonly=False, required=True
    )
    dso_receipt_days = fields.Integer(related="company_id.dso_receipt_days", readonly=False)
    dso_proposed_contact_serves = fields.Boolean(
        related="company_id.dso_proposed_contact_serves", readonly=False
    )
    dso_fax_domain = fields.Char(related="company_id.dso_fax_domain", readonly=False)
    dso_score_amount = fields.Monetary(
        related="company_id.dso_score_amount", readonly=False, currency_field="dso_currency_id"
    )
    dso_score_weight_amount = fields.Integer(
        related="company_id.dso_score_weight_amount", readonly=False
    )
    dso_score_weight_lateness = fields.Integer(
        related="company_id.dso_score_weight_lateness", readonly=False
    )
    dso_score_weight_promise = fields.Integer(
        related="company_id.dso_score_weight_promise", readonly=False
    )
    dso_score_weight_behaviour = fields.Integer(
        related="company_id.dso_score_weight_behaviour", readonly=False
    )
    dso_score_weight_guarantee = fields.Integer(
        related="company_id.dso_score_weight_guarantee", readonly=False
    )
    dso_method = fields.Selection(related="company_id.dso_method", readonly=False, required=True)
    dso_sales_days = fields.Integer(related="company_id.dso_sales_days", readonly=False)
    dso_target = fields.Integer(related="company_id.dso_target", readonly=False)
    dso_target_cei = fields.Integer(related="company_id.dso_target_cei", readonly=False)
    dso_capital_cost = fields.Float(related="company_id.dso_capital_cost", readonly=False)
    dso_declaration_days = fields.Integer(related="company_id.dso_declaration_days", readonly=False)
    dso_sms_reply_url = fields.Char(
        string="Address for SMS Replies", compute="_compute_dso_sms_reply_url"
    )
    dso_has_catchall = fields.Boolean(compute="_compute_dso_has_catchall")
    dso_has_bank = fields.Boolean(compute="_compute_dso_has_bank")

    @api.depends("company_id.dso_sms_token")
    def _compute_dso_sms_reply_url(self):
        """What is entered at the provider of text messages as address for incoming ones."""
        for settings in self:
            token = settings.company_id.dso_sms_token
            url = f"{settings.get_base_url()}/dso_collection/sms/{token}"
            settings.dso_sms_reply_url = token and url

    def action_dso_renew_sms_token(self):
        """Make the address, or a new one where the old one became known."""
        self.ensure_one()
        self.company_id._dso_renew_sms_token()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _compute_dso_has_catchall(self):
        """Replies find their way into the customer's file only through a catchall address."""
        for settings in self:
            settings.dso_has_catchall = bool(settings.company_id.catchall_email)

    def _compute_dso_has_bank(self):
        """Reminders say where to pay only where the company has an account."""
        for settings in self:
            settings.dso_has_bank = bool(settings.company_id._dso_get_banks())
