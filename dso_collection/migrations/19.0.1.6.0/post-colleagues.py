def migrate(cr, version):
    """Internal e-mails of steps went to the collector: the steps say so now."""
    cr.execute(
        "UPDATE dso_scenario_step SET recipient = 'collector'"
        " WHERE action_type = 'email_internal' AND recipient IS NULL"
    )
