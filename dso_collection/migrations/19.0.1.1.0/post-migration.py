"""Statuses say themselves what they propose, where they named a step of a scenario before."""


def migrate(cr, version):
    cr.execute(
        "SELECT 1 FROM information_schema.columns "
        "WHERE table_name = 'dso_item_status' AND column_name = 'scenario_step_id'"
    )
    if not cr.fetchone():
        return
    cr.execute(
        """
        UPDATE dso_item_status status
           SET action_type = step.action_type,
               automatic = step.automatic,
               to_confirm = step.to_confirm,
               mail_template_id = step.mail_template_id,
               sms_template_id = step.sms_template_id,
               letter_template_id = step.letter_template_id
          FROM dso_scenario_step step
         WHERE step.id = status.scenario_step_id
        """
    )
