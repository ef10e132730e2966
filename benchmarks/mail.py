"""Queueing e-mails: from due actions to ``mail.mail`` records that Odoo's queue will send."""

import peer
from lab import environment, stopwatch

TEMPLATE = "dso_collection.mail_template_reminder_1"


def side_by_side(database, rounds, ours, theirs):
    """Both modules on the customers of the same ledger, in turns.

    :param ours: e-mails of ours in each round
    :param theirs: e-mails of the peer in each round
    """
    totals = {"ours": [0, 0.0], "theirs": [0, 0.0]}
    with environment(database) as env:
        # neither makes PDFs
        env["dso.scenario.step"].search([]).attach_invoices = False
        env["credit.control.policy.level"].search([]).email_template_id.report_template_ids = False
    _ours(database, 10)
    _theirs(database, 10)
    for _ in range(rounds):
        for name, function, number in (("theirs", _theirs, theirs), ("ours", _ours, ours)):
            mails, seconds = function(database, number)
            totals[name][0] += mails
            totals[name][1] += seconds
    return {
        f"{name}_{key}": value
        for name, (mails, seconds) in totals.items()
        for key, value in (("mails", mails), ("seconds", seconds))
    }


def _ours(database, number):
    """Confirm so many actions, then dispatch them as the cron does, batch by batch."""
    with environment(database) as env:
        actions = env["dso.action"].search(
            [
                ("agenda_state", "=", "late"),
                ("automatic", "=", True),
                ("mail_template_id", "=", env.ref(TEMPLATE).id),
            ],
            limit=number,
        )
        actions.action_confirm()
    with environment(database) as env:
        before = _count_queued(env)
        with stopwatch() as clock:
            env["dso.action"]._dispatch()
            env.cr.commit()
        return _count_queued(env) - before, clock.seconds


def _theirs(database, number):
    """Let the peer make the e-mails of so many customers, for the queue and not at once."""
    with environment(database, context={"mail_notify_force_send": False}) as env:
        before = _count_queued(env)
        with stopwatch() as clock:
            peer.queue(env, number)
            env.cr.commit()
        return _count_queued(env) - before, clock.seconds


def _count_queued(env):
    env.cr.execute("SELECT count(*) FROM mail_mail WHERE state = 'outgoing'")
    return env.cr.fetchone()[0]
