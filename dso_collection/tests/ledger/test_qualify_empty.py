"""The dialog of *Change status* before a status is chosen, as the web client opens it."""

from freezegun import freeze_time

from odoo.tests import Form, tagged

from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestQualifyEmpty(DsoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lines = cls._line(cls._invoice("2026-03-01", 100)) | cls._line(
            cls._invoice("2026-03-02", 50)
        )
        cls._plan("2026-03-06")

    def _open(self, lines):
        """The form, with what the button hands over."""
        action = lines.with_user(self.collector).action_dso_qualify()
        wizard = self.env["dso.item.qualify"].with_user(self.collector)
        return Form(wizard.with_context(**action["context"]))

    def test_something_is_chosen_in_each_step(self):
        """No e-mail, and the scenario goes on."""
        form = self._open(self.lines)
        self.assertEqual((form.email_mode, form.next_action), ("none", "scenario"))
        wizard = form.save()
        self.assertEqual((wizard.email_mode, wizard.next_action), ("none", "scenario"))
        wizard.action_next()
        form = Form(wizard)
        self.assertEqual((form.email_mode, form.next_action), ("none", "scenario"))

    def test_with_items_that_have_something(self):
        promise = self.env.ref("dso_collection.status_promise")
        self.lines[0].dso_status_id = promise
        form = self._open(self.lines)
        self.assertEqual((form.email_mode, form.next_action), ("none", "scenario"))
        wizard = form.save()
        self.assertEqual((wizard.email_mode, wizard.next_action), ("none", "scenario"))

    def test_what_is_handed_over_stands(self):
        """By a status, or by who opens the dialog."""
        dispute = self.env.ref("dso_collection.status_dispute_price")
        action = self.lines.with_user(self.collector).action_dso_qualify()
        wizard = self.env["dso.item.qualify"].with_user(self.collector)
        context = dict(action["context"], default_status_id=dispute.id)
        form = Form(wizard.with_context(**context))
        self.assertEqual((form.email_mode, form.next_action), ("none", dispute.next_action))
        self.assertEqual(form.next_action, "specific")
        form = Form(wizard.with_context(**context, default_email_mode="customer"))
        self.assertEqual(form.email_mode, "customer")

    def test_no_default_among_what_is_computed_together(self):
        """A new form takes a field with a default for entered, and computes none of the fields
        that are computed with it: they are stored empty."""
        registry = self.env.registry
        for name, model in self.env.items():
            if not name.startswith("dso."):
                continue
            for field in model._fields.values():
                together = registry.field_computed.get(field, ())
                if field.default and any(other != field for other in together):
                    self.fail(f"{field}: {[other.name for other in together]}")
