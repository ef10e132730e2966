"""Change everything: each field of each form that a person may edit, set to another value, saved,
emptied and saved again. It works, or says in words why not."""

import copy

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .companies import DemoCompany, SmallCompany
from .press import REFUSALS as QUIET, PressMixin
from .screens import follow
from .values import find_others

#: How many records each form is tried with, besides a new one.
RECORDS = {"collector": 1, "manager": 1, "administrator": 1}
#: Records that are asked to open a dialog.
OPENERS = 4
#: What a view says of what it does not offer.
NO = {"0", "false", "False"}


class ChangeMixin(PressMixin):
    def setUp(self):
        super().setUp()
        # asked at each change of a setting, and read from all of Odoo's files
        charts = self.env["account.chart.template"]
        known = charts._get_chart_template_mapping()
        self.patch(type(charts), "_get_chart_template_mapping", lambda *args, **kwargs: known)

    def _change_everything(self, role):
        """All forms that the user may edit something in."""
        user = self.roles[role]
        for view, names in self.find_views_of(role, "form"):
            model = self.env[view.model].with_user(user)
            if model._transient and view.model != "res.config.settings":
                continue  # opened by a button, with what it is about
            records = [*self.choose(view.model, user, RECORDS[role]), model]
            arch = self.get_arch(view, user)
            for record in records:
                if not self._may_change(arch, record):
                    continue
                title = self.name_view(view)
                with self.trying(role, title, _name(record), "open"):
                    self._change_form(role, title, Form(record, view), user, names)

    def _may_change(self, arch, record):
        """Whether the web client lets one write into the form. Of a single record that a rule
        keeps from the user it learns when it saves: that is Odoo's way, and no fault."""
        if arch.get("edit" if record else "create") in NO:
            return False
        return record.has_access("write" if record else "create")

    def _change_dialogs(self, role):
        """Each dialog that a button opens, once for each button."""
        user = self.roles[role]
        opened = set()
        for button in self.find_all_buttons(role):
            for records in self.find_groups(button, user, OPENERS):
                with self.trying(role, button.title, _name(records), button.name, refusals=QUIET):
                    action = self.press(records, button)
                    key = self.has_dialog(action) and self._describe(action)
                    if key and key not in opened:
                        opened.add(key)
                        form = self.open(action, user)
                        title = f"{form._record._name} by {button.name}"
                        self._change_form(role, title, form, user)

    def _describe(self, action):
        action = follow(action)
        defaults = {name: value for name, value in action["context"].items() if "default_" in name}
        plain = {key: bool(value) for key, value in defaults.items()}
        return (action["res_model"], str(action.get("views")), str(sorted(plain.items())))

    def _change_form(self, role, title, form, user, names=None):
        """Each field of an open form, from its state as opened."""
        self._fill_in(form, user)
        start = Start(form)
        where = (role, title, _name(form._record))
        # of Odoo's own forms, Odoo says who may change what
        faults = AccessError if names is None else ()
        for name, info in form._view["fields"].items():
            if name == "id" or (names is not None and name not in names):
                continue
            if not self._is_editable(form, name):
                continue
            if info["type"] == "one2many":
                self._change_lines(where, form, start, name, user)
                continue
            with self.trying(*where, f"{name} emptied", faults=faults):
                self._set(form, name, _get_empty(form, name))
                self._save(form)
            start.restore()
            for index, value in enumerate(find_others(form, name, user)):
                with self.trying(*where, f"{name} = {_show(value)}", faults=faults):
                    self._set(form, name, value)
                    self._save(form)
                    if not index and form._record.id and self._is_editable(form, name):
                        self._set(form, name, _get_empty(form, name))
                        self._save(form)
                start.restore()

    def _fill_in(self, form, user):
        """What a new record needs, so that it can be saved at all."""
        for name, info in form._view["fields"].items():
            if name == "id" or info["type"] in ("one2many", "boolean") or form._values.get(name):
                continue
            if form._get_modifier(name, "required") and self._is_editable(form, name):
                for value in find_others(form, name, user)[:1]:
                    form[name] = value

    def _is_editable(self, form, name):
        return not any(
            form._get_modifier(name, modifier)
            for modifier in ("readonly", "invisible", "column_invisible")
        )

    def _set(self, form, name, value):
        self.tried["set"] += 1
        form[name] = value

    def _save(self, form):
        record = form.save()
        if record._name == "res.config.settings":
            record.execute()

    def _change_lines(self, where, form, start, name, user):
        """The rows of a list inside: a new one, the first one field by field, and without it."""
        info = form._view["fields"][name]
        arch = info["edition_view"]["tree"]
        node = next(node for node in form._view["tree"].iter("field") if node.get("name") == name)
        node = next(iter(node.xpath("./list")), arch)
        offers = {
            word: not {arch.get(word), node.get(word)} & NO for word in ("create", "edit", "delete")
        }
        if offers["create"]:
            with self.trying(*where, f"{name}: a new row", faults=AccessError):
                with getattr(form, name).new() as row:
                    self._fill_in(row, user)
                self._save(form)
            start.restore()
        if not len(form._values[name]):
            return
        if offers["delete"]:
            with self.trying(*where, f"{name}: a row removed", faults=AccessError):
                getattr(form, name).remove(0)
                self._save(form)
            start.restore()
        if offers["edit"]:
            self._change_row(where, form, start, name, user)

    def _change_row(self, where, form, start, name, user):
        row = getattr(form, name).edit(0)
        todo = [
            (field, value)
            for field, info in row._view["fields"].items()
            if field != "id" and info["type"] != "one2many" and self._is_editable(row, field)
            for value in [_get_empty(row, field), *find_others(row, field, user)]
        ]
        for field, value in todo:
            with self.trying(*where, f"{name}.{field} = {_show(value)}", faults=AccessError):
                with getattr(form, name).edit(0) as row:
                    self._set(row, field, value)
                self._save(form)
            start.restore()


class Start:
    """A form as it was opened, to begin again from without asking the server."""

    def __init__(self, form):
        self.form = form
        self.record = form._record
        self.values = copy.deepcopy(form._values)

    def restore(self):
        object.__setattr__(self.form, "_record", self.record)
        object.__setattr__(self.form, "_values", copy.deepcopy(self.values))


def _get_empty(form, name):
    info = form._view["fields"][name]
    if info["type"] in ("many2one", "many2many"):
        return form._env[info["relation"]]
    return 0 if info["type"] in ("integer", "float", "monetary") else False


def _show(value):
    if hasattr(value, "_name"):
        return f"{value._name}{tuple(value.ids)}"
    return repr(value)[:60]


def _name(records):
    return f"{records._name}{tuple(records.ids)}"


class ChangeTests(ChangeMixin):
    def test_a_fault_is_found(self):
        """The finder itself: an onchange that goes wrong on purpose is told with its field."""

        def guarantee(records):
            return {}["nothing"]

        self.patch(self.env.registry["dso.customer"], "_get_guarantee", guarantee)
        user = self.roles["collector"]
        record = self.choose("dso.customer", user, 1)
        view = self.env.ref("dso_collection.dso_customer_view_form")
        with self.trying("collector", "its form", _name(record), "open"):
            self._change_form(
                "collector", "its form", Form(record, view), user, {"guarantee_permanent"}
            )
        with self.assertRaisesRegex(AssertionError, "its form.*KeyError"):
            self.assertNoFaults(at_least=0)

    def test_forms_as_collector(self):
        self._change_everything("collector")
        self.assertNoFaults(at_least=50)

    def test_forms_as_manager(self):
        self._change_everything("manager")
        self.assertNoFaults(at_least=500)

    def test_forms_as_administrator(self):
        self._change_everything("administrator")
        self.assertNoFaults(at_least=20)

    def test_dialogs(self):
        self._change_dialogs("collector")
        self.assertNoFaults(at_least=200)


@tagged("post_install", "-at_install", "dso_finder")
class TestChangeDemo(ChangeTests, DemoCompany):
    """In the company of the demo data."""


@tagged("post_install", "-at_install", "dso_finder")
class TestChangeSmall(ChangeTests, SmallCompany):
    """In a company of the tests."""
