"""What the finders that ask the server share: they find the module's views, records and dialogs by
themselves, and tell a refusal in words from a fault."""

import contextlib
import json
import logging
import os
import traceback
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

from lxml import etree
from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tests import Form
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger
from odoo.tools.safe_eval import datetime as safe_datetime, safe_eval, time

MODULE = "dso_collection"
#: Kinds of view with fields and buttons of one record or several.
KINDS = ("form", "list", "kanban", "calendar", "activity")
#: Records that the choice for a model is made among, newest first.
MOST_CANDIDATES = 300
#: What says how a record differs from others, and what it offers therefore.
TELLING_TYPES = ("selection", "boolean", "many2one", "date", "datetime", "char")
#: Places that are named where one fault shows in several.
MOST_PLACES = 8
#: How many times as many records are tried where everything is to be (`make crawl`).
TIMES = 10 if int(os.environ.get("DSO_CRAWL") or 0) else 1
#: Of a list that a button opens.
MOST_ROWS = 4


def has_demo():
    """Whether this database has the demo data, asked before a class makes anything."""
    with Registry(get_db_name()).cursor() as cr:
        cr.execute(
            "SELECT 1 FROM ir_model_data WHERE module = %s AND name = 'demo_company'", [MODULE]
        )
        return bool(cr.rowcount)


class _Undo(Exception):
    """Ends a trial that went well: nothing of it stays."""


class _Log(logging.Handler):
    """What the server logs as an error during a trial: the user may not see it, we do."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.entries = []

    def emit(self, record):
        self.entries.append(record)


class Finder:
    """Mixed into a test case that has `roles`: {word: user}, the least one first."""

    longMessage = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chosen = {}
        muted = mute_logger("odoo.sql_db")
        muted.__enter__()
        cls.addClassCleanup(muted.__exit__)
        cls.log = _Log()
        logging.getLogger().addHandler(cls.log)
        cls.addClassCleanup(logging.getLogger().removeHandler, cls.log)

    def setUp(self):
        super().setUp()
        self.faults = {}
        self.tried = Counter()

    # ------------------------------------------------------------------
    # Trials
    # ------------------------------------------------------------------

    @contextlib.contextmanager
    def trying(self, *where, refusals=(UserError,), faults=()):
        """A trial whose changes are undone: it works, or is refused in words.

        :param where: what is tried, in words
        :param faults: exceptions that are none of the refusals, though of their kind
        """
        self.log.entries.clear()
        refused = False
        self.tried[type(self).__name__] += 1
        try:
            with contextlib.suppress(_Undo), self.env.cr.savepoint():
                yield
                self.env.cr.flush()
                raise _Undo
        except faults as fault:
            self._note(where, fault)
        except refusals:
            refused = True
        except IntegrityError as fault:
            if not self._is_explained(fault):
                self._note(where, fault)
        except AssertionError as fault:
            if not _is_form_assertion(fault):
                self._note(where, fault)
        except Exception as fault:
            self._note(where, fault)
        for entry in () if refused else self.log.entries:
            self._note(where, entry.exc_info[1] if entry.exc_info else None, entry.getMessage())

    def _is_explained(self, fault):
        """Whether Odoo shows a sentence of ours for what the database refuses."""
        name = fault.diag.constraint_name
        return any(
            name in model._table_objects
            and model._table_objects[name].get_error_message(self.env[model._name], fault.diag)
            for model in self.env.registry.values()
            if name and model._table == fault.diag.table_name
        )

    def _note(self, where, fault, logged=None):
        """By what went wrong where in the code: one fault shows in many places."""
        line = _find_own_line(fault)
        what = " ".join(str(fault or logged).split())[:200]
        if fault:
            what = f"{type(fault).__name__}: {what} ({line})"
        role, screen, *place = where
        self.faults.setdefault((role, screen, type(fault).__name__, line), []).append(
            (" | ".join(map(str, place)), f"logged: {what}" if logged else what)
        )

    def assertNoFaults(self, at_least):
        """:param at_least: trials, so that a finder that finds nothing to try does not pass."""
        self.assertGreater(sum(self.tried.values()), at_least, "too little was tried")
        lines = []
        for (role, screen, _type, _line), places in sorted(self.faults.items()):
            (place, what), *more = places
            others = "; ".join(other for other, _what in more[:MOST_PLACES])
            also = f"\n    also {others}" + ("; …" if more[MOST_PLACES:] else "") if more else ""
            lines.append(f"{role} | {screen} | {place}: {what}{also}")
        self.assertFalse(lines, f"{len(lines)} faults:\n" + "\n".join(lines))

    # ------------------------------------------------------------------
    # Views
    # ------------------------------------------------------------------

    def find_views(self, *kinds):
        """(view, what is ours of it) of each view that the module makes or changes: the names of
        fields and buttons that it adds to a view of Odoo, None where all of it is ours."""
        data = self.env["ir.model.data"].search(
            [("module", "=", MODULE), ("model", "=", "ir.ui.view")]
        )
        own = self.env["ir.ui.view"].browse(data.mapped("res_id"))
        found = {}
        for view in own.filtered(lambda view: view.type in kinds):
            root = view
            while root.inherit_id and root.mode == "extension":
                root = root.inherit_id
            base = root
            while base.inherit_id:
                base = base.inherit_id
            if root in own and base in own:
                found[root] = None
            elif root in own:
                # Odoo's view in a version of ours, the rest of which is Odoo's as it is
                found[root] = set(etree.fromstring(view.arch).xpath("//@name"))
            else:
                names = set(etree.fromstring(view.arch).xpath("//@name"))
                found[root] = found.get(root, set()) | names
        # what the administrator sees first, first
        views = sorted(found, key=lambda view: (view.model, view.type, view.id))
        return [(view, found[view]) for view in views]

    def find_views_of(self, role, *kinds):
        """Those of models that the user may read. What the manager sees too, the administrator
        need not look at once more."""
        for view, names in self.find_views(*kinds):
            model = self.env[view.model]
            skip = role == "administrator" and self._may_read(model, "manager")
            if self._may_read(model, role) and not skip:
                yield view, names

    def _may_read(self, model, role):
        return model.with_user(self.roles[role]).has_access("read")

    def get_arch(self, view, user):
        """As the user gets it."""
        model = self.env[view.model].with_user(user)
        result = model.get_views([(view.id, view.type)])
        return etree.fromstring(result["views"][view.type]["arch"])

    def name_view(self, view):
        return view.xml_id.removeprefix(f"{MODULE}.") or view.name

    def find_buttons(self, arch, model, names=None):
        """The buttons that call a method, of the lists and cards inside too.

        :return: SimpleNamespace(model, name, args, context, several, always) in their order
        """
        for node in arch.xpath("//*[@type='object'][@name or @action]"):
            name = node.get("name") if node.tag in ("button", "a") else node.get("action")
            if not name or (names is not None and name not in names):
                continue
            header = next(node.iterancestors("header"), None)
            in_list = header is not None and header.getparent().tag == "list"
            yield SimpleNamespace(
                model=self._get_model_of(node, model),
                name=name,
                args=node.get("args"),
                context=node.get("context"),
                several=in_list,
                always=in_list and node.get("display") == "always",
            )

    def _get_model_of(self, node, model):
        """Of a node: a list inside a form speaks of another model."""
        fields = [field.get("name") for field in node.iterancestors("field")]
        for name in reversed(fields):
            field = self.env[model]._fields.get(name)
            if field is not None and field.comodel_name:
                model = field.comodel_name
        return model

    # ------------------------------------------------------------------
    # Records
    # ------------------------------------------------------------------

    def choose(self, model, user, count):
        """Records that differ in as much as possible, of those that the user may see."""
        count *= TIMES
        key = (model, user.id, count)
        if key not in self.chosen:
            self.chosen[key] = self._choose(model, user, count).ids
        return self.env[model].with_user(user).browse(self.chosen[key])

    def _choose(self, model, user, count):
        records = self.env[model].with_user(user).with_context(active_test=False)
        if records._transient or records._abstract or not records.has_access("read"):
            return records
        records = records.search([], limit=MOST_CANDIDATES, order="id desc")
        traits = {record: self._get_traits(record.sudo()) for record in records}
        chosen, seen = records.browse(), set()
        while traits and len(chosen) < count:
            best = max(traits, key=lambda record: len(traits[record] - seen))
            if chosen and not traits[best] - seen:
                break
            chosen += best
            seen |= traits.pop(best)
        return chosen

    def _get_traits(self, record):
        """What the record is, in as far as one looks different from another by it."""
        traits = set()
        for name, field in record._fields.items():
            if not field.store or field.type not in TELLING_TYPES or name in MAGIC:
                continue
            value = record[name]
            telling = field.type == "selection"
            traits.add((name, value if telling else bool(value)))
        return traits

    # ------------------------------------------------------------------
    # What a button opens
    # ------------------------------------------------------------------

    def press(self, records, button):
        """Press a button as the web client does, with the user of the records.

        :return: the action that it answers with, None for none
        """
        context = self.evaluate(button.context, records) or {}
        pressed = records.with_context(**context)
        args = json.loads(button.args.replace("'", '"')) if button.args else []
        action = getattr(pressed, button.name)(*args)
        self.env.cr.flush()
        if not isinstance(action, dict) or not action.get("type"):
            return None
        active = {"active_model": records._name}
        if not button.several:
            active.update(active_id=records.id, active_ids=records.ids)
        return self.complete(action, {**context, **active}, records)

    def complete(self, action, context, records):
        """With the context that the web client adds."""
        own = self.evaluate(action.get("context"), records, context) or {}
        return {**action, "context": {**context, **own}}

    def evaluate(self, text, records, context=None):
        if not isinstance(text, str):
            return text
        return safe_eval(
            text,
            {
                "uid": records.env.uid,
                "id": records[:1].id,
                "active_id": records[:1].id,
                "active_ids": records.ids,
                "active_model": records._name,
                "allowed_company_ids": records.env.companies.ids,
                "context": context or {},
                "context_today": safe_datetime.date.today,
                "datetime": safe_datetime,
                "time": time,
                **{name: records[:1][name] for name in ("state", "date") if name in records},
            },
        )

    def open(self, action, user):
        """Open what a button answers with, as far as the server takes part in it.

        :return: the form that it shows, None for no form
        """
        action = follow(action)
        if not action or action["type"] != "ir.actions.act_window":
            return None
        context = action["context"]
        model = self.env[action["res_model"]].with_user(user)
        model = model.with_context(**{**model.env.context, **context})
        views = action.get("views") or self._get_view_modes(action)
        search = action.get("search_view_id")
        search = search[0] if isinstance(search, (list, tuple)) else search
        known = model.get_views([*views, (search or False, "search")])
        if action.get("res_id") or views[0][1] == "form":
            view = next((view for view, kind in views if kind == "form"), False)
            view = self.env["ir.ui.view"].browse(view) if view else None
            return Form(model.browse(action.get("res_id") or []), view)
        self._read(model, action, views[0][1], known)
        return None

    def _get_view_modes(self, action):
        kinds = (action.get("view_mode") or "form").split(",")
        view = action.get("view_id")
        view = view[0] if isinstance(view, (list, tuple)) else view
        return [(view if not i else False, kind) for i, kind in enumerate(kinds)]

    def _read(self, model, action, kind, known):
        """The first rows of a list or of cards."""
        domain = self.evaluate(action.get("domain"), model, action["context"]) or []
        if kind not in ("list", "kanban"):
            model.search_count(domain, limit=MOST_ROWS)
            return
        arch = etree.fromstring(known["views"][kind]["arch"])
        fields = {
            node.get("name"): {}
            for node in arch.iterdescendants("field")
            if next(node.iterancestors("field"), None) is None
        }
        model.web_search_read(domain, fields, limit=MOST_ROWS)

    def has_dialog(self, action):
        """Whether an action opens a wizard, which is gone when it is closed."""
        action = follow(action)
        return (
            bool(action)
            and action["type"] == "ir.actions.act_window"
            and self.env[action["res_model"]]._transient
        )


#: Fields that say nothing of what a record is.
MAGIC = ("create_uid", "create_date", "write_uid", "write_date", "display_name", "name")


def follow(action):
    """What comes after a message to the user."""
    while action and action.get("type") == "ir.actions.client":
        following = (action.get("params") or {}).get("next")
        action = dict(following, context=following.get("context") or {}) if following else None
    return action


def _is_form_assertion(fault):
    """Odoo's form refuses what the web client would: a field that cannot be edited, or that
    must not be empty."""
    return traceback.extract_tb(fault.__traceback__)[-1].filename.endswith("tests/form.py")


def _find_own_line(fault):
    """The last line of the module in the traceback of a fault."""
    if not fault:
        return ""
    here = Path(__file__).parent
    lines = [
        frame
        for frame in traceback.extract_tb(fault.__traceback__)
        if MODULE in frame.filename and Path(frame.filename).parent != here
    ] or traceback.extract_tb(fault.__traceback__)[-1:]
    if not lines:
        return ""
    return f"{Path(lines[-1].filename).name}:{lines[-1].lineno} {lines[-1].name}"
