"""What other records still use is not taken away from them without a word."""

from odoo import api, models
from odoo.exceptions import RedirectWarning, UserError

from ...tools.toasts import name_some


class DsoInUse(models.AbstractModel):
    """Configuration that is archived or deleted only once nothing uses it any more: whoever tries
    before is told what does, and what to do first."""

    _name = "dso.in.use"
    _description = "Configuration in Use"

    #: Whether nobody archives it, by import or by program either; otherwise what stops for want
    #: of it says so (R11).
    _dso_kept_in_use = True

    def _dso_find_uses(self, deleting):
        """What uses this record, as sentences.

        :param deleting: whether it is to be deleted: then what is archived counts, too
        :return: ([sentence], the action that shows what to change or ``None``, its label)
        """
        return [], None, ""

    def _dso_advise_unused(self):
        """What to do before this record is archived or deleted, a sentence."""
        return ""

    def _dso_check_unused(self, deleting=False):
        """:raise UserError, RedirectWarning: if something uses one of these records"""
        for record in self:
            uses, action, label = record._dso_find_uses(deleting)
            if not uses:
                continue
            if deleting:
                text = self.env._("“%(record)s” is in use and was not deleted:", record=record.name)
            else:
                text = self.env._(
                    "“%(record)s” is in use and was not archived:", record=record.name
                )
            lines = [text, *(f"- {use}" for use in uses), record._dso_advise_unused()]
            message = "\n".join(filter(None, lines))
            if action:
                raise RedirectWarning(message, action, label)
            raise UserError(message)

    def action_archive(self):
        self.filtered("active")._dso_check_unused()
        return super().action_archive()

    def write(self, vals):
        # what an update archives, it has its reasons for
        if self._dso_kept_in_use and not vals.get("active", True) and not self.env.su:
            self.filtered("active")._dso_check_unused()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        self._dso_check_unused(deleting=True)

    @api.model
    def _dso_name_companies(self, fname, records):
        """Names of the companies that have one of these records in a field of theirs."""
        # sudo: companies of others are named, whose settings would break
        companies = self.env["res.company"].sudo()
        found = companies.search([(fname, "in", records.ids)])
        return name_some(self.env, found.mapped("name"))
