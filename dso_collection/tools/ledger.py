"""What a customer's item is and when it is due, said once: in Python, as a domain and in SQL."""

from __future__ import annotations

from datetime import date

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

#: The type of the accounts on which customers owe.
RECEIVABLE = "asset_receivable"
#: Items on accounts of trade receivables. (What is not trade is nothing that anybody sold.)
RECEIVABLE_ITEMS = Domain("account_id.account_type", "=", RECEIVABLE) & Domain(
    "account_id.non_trade", "=", False
)


def is_receivable(account: models.BaseModel) -> bool:
    """Whether an ``account.account`` is one of trade receivables."""
    return account.account_type == RECEIVABLE and not account.non_trade


def is_receivable_sql(alias: str = "account") -> SQL:
    """:func:`is_receivable` as a condition on a table ``account_account`` of a query."""
    return SQL(
        "%s = %s AND %s IS NOT TRUE",
        SQL.identifier(alias, "account_type"),
        RECEIVABLE,
        SQL.identifier(alias, "non_trade"),
    )


def get_due_date(line: models.BaseModel) -> date | bool:
    """When an ``account.move.line`` is due: what has no due date, as an opening balance may, on its
    own date."""
    return line.date_maturity or line.date


def due_date_sql(alias: str = "line") -> SQL:
    """:func:`get_due_date` as an expression on a table ``account_move_line`` of a query."""
    return SQL(
        "COALESCE(%s, %s)", SQL.identifier(alias, "date_maturity"), SQL.identifier(alias, "date")
    )
