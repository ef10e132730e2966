"""What crons have in common: batches that are committed, workers that are woken up.

Odoo opens and closes a connection for each notification of its workers. In an accountant's
transaction that would cost more than everything else that this module does there.
"""

import logging
import os
import threading

import psycopg2

from odoo import api, modules, sql_db

from odoo.addons.base.models.ir_cron import ODOO_NOTIFY_FUNCTION

_logger = logging.getLogger(__name__)

#: The database on which cron workers listen.
LISTENING = "postgres"

_lock = threading.Lock()
#: The connection of each process: a forked one must not use its parent's.
_connections: dict[int, psycopg2.extensions.connection] = {}


def commit_progress(env: api.Environment, done: int = 0, left: int = 0) -> float:
    """Commit in a cron, so that work done is kept and locks are short.

    :param done: how many were done since the last commit
    :param left: how many are left
    :return: seconds left for the cron
    """
    if modules.module.current_test and not env.context.get("ir_cron_progress_id"):
        env.flush_all()
        return float("inf")
    return env["ir.cron"]._commit_progress(done, remaining=left)


def notify_cron(dbname: str) -> None:
    """Tell the cron workers that there is something to do in a database, after the commit: as
    ``ir.cron._notifydb`` does, without a new connection each time.

    Without a connection nothing is lost: they look by themselves each minute.
    """
    with _lock:
        # twice: the server may have closed a connection that was idle
        for _attempt in range(2):
            try:
                with _get_connection().cursor() as cursor:
                    cursor.execute(f"SELECT {ODOO_NOTIFY_FUNCTION}('cron_trigger', %s)", [dbname])
                return
            except psycopg2.Error as error:
                _connections.pop(os.getpid(), None)
                reason = error
    _logger.info("The cron workers cannot be notified: %s", reason)


def _get_connection() -> psycopg2.extensions.connection:
    connection = _connections.get(os.getpid())
    if connection is None:
        _name, info = sql_db.connection_info_for(LISTENING)
        connection = _connections[os.getpid()] = psycopg2.connect(**info)
        connection.autocommit = True
    return connection
