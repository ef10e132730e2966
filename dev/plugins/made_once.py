"""For pytest: what comes out the same each time is made once.

Tests undo what they have written. So Odoo would put its bundles of scripts and styles together anew
for each class of tests that is the first to ask for one, and read the charts of accounts of all
countries for each company that a class makes. And which fields depend on those that a record is
created or written with, it would put together anew each time.
"""

import copy
import hashlib
import os
from collections import Counter
from pathlib import Path
from unittest.mock import patch

import pytest

#: As many bundles are kept, those that were asked for last.
KEPT = 400
_counts = Counter()


@pytest.fixture(scope="session", autouse=True)
def made_once(request):
    from odoo.orm.registry import Registry, TriggerTree

    from odoo.addons.account.models.ir_module import IrModuleModule
    from odoo.addons.base.models.assetsbundle import AssetsBundle

    bundles = Bundles(Path(os.environ["DSO_BUNDLES"]))
    charts = remember_charts(IrModuleModule._compute_account_templates)
    with (
        patch.object(AssetsBundle, "js", bundles.remember(AssetsBundle.js, "min.js")),
        patch.object(AssetsBundle, "css", bundles.remember(AssetsBundle.css, "min.css")),
        patch.object(IrModuleModule, "_compute_account_templates", charts),
        patch.object(Registry, "get_trigger_tree", remember_trees(TriggerTree)),
    ):
        yield
    bundles.tidy()


def pytest_terminal_summary(terminalreporter):
    if _counts:
        terminalreporter.write_line(
            f"bundles: {_counts['made']} made, {_counts['kept']} taken from an earlier test"
        )


class Bundles:
    """Files of bundles, named after everything that they are made of."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def remember(self, make, extension):
        def remembering(bundle):
            if bundle.is_debug_assets:
                return self._remember_debug(bundle, make, extension)
            if found := bundle.get_attachments(extension):
                return found if extension == "min.css" else found[0]
            path = self.folder / f"{self.describe(bundle, extension)}.{extension}"
            if path.exists():
                os.utime(path)
                _counts["kept"] += 1
                return bundle.save_attachment(extension, path.read_bytes().decode())
            result = make(bundle)
            _counts["made"] += 1
            # what is wrong with styles is to be told each time
            if not bundle.css_errors:
                self._keep(path, result)
            return result

        return remembering

    def _remember_debug(self, bundle, make, extension):
        """As the debug mode has it: with a map, which stands in an attachment of its own."""
        extension = extension.removeprefix("min.")
        if bundle.get_attachments(extension):
            return make(bundle)
        name = f"{self.describe(bundle, f'min.{extension}')}.debug.min"
        path, map_path = (
            self.folder / f"{name}.{extension}",
            self.folder / f"{name}.{extension}.map",
        )
        if path.exists() and map_path.exists():
            os.utime(path)
            os.utime(map_path)
            _counts["kept"] += 1
            if not bundle.get_attachments(f"{extension}.map"):
                bundle.save_attachment(f"{extension}.map", map_path.read_bytes().decode())
            return bundle.save_attachment(extension, path.read_bytes().decode())
        result = make(bundle)
        _counts["made"] += 1
        if not bundle.css_errors:
            self._keep(map_path, bundle.get_attachments(f"{extension}.map"))
            self._keep(path, result)
        return result

    def _keep(self, path, attachment):
        new = path.with_suffix(f".{os.getpid()}")
        new.write_bytes(attachment.raw or b"")  # an empty bundle
        new.replace(path)

    def describe(self, bundle, extension):
        """Where a part is in the database, it may be another one of the same moment."""
        style = extension == "min.css"
        parts = bundle.stylesheets if style else bundle.javascripts + bundle.templates
        found = hashlib.sha256()
        found.update(repr((bundle.name, style and (bundle.rtl, bundle.autoprefix))).encode())
        for part in parts:
            # Odoo's own mark of a file: its name and when it was changed
            mark = part.unique_descriptor if part._filename else f"{part.url}\n{part.content}"
            found.update(f"{type(part).__name__} {mark}\0".encode())
        return found.hexdigest()

    def tidy(self):
        # another process may do so, too
        ages = sorted(self.folder.glob("*.min.*"), key=lambda path: -os.stat(path).st_mtime)
        for path in ages[KEPT:]:
            path.unlink(missing_ok=True)


def remember_charts(compute):
    """Of each module in each state: which country's charts it has."""
    known = {}

    def remembering(modules):
        unknown = modules.filtered(lambda module: (module.name, module.state) not in known)
        if unknown:
            compute(unknown)
            for module in unknown:
                known[module.name, module.state] = copy.deepcopy(module.account_templates)
        for module in modules - unknown:
            module.account_templates = copy.deepcopy(known[module.name, module.state])

    # what Odoo knows of the method
    remembering.__dict__.update(compute.__dict__)
    return remembering


def remember_trees(tree_class):
    """The merged tree of what depends on several fields is kept as long as Odoo keeps that of each;
    what of it is selected differs from call to call."""

    def get_trigger_tree(registry, fields, select=bool):
        fields = tuple(field for field in fields if field in registry._field_triggers)
        # emptied by Odoo when fields change
        trees = registry._field_trigger_trees
        if fields not in trees:
            each = [registry.get_field_trigger_tree(field) for field in fields]
            trees[fields] = tree_class.merge(each, lambda _field: True)
        return prune(trees[fields], select, {})

    def prune(tree, select, known):
        root = []
        for field in tree.root:
            if field not in known:
                known[field] = select(field)
            if known[field]:
                root.append(field)
        result = tree_class(root)
        for label, part in tree.items():
            if found := prune(part, select, known):
                result[label] = found
        return result

    return get_trigger_tree
