from . import res_company
from . import dso_indicator
from . import dso_forecast
from . import dso_forecast_week
