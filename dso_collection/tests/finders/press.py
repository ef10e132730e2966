"""Pressing the buttons of views, in one role, on records that differ."""

from lxml import etree

from odoo.exceptions import RedirectWarning, UserError

from .screens import KINDS, MODULE

#: What a button may answer instead of working.
REFUSALS = (UserError, RedirectWarning)
#: How many records each button is pressed on, by role.
RECORDS = {"reader": 1, "collector": 2, "manager": 1, "administrator": 1}
#: How often the buttons of a dialog are pressed that several records open.
DIALOGS = 2


class PressMixin:
    """Presses buttons as the web client does, also those that the user is not shown."""

    def _press_everything(self, role):
        user = self.roles[role]
        for button in self.find_all_buttons(role):
            for records in self.find_groups(button, user, RECORDS[role]):
                with self.trying(
                    role, button.title, _name(records), button.name, refusals=REFUSALS
                ):
                    self._press_one(role, user, records, button)
        self._follow_links(role, user)
        self._open_actions(role, user)

    def find_all_buttons(self, role):
        """Each button of each view once, also those that the user is not shown: a call can be
        made without them."""
        known = set()
        for view, names in self.find_views_of(role, *KINDS):
            whole = etree.fromstring(view.get_combined_arch())
            for button in self.find_buttons(whole, view.model, names):
                key = (button.model, button.name, button.args, button.context, button.several)
                if key not in known:
                    known.add(key)
                    button.title = self.name_view(view)
                    yield button

    def find_groups(self, button, user, count):
        """What the button is pressed on: records one by one, and what a list may have ticked."""
        records = self.choose(button.model, user, count)
        groups = [records] if button.several and len(records) > 1 else []
        if button.always:
            groups.append(records.browse())
        return [*records, *groups]

    def _press_one(self, role, user, records, button):
        action = self.press(records, button)
        form = action and self.open(action, user)
        if form and self.has_dialog(action):
            self._press_dialog(role, user, form, button.name)

    def _press_dialog(self, role, user, form, opener):
        """The buttons of a dialog, as it opens."""
        key = (role, form._record._name, opener)
        self.tried[key] += 1
        if self.tried[key] > DIALOGS:
            return
        wizard = form.save()
        for button in self.find_buttons(form._view["tree"], wizard._name):
            if button.model != wizard._name:
                continue
            with self.trying(role, opener, _name(wizard), button.name, refusals=REFUSALS):
                action = self.press(wizard, button)
                if action:
                    self.open(action, user)

    def _follow_links(self, role, user):
        """Buttons that open an action by its number."""
        for view, names in self.find_views_of(role, *KINDS):
            title = self.name_view(view)
            with self.trying(role, title, "the view itself", refusals=()):
                arch = self.get_arch(view, user)
            for node in arch.xpath("//button[@type='action'][@name]"):
                if names is not None and node.get("name") not in names:
                    continue
                for record in self.choose(view.model, user, 1):
                    where = (role, title, _name(record), f"action {node.get('string')}")
                    with self.trying(*where, refusals=REFUSALS):
                        self._open_by_id(record, int(node.get("name")), user, node.get("context"))

    def _open_actions(self, role, user):
        """What menus and the Action menu offer: window actions and server actions of the module."""
        data = self.env["ir.model.data"].search(
            [
                ("module", "=", MODULE),
                ("model", "in", ("ir.actions.act_window", "ir.actions.server")),
            ]
        )
        for xml_id in data:
            action = self.env[xml_id.model].browse(xml_id.res_id)
            if action._name == "ir.actions.server" and action.usage == "ir_cron":
                continue
            bound = action.binding_model_id.model
            records = self.choose(bound, user, 3) if bound else user.browse()
            with self.trying(role, xml_id.name, _name(records), "menu", refusals=REFUSALS):
                self._open_by_id(records, action.id, user)

    def _open_by_id(self, records, action_id, user, context=None):
        """An action that is known by its number, on records."""
        action = self.env["ir.actions.actions"].browse(action_id)
        active = {}
        if records:
            active = {
                "active_id": records[:1].id,
                "active_ids": records.ids,
                "active_model": records._name,
            }
        active.update(self.evaluate(context, records) or {})
        action = self.env[action.type].browse(action_id).with_user(user)
        if action._name == "ir.actions.server":
            result = action.with_context(**active).run()
        else:
            # sudo: the web client loads an action for whoever may see its menu
            result = action.sudo()._get_action_dict()
        if isinstance(result, dict) and result.get("type"):
            self.open(self.complete(result, active, records), user)


def _name(records):
    return f"{records._name}{tuple(records.ids)}"
