"""A chart of accounts, a company, users: what each class of tests begins with is made once in a
database that is only there for tests, and each class takes it from there.

Nothing here is needed. In a database without it, as in any other that the module is installed in,
each class makes its own, as Odoo's tests do. The same holds for a class that asks for something
else: another chart, country or group, or a class of tests that comes in between.
"""

import json

from odoo.api import Environment
from odoo.models import BaseModel
from odoo.modules.registry import Registry
from odoo.tests.common import TransactionCase, get_db_name

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.base.tests.common import BaseCommon

PARAMETER = "dso_collection.prepared_tests"
#: What decides how a company and its users are made; whoever changes one makes its own.
ATTRIBUTES = ("chart_template", "country_code")
METHODS = (
    "default_env_context",
    "get_default_groups",
    "setup_independent_company",
    "setup_independent_user",
    "_create_company",
    "_create_contact",
    "_create_product",
    "_create_scenario",
    "_use_chart_template",
)
_known = {}


def find(cls, common):
    """What was prepared in this database, for a class of tests; None if it must make its own.

    :param common: the class whose set-up was prepared
    """
    fits = (
        _get_setups(cls, common) == _get_setups(common, common)
        and all(getattr(cls, name) == getattr(common, name) for name in ATTRIBUTES)
        and all(getattr(cls, name).__func__ is getattr(common, name).__func__ for name in METHODS)
    )
    return read() if fits else None


def read():
    """What was prepared in this database; None if nothing was."""
    database = get_db_name()
    if database not in _known:
        with Registry(database).cursor() as cr:
            cr.execute("SELECT value FROM ir_config_parameter WHERE key = %s", [PARAMETER])
            row = cr.fetchone()
        _known[database] = json.loads(row[0]) if row else None
    return _known[database]


def _get_setups(cls, common):
    """The classes whose set-ups are taken as one."""
    order = cls.__mro__
    part = order[order.index(common) : order.index(BaseCommon) + 1]
    return [each for each in part if "setUpClass" in vars(each)]


def take(cls, found):
    """Set up a class of tests with what was found, in place of all set-ups down to Odoo's for a
    company."""
    super(BaseCommon, cls).setUpClass()
    cls.env = _get_env(cls, found["env"])
    for name, value in found["attributes"].items():
        setattr(cls, name, _load(cls, value))


def prepare(common):
    """Make all of it and keep it, in a database that is there for tests only."""
    database = get_db_name()

    class Bare(TransactionCase):
        pass

    class Prepared(common):
        pass

    Bare.setUpClass()
    Bare.doClassCleanups()
    _known[database] = None
    try:
        Prepared.setUpClass()
        make_other = AccountTestInvoicingCommon.setup_other_company.__func__
        other = make_other(Prepared, name="Prepared company")
        Prepared.env.user.company_ids -= other["company"]
        # nobody sees it before a test asks for it
        other["company"].active = False
        names = [name for name in vars(Prepared) if name not in {*vars(Bare), *vars(common)}]
        attributes = {name: _dump(getattr(Prepared, name)) for name in sorted(names)}
        found = {
            "env": _dump_env(Prepared.env),
            "attributes": attributes,
            "other": _dump(other),
        }
        Prepared.env["ir.config_parameter"].sudo().set_param(PARAMETER, json.dumps(found))
        Prepared.env.flush_all()
        # of the class: a test's own may not
        type(Prepared.cr).commit(Prepared.cr)
    finally:
        Prepared.doClassCleanups()
    _known[database] = found


def take_other_company(cls, found):
    """The second company, as ``setup_other_company`` makes it; None if it was taken already."""
    data = _load(cls, found["other"])
    company = data["company"]
    if company.active:
        return None
    company.write({"active": True, "name": "company_2"})
    cls.env.user.company_ids += company
    return data


def make_room(cls):
    """Of a name and a login there is one: before a class makes its own, those prepared step
    aside, until the class has ended."""
    found = read()
    if not found:
        return
    values = [*found["attributes"].values(), {"model": "res.users", "ids": [found["env"][0]]}]
    for model, field in (("res.users", "login"), ("res.company", "name")):
        ids = {id_ for value in values if value.get("model") == model for id_ in value["ids"]}
        for record in cls.env[model].browse(ids):
            record[field] = f"prepared_{record[field]}"


def _dump_env(env):
    return [env.uid, env.su, dict(env.context)]


def _get_env(cls, values):
    uid, su, context = values
    return Environment(cls.cr, uid, context, su)


def _dump(value):
    if isinstance(value, BaseModel):
        return {"model": value._name, "ids": value.ids, "env": _dump_env(value.env)}
    if isinstance(value, dict):
        return {"dict": {name: _dump(each) for name, each in value.items()}}
    if value is None or isinstance(value, (bool, int, float, str)):
        return {"value": value}
    raise TypeError(f"{value!r} can't be kept: make it in the set-up of each class.")


def _load(cls, value):
    if "model" in value:
        return _get_env(cls, value["env"])[value["model"]].browse(value["ids"])
    if "dict" in value:
        return {name: _load(cls, each) for name, each in value["dict"].items()}
    return value["value"]
