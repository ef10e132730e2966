"""For pytest: build the web client's bundles before the first browser test, as Odoo's own test
runner does. A test whose browser is the first to ask for them may wait for them longer than Odoo
lets it wait, on a busy machine."""

import pytest

import odoo
from odoo.modules.registry import Registry
from odoo.tests import HttpCase


@pytest.fixture(scope="session", autouse=True)
def assets_first(request):
    if any(issubclass(item.cls, HttpCase) for item in request.session.items if item.cls):
        with Registry(odoo.tools.config["db_name"][0]).cursor() as cr:
            env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
            env["ir.qweb"]._pregenerate_assets_bundles()
