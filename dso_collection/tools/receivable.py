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


def lines_sql(companies: Sequence[int], condition: SQL) -> SQL:
    """Posted items on receivable accounts, of customers and of nobody, as a query.

    :param companies: ids
    :param condition: on ``line``, an ``account_move_line``
    """
    return SQL(
        """
        SELECT line.id, line.company_id, line.partner_id, line.move_id, line.date,
               line.balance, line.amount_residual, line.reconciled,
               line.company_currency_id,
               %(due_date)s AS due_date
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
