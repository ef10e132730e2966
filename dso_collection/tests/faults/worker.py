"""Carries out jobs of the module in processes of their own, as Odoo's cron workers do.

A script: its first line of input (JSON) says how to reach the database and the test; then each
line is a job, for which a child is forked, as Odoo's server forks its workers. The child talks to
the test in lines of JSON over a socket, and the test may hold it at a point, or kill it.
"""

import functools
import json
import logging
import os
import signal
import socket
import sys
import traceback

#: Points where the test is told of progress, and may hold the job: model, method that just ended.
POINTS = {
    "locked": ("dso.action", "_lock_due"),
    "mailed": ("dso.channel.email", "_send"),
    "texted": ("dso.channel.sms", "_send"),
    "posted": ("dso.channel.letter", "_send"),
    "faxed": ("dso.channel.fax", "_send"),
    "registered": ("dso.channel.erm", "_send"),
    "processed": ("dso.action", "_process"),
    "committed": ("dso.action", "_commit_dispatch"),
    "planned": ("dso.customer", "_plan_batch"),
    "taken": ("dso.refresh.queue", "_remove"),
    "retried": ("dso.action", "_retry_group"),
    "printed": ("dso.erm.letter", "_make_documents"),
    "submitted": ("dso.erm.letter", "_submit"),
}


def plan(env, customer_ids):
    customers = env["dso.customer"].browse(customer_ids)
    customers._plan(customers)


JOBS = {
    "dispatch": lambda env: env["dso.action"]._dispatch(),
    "refresh": lambda env: env["dso.customer"]._cron_refresh(),
    "plan": plan,
    "plan all": lambda env: env["dso.customer"]._cron_plan(),
    "retry": lambda env: env["dso.action"]._retry_due(),
    # what hands messages over: Odoo's own queues, and the module's of registered mail
    "send": lambda env: env["mail.mail"].process_email_queue(),
    "text": lambda env: env["sms.sms"]._process_queue(),
    "post": lambda env: env["snailmail.letter"]._snailmail_cron(),
    "register": lambda env: env["dso.erm.letter"]._run(),
}


class Talk:
    """Lines of JSON, both ways."""

    def __init__(self, address):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(address)
        self._input = self._socket.makefile("r")

    def say(self, event, **values):
        self._socket.sendall(f"{json.dumps({'event': event, **values})}\n".encode())

    def wait(self):
        """Until the test says go on; if it has gone, so does this process."""
        if not self._input.readline():
            os._exit(1)


def tap(registry, talk, point, hold):
    """Report each time that a method has ended, changing nothing else; hold the first time."""
    model, method = POINTS[point]
    original = getattr(registry[model], method)
    waiting = [hold]

    @functools.wraps(original)
    def tapped(self, *args, **kwargs):
        result = original(self, *args, **kwargs)
        talk.say(point)
        if waiting.pop() if waiting else False:
            talk.wait()
        return result

    setattr(registry[model], method, tapped)


class Notes(logging.Handler):
    """What the log would have of failed statements."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.texts = []
        logger = logging.getLogger("odoo.sql_db")
        logger.setLevel(logging.ERROR)
        logger.propagate = False
        logger.addHandler(self)

    def emit(self, record):
        self.texts.append(record.getMessage())


def find_module(name):
    """A module of the models, in whichever room it stands."""
    models = "odoo.addons.dso_collection.models."
    (path,) = [
        each for each in sys.modules if each.startswith(models) and each.endswith(f".{name}")
    ]
    return sys.modules[path]


def work(registry, address, job):
    """A job as a cron runs it: a transaction of its own, committed at the end."""
    from odoo import SUPERUSER_ID, api

    talk = Talk(address)
    notes = Notes()
    try:
        registry.check_signaling()
        for point in job["points"]:
            tap(registry, talk, point, hold=point in job["hold"])
        for name, value in job["constants"].items():
            module, constant = name.split(".")
            setattr(find_module(module), constant, value)
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            talk.say("started", pid=os.getpid(), backend=cr._cnx.info.backend_pid)
            if "started" in job["hold"]:
                talk.wait()
            result = JOBS[job["name"]](env, *job["arguments"])
        talk.say("done", result=result, logged=notes.texts)
    except Exception:  # noqa: BLE001
        talk.say("failed", error=traceback.format_exc())


def main():
    settings = json.loads(sys.stdin.readline())
    from odoo.tools import config

    config.parse_config(settings["options"])
    for name, value in settings["config"].items():
        config[name] = value
    from odoo import sql_db
    from odoo.modules.registry import Registry

    registry = Registry(settings["database"])
    # no connection may be shared with a child, and nobody waits for children
    sql_db.close_all()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while line := sys.stdin.readline():
        if os.fork() == 0:
            try:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                work(registry, settings["address"], json.loads(line))
            finally:
                os._exit(0)


if __name__ == "__main__":
    main()
