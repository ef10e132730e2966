from odoo import api, models

#: What a run of ours says of its own delay, beside Odoo's words for margins.
DELAY = "data-dso-delay"


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    @api.model
    def _build_wkhtmltopdf_args(
        self, paperformat_id, landscape, specific_paperformat_args=None, set_viewport_size=False
    ):
        arguments = super()._build_wkhtmltopdf_args(
            paperformat_id,
            landscape,
            specific_paperformat_args=specific_paperformat_args,
            set_viewport_size=set_viewport_size,
        )
        delay = (specific_paperformat_args or {}).get(DELAY)
        if delay is not None:
            arguments[arguments.index("--javascript-delay") + 1] = str(delay)
        return arguments
