from . import dso_scenario
from . import dso_scenario_step
from . import dso_customer
from . import dso_customer_cron
from . import dso_customer_words
from . import dso_dry_run
from . import res_company
