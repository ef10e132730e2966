"""What a night of alerts writes has one foreign key and one index less: Odoo makes neither any
more, but leaves those that are there."""


def migrate(cr, version):
    cr.execute(
        """
        ALTER TABLE dso_alert_hit DROP CONSTRAINT IF EXISTS dso_alert_hit_company_id_fkey;
        DROP INDEX IF EXISTS dso_alert_hit__customer_id_index
        """
    )
