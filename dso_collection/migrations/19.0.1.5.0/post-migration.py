"""Nobody is in charge of a customer whose collector has left: the ready-made alert finds those too,
where nobody wrote another condition into it."""

BEFORE = "[('collector_id', '=', False), ('oldest_due_date', '!=', False)]"
AFTER = (
    "['|', ('collector_id', '=', False), ('collector_id.active', '=', False),"
    " ('oldest_due_date', '!=', False)]"
)


def migrate(cr, version):
    cr.execute(
        """
        UPDATE dso_alert alert
           SET domain = %s
          FROM ir_model_data data
         WHERE data.module = 'dso_collection'
           AND data.name = 'alert_no_collector'
           AND data.model = 'dso.alert'
           AND data.res_id = alert.id
           AND alert.domain = %s
        """,
        [AFTER, BEFORE],
    )
