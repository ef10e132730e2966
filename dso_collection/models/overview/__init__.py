from . import dso_alert
from . import dso_alert_hit
from . import dso_summary
from . import dso_dashboard
from . import dso_action
from . import dso_customer_sheet
from . import dso_customer_timeline
from . import res_company
