"""Alerts: a night of them writes less, and who left is in charge of nobody."""

BEFORE = "[('collector_id', '=', False), ('oldest_due_date', '!=', False)]"
AFTER = (
    "['|', ('collector_id', '=', False), ('collector_id.active', '=', False),"
    " ('oldest_due_date', '!=', False)]"
)


def migrate(cr, version):
    drop_what_hits_do_without(cr)
    find_customers_of_who_left(cr)


def drop_what_hits_do_without(cr):
    """Odoo makes this foreign key and this index no more, but leaves those that are there."""
    cr.execute(
        """
        ALTER TABLE dso_alert_hit DROP CONSTRAINT IF EXISTS dso_alert_hit_company_id_fkey;
        DROP INDEX IF EXISTS dso_alert_hit__customer_id_index
        """
    )


def find_customers_of_who_left(cr):
    """The ready-made alert finds those too, where nobody wrote another condition into it."""
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
