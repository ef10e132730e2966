from . import dso_monthly_report_make
