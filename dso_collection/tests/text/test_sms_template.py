from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..common import DsoCommon


@tagged("post_install", "-at_install")
class TestSmsTemplate(DsoCommon):
    """Credit managers write the SMS of their scenarios, and nobody else's."""

    def setUp(self):
        super().setUp()
        self.action = self.env.ref("dso_collection.dso_sms_template_action")

    def test_a_manager_writes_one(self):
        form = Form.from_action(
            self.env(user=self.manager),
            {**self.action._get_action_dict(), "views": [(False, "form")]},
        )
        form.name = "Before the formal notice"
        form.body = "#company_name: please pay #items_amount_overdue."
        template = form.save()
        self.assertEqual(template.model, "dso.action")
        step = self.scenario.step_ids[0].with_user(self.manager)
        step.write({"action_type": "sms", "sms_template_id": template.id})
        template.body = "Please pay."
        template.copy().unlink()

    def test_others_templates_are_left_alone(self):
        other = self.env["sms.template"].create(
            {
                "name": "Other",
                "body": "Hello",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        templates = other.with_user(self.manager)
        for change in (lambda: templates.write({"body": "x"}), templates.unlink):
            with self.assertRaises(AccessError):
                change()
        own = self.env.ref("dso_collection.sms_template_reminder")
        with self.assertRaises(AccessError):
            own.with_user(self.manager).model_id = other.model_id
        with self.assertRaises(AccessError):
            own.with_user(self.collector).body = "x"

    def test_no_action_of_a_menu_goes_with_a_template(self):
        """Odoo deletes it as superuser, whosever it is."""
        own = self.env.ref("dso_collection.sms_template_reminder").with_user(self.manager)
        with self.assertRaises(AccessError):
            own.sidebar_action_id = self.action
        with self.assertRaises(AccessError):
            own.with_context(default_sidebar_action_id=self.action.id).create(
                {"name": "Mine", "body": "Hello", "model_id": own.model_id.id}
            )
