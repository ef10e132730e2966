from . import test_plan
from . import test_freshness
from . import test_action
from . import test_dispatch
from . import test_scenario
from . import test_customer
from . import test_item
from . import test_security
