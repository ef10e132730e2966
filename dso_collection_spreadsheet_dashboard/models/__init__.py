from . import dso_indicator_month
from . import dso_report
from . import spreadsheet_dashboard
