"""A database of its own for tests that commit: a copy of the tested one, dropped at the end."""

import shutil
from contextlib import closing, contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.service import db
from odoo.tools import SQL, config

#: PostgreSQL's limit for a name.
NAME_LENGTH = 63


def copy_database(source):
    """Copy a database, as Odoo's own page of databases does.

    Sessions on the source are ended: a copy needs that, and there is nothing uncommitted between
    two classes of tests. Nothing runs or leaves in the copy by itself: no cron, no mail server.

    :return: name of the copy
    """
    name = f"{source[: NAME_LENGTH - 7]}_faults"
    # what a killed run left behind
    drop_database(name)
    # Odoo would run the tests of every module that it loads, and may be told not to copy
    with patch.dict(config.options, {"test_enable": False, "list_db": True}):
        db.exp_duplicate_database(source, name)
    with open_env(name) as env:
        env.cr.execute("UPDATE ir_cron SET active = FALSE")
        env.cr.execute("UPDATE ir_mail_server SET active = FALSE")
        env.cr.execute("UPDATE mail_mail SET state = 'cancel' WHERE state = 'outgoing'")
        env.cr.execute("UPDATE dso_action SET automatic = FALSE")
        env.cr.execute("DELETE FROM dso_refresh_queue")
    return name


def drop_database(name):
    """Drop a copy with its files, whoever is connected to it. (Odoo's own ``exp_drop`` sees only
    the databases that its configuration names.)"""
    Registry.delete(name)
    sql_db.close_db(name)
    with closing(sql_db.db_connect("postgres").cursor()) as cr:
        cr._cnx.autocommit = True
        cr.execute(SQL("DROP DATABASE IF EXISTS %s WITH (FORCE)", SQL.identifier(name)))
    shutil.rmtree(config.filestore(name), ignore_errors=True)


@contextmanager
def open_env(name, user_id=SUPERUSER_ID, **context):
    """An environment in a transaction of its own, committed at the end. It does not wait for ever
    for what a test left locked."""
    with Registry(name).cursor() as cr:
        cr.execute("SET LOCAL lock_timeout = '60s'")
        yield api.Environment(cr, user_id, context)
