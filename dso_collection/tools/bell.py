"""Waking the cron workers as ``ir.cron._notifydb`` does, without a new connection each time.

Odoo opens and closes a connection for each notification. In an accountant's transaction that
would cost more than everything else that this module does there.
"""

import logging
import os
import threading

import psycopg2

from odoo import sql_db

from odoo.addons.base.models.ir_cron import ODOO_NOTIFY_FUNCTION

_logger = logging.getLogger(__name__)

#: The database on which cron workers listen.
LISTENING = "postgres"

_lock = threading.Lock()
#: The connection of each process: a forked one must not use its parent's.
_connections = {}


def ring(dbname):
    """Tell the cron workers that there is something to do in a database, after the commit.

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


def _get_connection():
    connection = _connections.get(os.getpid())
    if connection is None:
        _name, info = sql_db.connection_info_for(LISTENING)
        connection = _connections[os.getpid()] = psycopg2.connect(**info)
        connection.autocommit = True
    return connection
