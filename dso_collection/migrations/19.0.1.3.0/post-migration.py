"""Scores, payment profiles and oldest due dates are stored by the plan: plan everybody anew."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["dso.refresh.queue"]._enqueue_companies(env["res.company"]._dso_companies())
