"""What the agenda shows above its lists."""

from odoo import api, models
from odoo.fields import Domain


class DsoAction(models.Model):
    _inherit = "dso.action"

    @api.model
    @api.readonly
    def dso_count_agenda(self, domain):
        """The two counters above the agenda, within the filters of the screen.

        :param domain: what the list shows
        :return: ``{"all": number of actions, "todo": those that wait for somebody}``: late and
            unconfirmed ones, and those in error
        """
        domain = Domain(domain)
        todo = domain & Domain("agenda_state", "in", ["late", "error"])
        return {"all": self.search_count(domain), "todo": self.search_count(todo)}
