from . import dso_item_report
from . import dso_dispute_report
from . import dso_action_report
from . import dso_overdue_trend
from . import dso_step_effect
from . import dso_collector_report
