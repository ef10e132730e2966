"""What the installation leaves to scheduled actions."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import TransactionCase, tagged

from ...hooks import post_init_hook


@tagged("post_install", "-at_install")
class TestHooks(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        data = cls.env["ir.model.data"].search(
            [("module", "=", "dso_collection"), ("model", "=", "ir.cron")]
        )
        cls.crons = cls.env["ir.cron"].browse(data.mapped("res_id"))

    def test_no_scheduled_action_is_due_while_workers_do_not_know_the_module(self):
        self.assertGreaterEqual(len(self.crons), 8)
        for cron in self.crons:
            with self.subTest(cron=cron.name):
                self.assertGreater(cron.nextcall, cron.create_date + timedelta(minutes=1))

    def test_the_first_plan_waits_for_the_workers(self):
        """So does what the demo data asked for."""
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "in", self.crons.ids)])
        triggers.unlink()
        dispatch = self.env.ref("dso_collection.ir_cron_dispatch")
        dispatch._trigger()
        post_init_hook(self.env)
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "in", self.crons.ids)])
        plan = self.env.ref("dso_collection.ir_cron_plan")
        self.assertEqual(triggers.cron_id, dispatch | plan)
        self.assertGreater(
            min(triggers.mapped("call_at")), fields.Datetime.now() + timedelta(seconds=30)
        )

    def test_what_the_installation_itself_changes_waits_too(self):
        """It is noted at the very end, after the hook, when all is written."""
        cron = self.env.ref("dso_collection.ir_cron_refresh")
        for ready, seconds in ((False, 30), (True, -30)):
            with self.subTest(ready=ready), patch.object(self.env.registry, "ready", ready):
                cron.active = True
                self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
                self.env["dso.refresh.queue"]._trigger_refresh()
                call_at = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).call_at
                later = fields.Datetime.now() + timedelta(seconds=seconds)
                self.assertGreater(call_at, later)
                self.assertEqual(call_at > fields.Datetime.now(), not ready)
