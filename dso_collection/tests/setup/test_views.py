"""Views that Odoo checks quickly: an install must not be killed by its limits of CPU time. And
translations that leave what a view computes as it is."""

import re
import time

import polib
from lxml import etree

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path
from odoo.tools.view_validation import relaxng

#: The cost of checking a list doubles with each attribute of its element.
MOST_ATTRIBUTES = 7
#: A plain list with so many attributes takes a twentieth of a second of CPU on a usual machine, a
#: fraction of what Odoo's limits leave for all views: none may take more, on this machine now.
COSTLY = (
    *(f"decoration-{look}" for look in ("bf", "it", "danger", "info", "muted", "primary")),
    "decoration-success",
    "decoration-warning",
    "create",
    "delete",
    "edit",
    "import",
    "export_xlsx",
)
TRIES = 9


@tagged("post_install", "-at_install")
class TestViews(TransactionCase):
    def _get_archs(self):
        """(xml id, combined arch) of each view that the module makes or changes."""
        data = self.env["ir.model.data"].search(
            [("module", "=", "dso_collection"), ("model", "=", "ir.ui.view")]
        )
        for xml_id, view in zip(
            data.mapped("name"), self.env["ir.ui.view"].browse(data.mapped("res_id")), strict=True
        ):
            if view.type != "qweb":
                yield xml_id, etree.fromstring(view.get_combined_arch())

    def test_lists_have_few_attributes(self):
        archs = list(self._get_archs())
        self.assertGreater(len(archs), 80, "all views of the module")
        many = {
            xml_id: len(arch.attrib)
            for xml_id, arch in archs
            if arch.tag == "list"
            and len(arch.attrib) > MOST_ATTRIBUTES
            # lists of Odoo that the module adds fields to are Odoo's
            and not self.env.ref(f"dso_collection.{xml_id}").inherit_id
        }
        self.assertFalse(many)

    def test_each_view_is_checked_in_a_moment(self):
        costly = etree.Element("list", dict.fromkeys(COSTLY, "1"))
        slow = {}
        most = self._measure(relaxng_of("list"), costly)
        for xml_id, arch in self._get_archs():
            if not (schema := relaxng_of(arch.tag)):
                continue
            seconds = self._measure(schema, arch)
            if seconds > most:
                # again, in turn: the machine may do other things now, or be slow
                most = self._measure(relaxng_of("list"), costly)
                seconds = self._measure(schema, arch)
                if seconds > most:
                    slow[xml_id] = (seconds, most)
        self.assertFalse(slow)

    def test_translations_keep_expressions(self):
        """A space that typography asks for, within an attribute, and the dialog opens no more."""
        computed = re.compile(r'''(?:invisible|readonly|required|t-[\w-]+)="[^"]*"''')
        for lang in ("de", "fr"):
            for entry in polib.pofile(file_path(f"dso_collection/i18n/{lang}.po")):
                with self.subTest(lang=lang, text=entry.msgid):
                    self.assertEqual(
                        sorted(computed.findall(entry.msgstr or entry.msgid)),
                        sorted(computed.findall(entry.msgid)),
                    )

    def _measure(self, schema, arch):
        """:return: seconds of CPU, the least of a few"""
        found = []
        for _try in range(TRIES):
            began = time.process_time()
            self.assertTrue(schema.validate(arch), schema.error_log)
            found.append(time.process_time() - began)
        return min(found)


def relaxng_of(tag):
    """Odoo's schema for views of this kind; None for those that it has none for."""
    checked = ("calendar", "graph", "pivot", "search", "list", "activity")
    return relaxng(tag) if tag in checked else None
