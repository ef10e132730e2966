"""Which settlements of a claim are payments, in SQL."""

from __future__ import annotations

from odoo.tools import SQL


def is_payment_sql(alias: str) -> SQL:
    """Whether what a claim was reconciled with is a payment: anything but a credit note. An
    exchange difference goes with the payment that made it.

    :param alias: of ``account_move``, the entry on the other side
    """
    return SQL("%s != 'out_refund'", SQL.identifier(alias, "move_type"))
