"""What the search box and *Group by* offer: the company's own fields of customers too, and nothing
that only programs read."""

import re

from lxml import etree

from odoo import api, models

#: Words in the name of a field that only programs read.
TECHNICAL = re.compile(
    r"(^|_)(uuid|guid|token|hash|secret|password|checksum|signature|json|xml|data|filename|domain)s?(_|$)"
)
#: The same, of fields that come with an add-on: a company's own code says something to it.
TECHNICAL_STANDARD = re.compile(
    r"^(id|write_date|write_uid)$|(^|_)(code|color|header|key|path|prefix|sequence|number)$"
)
#: Numbers that people know.
KNOWN_NUMBERS = frozenset({"matching_number", "sms_number", "tracking_number"})
#: Types that Odoo's search box understands.
SEARCHED_TYPES = (
    "boolean",
    "char",
    "date",
    "datetime",
    "float",
    "html",
    "integer",
    "many2many",
    "many2one",
    "monetary",
    "selection",
    "text",
)
#: Authors of add-ons whose fields every company has.
STANDARD_AUTHORS = re.compile(r"\bodoo (s\.?a|ps|in)\b|^odoo$", re.IGNORECASE)
#: Names of such add-ons, whoever wrote them.
STANDARD_NAMES = ("dso_collection", "l10n_")


def is_named_technical(model, name):
    """Whether a class of a model says so."""
    return any(name in base.__dict__.get("_dso_technical", ()) for base in type(model).__mro__)


class DsoSearchPlain(models.AbstractModel):
    """*Group by* and the editor of filters offer nothing that only programs read."""

    _name = "dso.search.plain"
    _description = "Search without Technical Fields"

    #: Fields besides that only programs read: those of all classes of the model.
    _dso_technical = frozenset()

    @api.model
    def get_views(self, views, options=None):
        result = super().get_views(views, options)
        if "search" in result["views"] and self._dso_is_own_search(result["views"]["search"]):
            for name, description in result["models"][self._name]["fields"].items():
                if self._dso_is_technical(name):
                    description["groupable"] = False
        return result

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        result = super().fields_get(allfields, attributes)
        if self._name.startswith("dso."):
            for name, description in result.items():
                if description.get("searchable") and self._dso_is_technical(name):
                    description["searchable"] = False
        return result

    @api.model
    def _dso_is_own_search(self, view):
        """Whether a search is ours: screens of accounting stay as they are."""
        if self._name.startswith("dso."):
            return True
        # sudo: where a view comes from, of which nothing is shown
        data = self.env["ir.model.data"].sudo()
        domain = [("model", "=", "ir.ui.view"), ("res_id", "=", view["id"])]
        return bool(data.search_count([*domain, ("module", "=", "dso_collection")], limit=1))

    @api.model
    def _dso_is_technical(self, name):
        if TECHNICAL.search(name) or is_named_technical(self, name):
            return True
        field = self._fields.get(name)
        if field is None or field.manual or name in KNOWN_NUMBERS:
            return False
        return bool(TECHNICAL_STANDARD.search(name))


class DsoSearch(models.AbstractModel):
    """Own fields of the company on customers are found and grouped by, as ``partner_id.x_segment``:
    a path that Odoo's domains and groups understand."""

    _name = "dso.search"
    _description = "Search of Collection"
    _inherit = ["dso.search.plain"]

    @api.model
    def _get_own_paths(self):
        """Many2one fields of this model whose own fields are searched, nearest first."""
        return [name for name in ("customer_id", "partner_id") if name in self._fields]

    @api.model
    def get_views(self, views, options=None):
        result = super().get_views(views, options)
        if "search" not in result["views"]:
            return result
        offered = result["models"][self._name]["fields"]
        own = self._get_own_descriptions(offered)
        if own:
            offered.update(own)
            search = result["views"]["search"]
            search["arch"] = self._add_own_fields(search["arch"], own)
        return result

    @api.model
    def _get_own_descriptions(self, offered):
        """{name or path: description} of the company's own fields, as the web client asks for
        them; with the user's rights."""
        attributes = self._get_view_field_attributes()
        modules = self._get_own_modules()
        own = {}
        found = {name for name in self._fields if self._is_own(self, name, modules)}
        own.update({name: offered[name] for name in sorted(found) if name in offered})
        for path in self._get_own_paths():
            comodel = self.env[self._fields[path].comodel_name]
            if not comodel.has_access("read"):
                continue
            names = [name for name in comodel._fields if self._is_own(comodel, name, modules)]
            if names:
                # an empty list would mean all
                for name, description in comodel.fields_get(names, attributes).items():
                    if description["searchable"]:
                        own[f"{path}.{name}"] = {
                            **description,
                            "name": f"{path}.{name}",
                            "readonly": True,
                            "required": False,
                            "sortable": False,
                        }
        return own

    @api.model
    def _is_own(self, model, name, modules):
        """Whether a field was made by the company, or by an add-on of others."""
        field = model._fields[name]
        return (
            field.type in SEARCHED_TYPES
            and not TECHNICAL.search(name)
            and not is_named_technical(model, name)
            and (field.manual or bool(field._modules and modules.issuperset(field._modules)))
        )

    @api.model
    def _get_own_modules(self):
        """Names of installed add-ons that are neither Odoo's nor these."""
        # sudo: which add-ons are installed, of which nothing is shown
        installed = self.env["ir.module.module"].sudo().search([("state", "=", "installed")])
        return {
            module.name
            for module in installed
            if not STANDARD_AUTHORS.search((module.author or "").strip())
            and not module.name.startswith(STANDARD_NAMES)
        }

    @api.model
    def _add_own_fields(self, arch, own):
        """The arch of a search with the fields that it does not have yet, after its own ones."""
        root = etree.fromstring(arch)
        known = {node.get("name") for node in root.iter("field")}
        position = len(root.findall("field"))
        for name in own:
            if name not in known:
                root.insert(position, etree.Element("field", name=name))
                position += 1
        return etree.tostring(root, encoding="unicode")
