"""Transactions that meet others: from the start again."""

from psycopg2 import OperationalError

from odoo import modules

#: How often in a row.
MAX_CONFLICTS = 5


def afresh(env, function):
    """Call a function that locks, works and commits; where another transaction changed the same
    rows since this one began, once more in a new transaction.

    :raise OperationalError: in a test, where nothing can be undone, or after too many times
    """
    for attempt in range(MAX_CONFLICTS + 1):
        try:
            return function()
        except OperationalError:
            if modules.module.current_test or attempt == MAX_CONFLICTS:
                raise
            env.cr.rollback()
    return None
