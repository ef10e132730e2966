"""Every place that shows an action offers the same buttons, by one definition."""

from freezegun import freeze_time
from lxml import etree

from odoo.tests import tagged

from ...engine.offers import OFFERS, ROW
from ..common import DsoCommon

#: What each button calls.
METHODS = {
    "log_call": "action_log",
    "log": "action_log",
    "send": "action_preview",
    "print": "action_print_letters",
    "confirm": "action_confirm",
    "retry": "action_retry",
    "preview": "action_preview",
    "unconfirm": "action_unconfirm",
    "message": "action_view_message",
    "letter": "action_reprint_letters",
    "came_back": "action_open_return",
    "evidence": "action_ask_evidence_file",
    "fix": "action_fix",
    "reschedule": "action_open_reschedule",
    "qualify": "action_qualify_items",
    "end": "action_open_end",
    "skip": "action_cancel",
    "cancel": "action_cancel",
}
#: Where nothing is done with the actions that are shown: dates of registered letters that were
#: posted are entered in their list; who logs a call sees what was done last.
EXEMPT = {
    "dso_action_view_list_registered",
    "dso_action_view_kanban_registered",
    "dso_action_log_view_form",
}
VIEWS = ("list", "kanban", "form")


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31 09:00:00")
class TestOffers(DsoCommon):
    def _get_places(self):
        """(name, node) of each view of actions, those inside other views, too."""
        data = self.env["ir.model.data"].search(
            [("module", "=like", "dso_collection%"), ("model", "=", "ir.ui.view")]
        )
        for xml_id, view in zip(
            data.mapped("name"), self.env["ir.ui.view"].browse(data.mapped("res_id")), strict=True
        ):
            if view.model in self.env and view.type in VIEWS and xml_id not in EXEMPT:
                arch = etree.fromstring(view.get_combined_arch())
                yield from self._find_places(xml_id, view.model, arch)

    def _find_places(self, name, model, node):
        if model == "dso.action":
            yield name, node
        for child in node.iter("field"):
            nested = [view for view in child if view.tag in VIEWS]
            if child is node or not nested or self._is_nested(child, node):
                continue
            comodel = self.env[model]._fields[child.get("name")].comodel_name
            for view in nested:
                yield from self._find_places(f"{name}/{child.get('name')}", comodel, view)

    def _is_nested(self, child, node):
        """Whether a field stands in a view inside this one."""
        return any(
            parent.tag in VIEWS and parent is not node
            for parent in child.iterancestors()
            if node in parent.iterancestors()
        )

    def _get_buttons(self, node):
        """{name of the button: [node]} of those that do something with one action."""
        methods = set(METHODS.values())
        result = {}
        for button in node.iter("button", "a"):
            in_header = node.tag == "list" and any(
                parent.tag == "header" for parent in button.iterancestors()
            )
            if button.get("name") in methods and not in_header:
                name = (button.get("invisible") or "").removesuffix(" not in offers").strip("'")
                result.setdefault(name, []).append(button)
        return result

    def test_every_place_offers_the_same(self):
        places = list(self._get_places())
        self.assertGreaterEqual(
            {name for name, _node in places},
            {
                "dso_action_view_list",
                "dso_action_view_list_automatic",
                "dso_action_view_list_history",
                "dso_action_view_kanban",
                "dso_action_view_form",
                "dso_action_view_form_panel",
                "dso_customer_view_form/open_action_ids",
                "account_move_view_form/dso_action_ids",
            },
        )
        for name, node in places:
            with self.subTest(place=name, view=node.tag):
                buttons = self._get_buttons(node)
                self.assertEqual(
                    sorted(buttons), sorted(ROW if node.tag == "list" else OFFERS), "by offers"
                )
                for offer, (button, *others) in buttons.items():
                    self.assertFalse(others, f"{offer} stands there twice")
                    self.assertEqual(button.get("name"), METHODS[offer])
                    self.assertEqual(button.get("invisible"), f"'{offer}' not in offers")
                    if METHODS[offer] == "action_cancel":
                        # what becomes of a dispute is asked, wherever its action is given up
                        self.assertIn("dso_ask", button.get("context") or "")

    def _create_action(self, action_type, **values):
        return self.env["dso.action"].create(
            {
                "customer_id": self._customer().id,
                "action_type": action_type,
                "date": "2026-03-31",
                **values,
            }
        )

    def test_letters_are_printed(self):
        """Neither a button nor a key marks a letter as done that was never printed."""
        self._invoice("2026-03-01")
        self._plan("2026-03-31")
        template = self.env["dso.letter.template"].search([], limit=1)
        for action_type in ("letter", "letter_registered"):
            action = self._create_action(action_type, letter_template_id=template.id)
            action = action.with_user(self.collector)
            self.assertIn("print", action.offers)
            self.assertNotIn("log", action.offers)
            self.assertEqual(action.action_log()["res_model"], "dso.letter.print")
            self.assertEqual(action.state, "planned")

    def test_messages_are_seen(self):
        self._invoice("2026-03-01")
        self._plan("2026-03-31")
        action = self._create_action("email", subject="Hello", body="<p>Text</p>")
        self.assertEqual(action.action_log()["res_model"], "dso.action.preview")

    def test_calls_are_logged(self):
        self._invoice("2026-03-01")
        self._plan("2026-03-31")
        action = self._create_action("call")
        self.assertEqual(action.offers, ["log_call", "reschedule", "qualify", "cancel"])
        self.assertEqual(action.action_log()["res_model"], "dso.action.log")
