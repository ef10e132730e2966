"""What happens once, when the module is installed."""


def post_init_hook(env):
    """Make the customers' files and let the planning cron do the rest.

    Set-based and without touching journal items, so that it takes seconds on a ledger of millions.
    """
    companies = env["res.company"].sudo().search([])
    standard = env.ref("dso_collection.scenario_standard", raise_if_not_found=False)
    companies.filtered(lambda company: not company.dso_default_scenario_id).write(
        {"dso_default_scenario_id": standard.id if standard else False}
    )
    env["dso.customer"]._ensure_customers(companies)
    env.ref("dso_collection.ir_cron_plan")._trigger()
