"""What is noted on other modules' records is for colleagues."""

from odoo import api, models
from odoo.fields import Domain


class DsoInternal(models.AbstractModel):
    """What every model inherits that the module adds fields to and that portal users or visitors
    may read: the fields of ours are no business of theirs. They are neither read, searched, sorted
    nor grouped by, whatever way leads to them; a new field neither."""

    _name = "dso.internal"
    _description = "Fields of Collection for Colleagues"

    def _has_field_access(self, field, operation):
        # asked for each field of a record that is read: the name first, which is cheap
        if field.name.startswith("dso_") and not self.env.su and not self.env.user._is_internal():
            return False
        return super()._has_field_access(field, operation)

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        # the ORM asks for stored fields only, not for those that are searched by a method
        if not bypass_access and not self.env.su and not self.env.user._is_internal():
            _check_domain(self, Domain(domain))
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)


def _check_domain(model, domain):
    """
    :param model: that the domain is on
    :raise AccessError: if it names a field of ours, by whatever path
    """
    for condition in domain.iter_conditions():
        target = model
        for name in condition.field_expr.split("."):
            field = target._fields.get(name)
            if not field:
                break
            if name.startswith("dso_"):
                target._check_field_access(field, "read")
            if not field.relational:
                break
            target = target.env[field.comodel_name]
        if isinstance(condition.value, Domain):
            _check_domain(target, condition.value)
