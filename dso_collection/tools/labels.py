"""What stands where a field is empty: groups of lists and charts begin with it."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

IN_NO_WEEK = _lt("Late, or not expected")
NOT_QUALIFIED = _lt("No status yet")
NOT_IN_SCENARIO = _lt("Not in a scenario")
WITHOUT_COLLECTOR = _lt("Without collector")
WITHOUT_SCENARIO = _lt("Without scenario")
WITHOUT_TEMPLATE = _lt("Without template")
