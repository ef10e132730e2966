"""Queueing SMS: from due actions to ``sms.sms`` records that Odoo's queue will send."""

from lab import environment, stopwatch

TEMPLATE = "dso_collection.sms_template_reminder"


def prepare(database):
    """Every planned action is an SMS, every contact has a mobile number of its own."""
    with environment(database) as env:
        env.cr.execute(
            "UPDATE res_partner SET country_id = %s, "
            "phone = '+32470' || lpad((id %% 1000000)::text, 6, '0')",
            [env.ref("base.be").id],
        )
        # the steps too: the plan that follows each SMS would put the e-mails back
        env.cr.execute(
            "UPDATE dso_scenario_step SET action_type = 'sms', automatic = TRUE, "
            "to_confirm = TRUE, attach_invoices = FALSE, mail_template_id = NULL, "
            "letter_template_id = NULL, sms_template_id = %s",
            [env.ref(TEMPLATE).id],
        )
        env.cr.execute(
            "UPDATE dso_action SET action_type = 'sms', automatic = TRUE, to_confirm = TRUE, "
            "confirmed = FALSE, state = 'planned', error_data = NULL, mail_template_id = NULL, "
            "letter_template_id = NULL, sms_template_id = %s WHERE state IN ('planned', 'error')",
            [env.ref(TEMPLATE).id],
        )


def side_by_side(database, rounds, ours, theirs):
    """The dispatcher and plain calls on the customers of the same ledger, in turns.

    :param ours: SMS of the dispatcher in each round
    :param theirs: SMS that are made one by one in each round
    """
    prepare(database)
    totals = {"ours": [0, 0.0], "theirs": [0, 0.0]}
    _ours(database, 10)
    _theirs(database, 10)
    for _ in range(rounds):
        for name, function, number in (("theirs", _theirs, theirs), ("ours", _ours, ours)):
            texts, seconds = function(database, number)
            totals[name][0] += texts
            totals[name][1] += seconds
    return {
        f"{name}_{key}": value
        for name, (texts, seconds) in totals.items()
        for key, value in (("texts", texts), ("seconds", seconds))
    }


def _find(env, number):
    actions = env["dso.action"].search(
        [("agenda_state", "=", "late"), ("automatic", "=", True)], limit=number
    )
    if len(actions) < number:
        raise ValueError(f"only {len(actions)} SMS are due")
    return actions


def _ours(database, number):
    """Confirm so many actions, then dispatch them as the cron does, batch by batch."""
    with environment(database) as env:
        _find(env, number).action_confirm()
    with environment(database) as env:
        before = _count_queued(env)
        with stopwatch() as clock:
            env["dso.action"]._dispatch()
            env.cr.commit()
        return _check(_count_queued(env) - before, number), clock.seconds


def _theirs(database, number):
    """The same text to the same contacts by Odoo's own calls, one by one, each committed; neither
    decided again, nor marked done, nor is a snapshot kept."""
    with environment(database) as env:
        actions = _find(env, number)
        template = env.ref(TEMPLATE)
        before = _count_queued(env)
        with stopwatch() as clock:
            for action in actions:
                body = template._render_field("body", action.ids, compute_lang=True)[action.id]
                contacts = action._get_recipients()[action.id]
                action.customer_id._message_sms(body, partner_ids=contacts.ids, put_in_queue=True)
                env.cr.commit()
        return _check(_count_queued(env) - before, number), clock.seconds


def _check(texts, number):
    """:raise ValueError: if it was not one SMS for each action, which is what is compared"""
    if texts != number:
        raise ValueError(f"{texts} SMS were queued for {number} actions")
    return texts


def _count_queued(env):
    env.cr.execute("SELECT count(*) FROM sms_sms WHERE state = 'outgoing'")
    return env.cr.fetchone()[0]
