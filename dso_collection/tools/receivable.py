"""What was open on past days, in SQL: the one definition for trend, indicators and ageing.

What was open of a claim on a day is what was booked by then less what was reconciled with an
accounting date (``max_date``) up to it. (A claim is the debit side of its reconciliations, which
only make it less.) Of an entry that was cancelled since then nothing is left. Amounts are booked
ones in the company's currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from odoo.tools import SQL

from .ledger import due_date_sql, is_receivable_sql

#: Joins by a primary or unique key: the database leaves out those that a question does not need.
CUSTOMER_JOINS = SQL(
    """
    LEFT JOIN res_partner contact ON contact.id = claim.partner_id
    LEFT JOIN dso_customer customer
      ON customer.partner_id = contact.commercial_partner_id
     AND customer.company_id = claim.company_id
    """
)


#: What :func:`items_sql` tells of an item besides what all queries here do.
OWN_CURRENCY = SQL(", line.currency_id, line.amount_residual_currency")


def lines_sql(companies: Sequence[int], condition: SQL, columns: SQL | None = None) -> SQL:
    """Posted items on receivable accounts, of customers and of nobody, as a query.

    :param companies: ids
    :param condition: on ``line``, an ``account_move_line``
    :param columns: more of them, of ``line``, each with a comma before it
    """
    return SQL(
        """
        SELECT line.id, line.company_id, line.partner_id, line.move_id, line.date,
               line.balance, line.amount_residual, line.reconciled,
               line.company_currency_id,
               %(due_date)s AS due_date %(columns)s
          FROM account_move_line line
         WHERE line.company_id = ANY(%(companies)s)
           AND line.account_id IN (
               SELECT id FROM account_account account WHERE %(is_receivable)s
           )
           AND line.parent_state = 'posted'
           AND %(condition)s
        """,
        companies=list(companies),
        due_date=due_date_sql(),
        columns=columns or SQL(),
        is_receivable=is_receivable_sql(),
        condition=condition,
    )


def claims_sql(companies: Sequence[int], first: date, condition: SQL | None = None) -> SQL:
    """Claims that may have been open on ``first`` or later. Open ones, which an index knows, apart
    from settled ones, which the reconciliations tell of: one condition for both would read the
    whole ledger.

    :param first: what was settled before is of no account
    :param condition: another one, on ``line``
    """
    claims = lines_sql(
        companies,
        SQL("line.balance > 0 AND %s", condition) if condition else SQL("line.balance > 0"),
    )
    return SQL(
        """
        %(claims)s AND line.reconciled IS NOT TRUE
        UNION ALL
        %(claims)s AND line.reconciled IS TRUE AND line.id IN (
            SELECT debit_move_id FROM account_partial_reconcile WHERE max_date > %(first)s
        )
        """,
        claims=claims,
        first=first,
    )


def items_sql(companies: Sequence[int], day: date) -> SQL:
    """Items that were open at the end of a day, credits among them, as a query: :func:`lines_sql`
    with ``day``, and with ``amount`` in the company's currency and ``amount_currency`` in the
    item's, both negative for credits.

    What was open is what is open now and what was reconciled since, without what was booked since:
    all items together are the balance of their accounts on that day. Items that are open now apart
    from those that are settled, as in :func:`claims_sql`.
    """
    lines = lines_sql(companies, SQL("line.date <= %s", day), OWN_CURRENCY)
    return SQL(
        """
        SELECT line.id, line.company_id, line.partner_id, line.move_id, line.due_date,
               line.company_currency_id, line.currency_id, %(day)s::date AS day,
               line.amount_residual + COALESCE(later.amount, 0) AS amount,
               line.amount_residual_currency + COALESCE(later.amount_currency, 0)
                   AS amount_currency
          FROM (%(lines)s AND line.reconciled IS NOT TRUE) line
          LEFT JOIN (%(later)s) later ON later.line_id = line.id
         WHERE line.amount_residual + COALESCE(later.amount, 0) != 0
            OR line.amount_residual_currency + COALESCE(later.amount_currency, 0) != 0
         UNION ALL
        SELECT line.id, line.company_id, line.partner_id, line.move_id, line.due_date,
               line.company_currency_id, line.currency_id, %(day)s::date,
               line.amount_residual + later.amount,
               line.amount_residual_currency + later.amount_currency
          FROM (%(lines)s AND line.reconciled IS TRUE) line
          JOIN (%(later)s) later ON later.line_id = line.id
         WHERE line.amount_residual + later.amount != 0
            OR line.amount_residual_currency + later.amount_currency != 0
        """,
        lines=lines,
        day=day,
        later=_settled_after_sql(day),
    )


def _settled_after_sql(day: date) -> SQL:
    """What was reconciled of each item after a day, as a query of ``line_id``, ``amount`` and
    ``amount_currency``: positive for claims, negative for credits."""
    return SQL(
        """
        SELECT part.line_id, sum(part.amount) AS amount,
               sum(part.amount_currency) AS amount_currency
          FROM (
              SELECT debit_move_id AS line_id, amount, debit_amount_currency AS amount_currency
                FROM account_partial_reconcile
               WHERE max_date > %(day)s
               UNION ALL
              SELECT credit_move_id, -amount, -credit_amount_currency
                FROM account_partial_reconcile
               WHERE max_date > %(day)s
          ) part
         GROUP BY part.line_id
        """,
        day=day,
    )
