"""Printing letters: a pile of due letters as one PDF, marked done, with what was printed kept."""

from lab import environment, stopwatch

TEMPLATE = "dso_collection.letter_template_reminder"
REPORT = "dso_collection.report_letter"


def prepare(database):
    """Every planned action is a letter, every customer has an address."""
    with environment(database) as env:
        env.cr.execute(
            "UPDATE res_partner SET street = '1 Main Street', zip = '10115', city = 'Berlin', "
            "country_id = %s",
            [env.ref("base.de").id],
        )
        env.cr.execute(
            "UPDATE dso_action SET action_type = 'letter', automatic = FALSE, state = 'planned', "
            "error_data = NULL, mail_template_id = NULL, letter_template_id = %s "
            "WHERE state IN ('planned', 'error')",
            [env.ref(TEMPLATE).id],
        )
        # the steps too: the plan that follows each letter would put the e-mails back; no invoices
        # are enclosed, on either side
        env.cr.execute(
            "UPDATE dso_scenario_step SET action_type = 'letter', automatic = FALSE, "
            "attach_invoices = FALSE, "
            "letter_template_id = %s",
            [env.ref(TEMPLATE).id],
        )


def side_by_side(database, uid, ours, theirs):
    """A pile through the dialog, as a collector; then letters one by one by plain calls.

    :param ours: letters of the pile
    :param theirs: letters that are printed one by one
    """
    prepare(database)
    seconds, pages = _pile(database, uid, ours)
    return {
        "ours_letters": ours,
        "ours_seconds": seconds,
        "pages": pages,
        "theirs_letters": theirs,
        "theirs_seconds": _one_by_one(database, theirs),
    }


def _find(env, number):
    actions = env["dso.action"].search([("agenda_state", "=", "late")], limit=number)
    if len(actions) < number:
        raise ValueError(f"only {len(actions)} letters are due")
    return actions


def _pile(database, uid, number):
    """Print and mark done, with the one PDF that is then downloaded, and the commit."""
    with environment(database, uid=uid) as env:
        actions = _find(env, number)
        window = actions.action_print_letters()
        wizard = env[window["res_model"]].browse(window["res_id"])
        with stopwatch() as clock:
            wizard.action_print()
            pages = wizard.page_count
            env.cr.commit()
        return clock.seconds, pages


def _one_by_one(database, number):
    """The same text on the same layout, each letter by Odoo's own report, and kept as a file;
    neither marked done nor put together."""
    with environment(database) as env:
        actions = _find(env, number)
        with stopwatch() as clock:
            for action in actions:
                contents = env["dso.channel.letter"]._render(action)
                values = {"letters": action._prepare_letters(contents)}
                pdf, _type = env["ir.actions.report"]._render_qweb_pdf(
                    REPORT, action.ids, data=values
                )
                env["ir.attachment"].create(
                    {
                        "name": f"{action.id}.pdf",
                        "raw": pdf,
                        "res_model": "dso.action",
                        "res_id": action.id,
                    }
                )
                env.cr.commit()
        return clock.seconds
