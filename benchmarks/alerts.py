"""The night's job of alerts: many rules over all customers."""

import ledger
from client import Client, Window
from lab import environment, in_turns, peak_memory_mb, stopwatch, trim

REPEAT = 5

#: Conditions of all kinds: stored figures, dates, guarantees, contacts, statuses, actions.
CONDITIONS = (
    "[('amount_overdue', '>', {amount})]",
    "[('days_overdue_max', '>', {days})]",
    "[('amount_due', '>', {amount}), ('oldest_due_date', '<', 'today -{days}d')]",
    "[('amount_overdue', '>', {amount}), ('days_without_action', '>=', {days})]",
    "[('overdue_unsecured', '>', {amount})]",
    "[('insurance_declaration_days_left', '<=', {days})]",
    "[('contact_missing', '=', True), ('amount_due', '>', {amount})]",
    "[('email_missing', '=', False), ('days_overdue_max', '>', {days})]",
    "[('item_status_ids', '=', False), ('amount_overdue', '>', {amount})]",
    "[('open_action_ids', 'any', [('action_type', '=', 'email'), ('score', '>', {days})])]",
)


def prepare(database, rules):
    """As many alerts, the ready-made ones aside; every tenth customer has a guarantee, every
    twentieth a credit insurance."""
    with environment(database) as env:
        env["dso.alert"].search([]).active = False
        env["dso.alert"].create(
            [
                {
                    "name": f"Alert {number}",
                    "domain": CONDITIONS[number % len(CONDITIONS)].format(
                        amount=1000 * (1 + number // len(CONDITIONS)),
                        days=30 * (1 + number // len(CONDITIONS)),
                    ),
                }
                for number in range(rules)
            ]
        )
        env.cr.execute(
            "UPDATE dso_customer SET guarantee_permanent = 5000 WHERE id % 10 = 0;"
            "UPDATE dso_customer SET insurance_amount = 5000 WHERE id % 20 = 0"
        )
        env.cr.commit()
        ledger.vacuum(env.cr, "dso_customer", "dso_action", "dso_alert")


def evaluate(database, uid):
    """The first night, on which everything is new, and the next one, on which nothing is; then the
    screen of the alerts."""
    result = {}
    for name in ("first", "again"):
        with environment(database) as env:
            trim()
            with stopwatch() as clock:
                messages = env["dso.alert"]._evaluate()
                env.cr.commit()
            result[name] = clock.seconds
            result[f"{name}_messages"] = len(messages)
    with environment(database) as env:
        env.cr.execute("SELECT count(*) FROM dso_alert_hit")
        (result["hits"],) = env.cr.fetchone()
        env.cr.execute("SELECT count(*) FROM dso_customer")
        (result["customers"],) = env.cr.fetchone()
        result["rules"] = env["dso.alert"].search_count([])
        assert not env["dso.alert"].search([("error", "!=", False)]), "an alert has an error"
    with environment(database, uid) as env:
        window = Window(Client(env), env, "dso_collection.dso_alert_action")
    [(result["screen"], result["screen_queries"])] = in_turns(
        {"screen": window.show}, REPEAT, warm=1
    ).values()
    result["memory"] = peak_memory_mb()
    return result
