"""Which fields users write: those that a list names, and no others."""

import psycopg2

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

#: In the context of what the module itself writes. An object of this process: no client can send
#: it, whatever it puts into its context.
OWN = object()
#: The key of that object.
KEY = "dso_own"
#: Records that belong to somebody: an id of theirs is taken from those only who may read them.
KEPT_APART = ("account.", "dso.", "ir.attachment", "mail.", "payment.", "res.partner", "sms.")


class DsoGuard(models.AbstractModel):
    """What every model of the module inherits.

    A field that stands in neither list is written by the module alone, whatever the user's groups,
    at ``create`` and at ``write``: a new field is refused until somebody decides. The lists of all
    parts of a model add up. The module's own code writes as superuser, or with the user's rights
    through :meth:`_dso_as_module`, which holds for one ``create`` or ``write`` of that very record:
    not for what is nested in it.

    Whatever a user relates a record to is something that this user may read.
    """

    _name = "dso.guard"
    _description = "Guard of the Fields of Collection"
    _inherit = ["dso.search.plain"]

    #: Fields that users give to a new record and change on one that exists.
    _dso_writable = frozenset()
    #: Fields that users give to a new record, for good.
    _dso_creatable = frozenset()

    # ------------------------------------------------------------------
    # Lists
    # ------------------------------------------------------------------

    @api.model
    def _dso_get_writable(self, new=False):
        """Names of the fields that users write: the lists of all classes of the model.

        :param new: of a new record
        """
        cls = self.env.registry[self._name]
        key = "_dso_all_creatable" if new else "_dso_all_writable"
        # once for each registry, whose classes are made anew with it
        if key not in cls.__dict__:
            lists = ("_dso_writable", "_dso_creatable") if new else ("_dso_writable",)
            names = {
                name
                for base in cls.__mro__
                for attribute in lists
                for name in base.__dict__.get(attribute, ())
            }
            setattr(cls, key, frozenset(names))
        return cls.__dict__[key]

    def _dso_as_module(self):
        """These records, for one write or create of the module's own with the user's rights."""
        return self.with_context(**{KEY: OWN})

    def _dso_is_module(self):
        return self.env.context.get(KEY) is OWN

    def _dso_as_user(self):
        """These records without the mark: what is nested in a write is not the module's own."""
        if KEY not in self.env.context:
            return self
        context = dict(self.env.context)
        del context[KEY]
        # with_context can add keys, not take one away
        return self.with_env(self.env(context=context))

    @api.model
    def _dso_complete(self, vals_list, new=False):
        """What the module adds to values that were checked.

        :param new: for new records
        """
        return vals_list

    def _dso_without_defaults(self):
        """What the module makes does not take over ids that a client put into its context."""
        if self.env.uid == SUPERUSER_ID:
            return self
        context = {
            key: value
            for key, value in self.env.context.items()
            if not key.startswith("default_") or not self._dso_is_kept_apart(key[8:])
        }
        if len(context) == len(self.env.context):
            return self
        return self.with_env(self.env(context=context))

    @api.model
    def _dso_is_kept_apart(self, name):
        """Whether a field relates to records that belong to somebody."""
        field = self._fields.get(name)
        return bool(
            field
            and field.type in ("many2one", "many2many")
            and field.store
            and field.comodel_name.startswith(KEPT_APART)
        )

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    def _dso_check_fields(self, names, new=False):
        """:raise AccessError: if one of these fields is none that users write"""
        if self.env.su or self._dso_is_module():
            return
        refused = set(names) - self._dso_get_writable(new)
        refused = {name for name in refused if not self._dso_is_companys(name)}
        # what is unknown is refused by the ORM, in its own words
        refused = sorted(name for name in refused if name in self._fields)
        if refused:
            raise AccessError(self._dso_describe_refused(refused, new))

    @api.model
    def _dso_is_companys(self, name):
        """Whether a company added this field itself: a plain value, which the module never looks
        at. What is computed or leads elsewhere is not taken."""
        field = self._fields.get(name)
        plain = field and field.manual and field.store
        return bool(plain and not field.compute and not field.related)

    def _dso_describe_refused(self, names, new):
        labels = self.fields_get(names, ["string"])
        values = {
            "fields": ", ".join(
                f"{labels[name]['string']} ({name})" if name in labels else name for name in names
            ),
            "model": self.env["ir.model"]._get(self._name).name or self._description,
        }
        record = self[:1]
        if new or not record:
            return self.env._(
                "A new record of “%(model)s” cannot be given these fields: %(fields)s. They are "
                "filled in by Collection itself: leave them out, and use the record's buttons "
                "afterwards.",
                **values,
            )
        # sudo: the record is named only, to who was about to write it
        name = record.sudo().display_name if record.has_access("read") else f"#{record.id}"
        return self.env._(
            "“%(record)s” (%(model)s) cannot be changed in these fields: %(fields)s. They are "
            "filled in by Collection itself: use the record's buttons, or create a new one.",
            record=name,
            **values,
        )

    def _dso_check_related(self, names):
        """Whether the user may read what these records were given in some fields.

        :raise AccessError: otherwise
        """
        for name in names:
            if self._dso_is_kept_apart(name):
                # sudo: whatever is there, to be checked with the user's own rights
                related = self.sudo().with_context(active_test=False)[name]
                if related:
                    self.env[related._name].browse(related.ids).check_access("read")

    def _dso_check_values(self, values):
        """The same of what a dialog was filled in with, before anything is saved."""
        for name, value in values.items():
            field = self._fields.get(name)
            if not value or not field or not field.relational:
                continue
            if not field.comodel_name.startswith(("account.", "dso.", "res.partner")):
                continue
            ids = set()
            if field.type == "many2one":
                # of a line in a form the form itself, which may be new
                ids.add(value.get("id") if isinstance(value, dict) else value)
            elif field.type == "many2many":
                for command in value:
                    if isinstance(command, int):
                        ids.add(command)
                    elif command[0] == 4:
                        ids.add(command[1])
                    elif command[0] == 6:
                        ids.update(command[2])
            ids = [each for each in ids if isinstance(each, int) and each]
            if ids:
                self.env[field.comodel_name].browse(ids).check_access("read")

    # ------------------------------------------------------------------
    # Ways in
    # ------------------------------------------------------------------

    @api.model
    def _sql_error_to_message_generic(self, exc):
        """What keeps something from being deleted, without the words of the database."""
        # a database of PostgreSQL 18 says the second, those before the first
        kinds = (psycopg2.errors.ForeignKeyViolation, psycopg2.errors.RestrictViolation)
        if isinstance(exc, kinds) and exc.diag.table_name == self._table:
            names = [
                name
                for name, field in self._fields.items()
                if field.type == "many2one"
                and field.store
                and exc.diag.constraint_name == f"{self._table}_{name}_fkey"
            ]
            values = {
                "model": self.env["ir.model"]._get(self._name).name or self._description,
                "field": self._fields[names[0]]._description_string(self.env) if names else "",
            }
            if names:
                return self.env._(
                    "Collection still refers to what is to be deleted, in “%(field)s” of "
                    "“%(model)s”. That history is kept: archive it instead.",
                    **values,
                )
            return self.env._(
                "Collection still refers to what is to be deleted, in “%(model)s”. That history "
                "is kept: archive it instead.",
                **values,
            )
        return super()._sql_error_to_message_generic(exc)

    @api.model_create_multi
    def create(self, vals_list):
        own = self.env.su or self._dso_is_module()
        self = self._dso_as_user()
        if own:
            self = self._dso_without_defaults()
            return super().create(self._dso_complete(vals_list, new=True))
        names = set().union(*vals_list)
        self._dso_check_fields(names, new=True)
        records = super().create(self._dso_complete(vals_list, new=True))
        names.update(key[8:] for key in self.env.context if key.startswith("default_"))
        records._dso_check_related(names)
        return records

    def write(self, vals):
        own = self.env.su or self._dso_is_module()
        self = self._dso_as_user()
        if own:
            return super().write(self._dso_complete([vals])[0])
        self._dso_check_fields(vals)
        result = super().write(self._dso_complete([vals])[0])
        self._dso_check_related(vals)
        return result

    @api.model
    def default_get(self, fields):
        """What a client's context or a user's own defaults say of the module's fields is nothing
        that holds, whoever creates the record in the end."""
        kept = set(fields) - self._dso_get_writable(new=True)
        context = self.env.context
        foreign = [f"default_{name}" for name in kept if f"default_{name}" in context]
        if foreign:
            context = {key: value for key, value in context.items() if key not in foreign}
            self = self.with_env(self.env(context=context))
        defaults = super().default_get(fields)
        for name in kept & self.env["ir.default"]._get_model_defaults(self._name).keys():
            defaults.pop(name, None)
            if self._fields[name].default:
                defaults[name] = self._fields[name].default(self)
        return defaults

    def copy_data(self, default=None):
        """A copy is made of what users write; the rest is its own."""
        vals_list = super().copy_data(default)
        if self.env.su or self._dso_is_module():
            return vals_list
        names = self._dso_get_writable(new=True) | set(default or ())
        return [
            vals and {name: value for name, value in vals.items() if name in names}
            for vals in vals_list
        ]

    def onchange(self, values, field_names, fields_spec):
        """A form that was not saved tells nothing of records that its user may not read."""
        if not self.env.su:
            self._dso_check_values(values)
        return super().onchange(values, field_names, fields_spec)

    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        self._dso_check_fields([field_name])
        return super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )


class DsoWizard(models.AbstractModel):
    """What every dialog of the module inherits: it belongs to who opened it, and is read and
    written only as long as they may read what it speaks of."""

    _name = "dso.wizard"
    _description = "Guard of the Dialogs of Collection"
    _inherit = ["dso.guard"]

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if result or self.env.su or not any(self._ids):
            return result
        records = self.browse(id_ for id_ in self._ids if id_)
        # sudo: who made the dialog, and what it speaks of; both are compared only
        sudo = records.sudo().with_context(active_test=False)
        forbidden = records.browse(
            sudo.filtered(lambda each: each.create_uid.id != self.env.uid).ids
        )
        for name, field in self._fields.items():
            if (
                field.type not in ("many2one", "many2many")
                or not field.store
                or not field.comodel_name.startswith(("account.", "dso.", "res.partner"))
            ):
                continue
            related = sudo[name]
            if not related:
                continue
            denied = self.env[field.comodel_name].browse(related.ids)._check_access("read")
            if denied:
                ids = set(denied[0].ids)
                forbidden |= records.browse(
                    sudo.filtered(lambda each, n=name, ids=ids: ids & set(each[n].ids)).ids
                )
        if forbidden:
            return forbidden, lambda: AccessError(
                self.env._(
                    "This dialog is about records you are not allowed to open, or belongs to "
                    "somebody else. Close it, and open it again from one of your customers."
                )
            )
        return None

    # Odoo asks for access rules by a query, which knows nothing of the above

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        if not bypass_access and not self.env.su:
            domain = Domain(domain) & Domain("create_uid", "=", self.env.uid)
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    def _read_format(self, fnames, load="_classic_read"):
        self.exists().check_access("read")
        return super()._read_format(fnames, load)

    def export_data(self, fields_to_export):
        self.check_access("read")
        return super().export_data(fields_to_export)
