"""The OCA module account_credit_control, driven through its own entry points: run, not copied."""

from lab import environment, peak_memory_mb, stopwatch

NAME = "account_credit_control"


def prepare(database):
    """Its ready-made policy of three reminders, for all customers."""
    with environment(database) as env:
        policy = env.ref(f"{NAME}.credit_control_3_time")
        policy.account_ids = env["account.account"].search(
            [("account_type", "=", "asset_receivable")]
        )
        env.company.credit_policy_id = policy


def plan(database):
    """Compute the lines of all overdue items, then release them to be sent."""
    with environment(database) as env:
        run = env["credit.control.run"].create({"date": env.company._dso_today()})
        with stopwatch() as compute:
            run.generate_credit_lines()
            env.cr.commit()
        with stopwatch() as release:
            run.set_to_ready_lines()
            env.cr.commit()
        return {
            "compute": compute.seconds,
            "release": release.seconds,
            "lines": len(run.line_ids),
            "customers": len(run.line_ids.partner_id),
            "memory": peak_memory_mb(),
        }


def queue(env, number):
    """The e-mails of so many customers who have released lines."""
    lines = env["credit.control.line"]
    domain = [("state", "=", "to_be_sent"), ("channel", "=", "email")]
    partners = lines._read_group(domain, ["partner_id"], limit=number)
    ids = [partner.id for (partner,) in partners]
    wizard = env["credit.control.emailer"].create(
        {"line_ids": lines.search([*domain, ("partner_id", "in", ids)]).ids}
    )
    wizard.email_lines()
