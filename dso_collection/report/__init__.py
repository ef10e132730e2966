from . import dso_item_report
from . import dso_dispute_report
from . import dso_action_report
from . import dso_overdue_trend
from . import dso_forecast_item
from . import dso_forecast_came
from . import dso_forecast_comparison
from . import dso_step_effect
