"""For pytest: Odoo's own checks look at all add-ons; let them look at this one only."""

import pytest

from odoo.modules.module import Manifest

MODULE_NAME = "dso_collection"


@pytest.fixture(scope="session", autouse=True)
def only_ours():
    everything = Manifest.all_addon_manifests
    Manifest.all_addon_manifests = staticmethod(
        lambda: [manifest for manifest in everything() if manifest.name == MODULE_NAME]
    )
    yield
    Manifest.all_addon_manifests = everything
