"""Assignment rules are applied again when customers change: what somebody chose before stays."""


def migrate(cr, version):
    for column in ("scenario", "collector"):
        cr.execute(
            f"""
            UPDATE dso_customer customer
               SET {column}_by_hand = TRUE
              FROM res_company company
             WHERE company.id = customer.company_id
               AND customer.{column}_id IS DISTINCT FROM company.dso_default_{column}_id
               AND customer.{column}_rule_id IS NULL
               AND customer.{column}_by_hand IS NULL
            """
        )
