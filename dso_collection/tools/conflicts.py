"""Transactions that meet others: from the start again."""

from collections.abc import Callable
from typing import TypeVar

from psycopg2 import OperationalError

from odoo import api, modules

Result = TypeVar("Result")

#: How often in a row.
MAX_CONFLICTS = 5


def retry_on_conflict(env: api.Environment, function: Callable[[], Result]) -> Result:
    """Call a function that locks, works and commits; where another transaction changed the same
    rows since this one began, once more in a new transaction: a cron that fails is called again
    much later.

    :raise OperationalError: in a test, where nothing can be undone, or after too many times
    """
    for _attempt in range(MAX_CONFLICTS):
        try:
            return function()
        except OperationalError:
            if modules.module.current_test:
                raise
            env.cr.rollback()
    return function()
