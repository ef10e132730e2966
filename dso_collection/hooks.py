"""What happens once, when the module is installed."""

from datetime import timedelta

from odoo import fields

#: Workers that ran before the installation hear of it a moment after it is committed. Whatever
#: scheduled action of ours they begin in between fails, for want of the module's models.
UNTIL_WORKERS_KNOW = timedelta(minutes=1)


def post_init_hook(env):
    """Make the customers' files and let the planning cron do the rest.

    Set-based and without touching journal items, so that it takes seconds on a ledger of millions.
    """
    # sudo: every company gets its files, whoever installs
    companies = env["res.company"].sudo().search([])
    standard = env.ref("dso_collection.scenario_standard", raise_if_not_found=False)
    companies.filtered(lambda company: not company.dso_default_scenario_id).write(
        {"dso_default_scenario_id": standard.id if standard else False}
    )
    env["dso.customer"]._ensure_customers(companies)
    _schedule(env)


def _schedule(env):
    """Plan for the first time, and do what demo data asked for, when all workers know of it."""
    at = fields.Datetime.now() + UNTIL_WORKERS_KNOW
    plan = env.ref("dso_collection.ir_cron_plan")
    ours = env["ir.model.data"].search(
        [("module", "=", "dso_collection"), ("model", "=", "ir.cron")]
    )
    triggers = env["ir.cron.trigger"].search(
        [("cron_id", "in", ours.mapped("res_id")), ("call_at", "<", at)]
    )
    triggers.write({"call_at": at})
    if plan not in triggers.cron_id:
        plan._trigger(at)
