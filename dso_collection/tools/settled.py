"""What of an item was settled by a day, in SQL."""

from odoo.tools import SQL


def settled_by(line_id: SQL, day: SQL) -> SQL:
    """What was reconciled with a claim by a day, in the claim's own currency.

    The accounting date of a reconciliation is the later one of both sides'.

    :param line_id: SQL expression of the journal item's id
    :param day: SQL expression of a date
    :return: SQL of a subquery with one row and the column ``amount``
    """
    return SQL(
        """(
            SELECT COALESCE(sum(partial.debit_amount_currency), 0) AS amount
              FROM account_partial_reconcile partial
             WHERE partial.debit_move_id = %s AND partial.max_date <= %s
        )""",
        line_id,
        day,
    )
