"""On a screen, in a message and on a page, each date is written in the format of the reader's
language, whoever writes it: a field, or a text of the server's."""

from datetime import datetime

from lxml import etree

from odoo.tests import tagged
from odoo.tools.misc import format_date

from ...tools.dates import format_moment
from ..common import DsoCommon


@tagged("post_install", "-at_install")
class TestDates(DsoCommon):
    def _get_views(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", "dso_collection"), ("model", "=", "ir.ui.view")]
        )
        views = self.env["ir.ui.view"].browse(data.mapped("res_id")).exists()
        kinds = ("list", "kanban", "form")
        return views.filtered(
            lambda view: view.mode == "primary" and view.type in kinds and not view.inherit_id
        )

    def _get_dates(self, node, model):
        """The nodes of dates in a view, and in the views within."""
        for child in node:
            inner = model
            if child.tag == "field" and (field := model._fields.get(child.get("name"))):
                if field.type in ("date", "datetime"):
                    yield child
                if field.comodel_name:
                    inner = self.env[field.comodel_name]
            yield from self._get_dates(child, inner)

    def test_fields(self):
        found = 0
        for view in self._get_views():
            Model = self.env[view.model]
            arch = etree.fromstring(Model.get_view(view.id, view.type)["arch"])
            for node in self._get_dates(arch, Model):
                found += 1
                with self.subTest(view=view.name, field=node.get("name")):
                    self.assertIn("'numeric': True", node.get("options") or "")
        self.assertGreater(found, 50)

    def test_views_of_others(self):
        """Forms of Odoo's to which we add something stay as they were."""
        arch = etree.fromstring(self.env["account.move"].get_view(view_type="form")["arch"])
        (node, *_others) = arch.xpath("//field[@name='invoice_date']")
        self.assertNotIn("numeric", node.get("options") or "")

    def test_moments(self):
        moment = datetime(2026, 11, 5, 14, 7, 33)
        for code, text in (
            ("en_US", "11/05/2026 14:07"),
            ("fr_FR", "05/11/2026 14:07"),
            ("de_DE", "05.11.2026 14:07"),
        ):
            with self.subTest(code):
                self.env["res.lang"]._activate_lang(code)
                env = self.env(context={**self.env.context, "lang": code})
                lang = self.env["res.lang"]._lang_get(code)
                lang.time_format = "%H:%M:%S"
                self.assertEqual(format_moment(env, moment, tz="UTC"), text)
                self.assertEqual(format_date(env, moment.date()), text[:10])
