from odoo import api, models
from odoo.fields import Domain

from odoo.addons.dso_collection.tools import customer_choice

#: Fields of the search that say of which customers is told.
CHOICES = {f"{key}_id": customer_choice.get_key(key) for key in customer_choice.CRITERIA}


class DsoIndicatorMonth(models.Model):
    _inherit = "dso.indicator.month"

    @api.model
    def _search(self, domain, *args, **kwargs):
        """The filter of a spreadsheet says in the domain alone of which customers is to be told,
        where the search of the report says it in the context too."""
        model, domain = self._take_choice(Domain(domain))
        return super(DsoIndicatorMonth, model)._search(domain, *args, **kwargs)

    @api.model
    def _take_choice(self, domain):
        """Move a choice of customers from the domain to the context.

        What a choice cannot say ("not one of these") has no rows, rather than those of all.

        :return: the model with the choice, and the rest of the domain
        """
        found = {}

        def take(condition):
            key = CHOICES.get(condition.field_expr)
            if key is None or key in self.env.context:
                return condition
            if condition.operator not in ("in", "="):
                return Domain.FALSE
            value = condition.value
            ids = {value} if condition.operator == "=" else set(value)
            found[key] = sorted(ids & set(found[key]) if key in found else ids)
            return Domain.TRUE

        domain = domain.map_conditions(take)
        return (self.with_context(**found) if found else self), domain
