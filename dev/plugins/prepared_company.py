"""For pytest: what classes of tests begin with is made once, and kept in the database."""

import pytest

import odoo


@pytest.fixture(scope="session", autouse=True)
def prepared_company(request, load_registry):
    from odoo.addons.dso_collection.tests import prepared
    from odoo.addons.dso_collection.tests.common import DsoCommon

    classes = {item.cls for item in request.session.items if item.cls}
    if any(issubclass(cls, DsoCommon) for cls in classes) and not prepared.read():
        odoo.tools.config["test_enable"] = True
        try:
            prepared.prepare(DsoCommon)
        finally:
            odoo.tools.config["test_enable"] = False
