from . import dso_penalty_breakdown
from . import dso_penalty_invoice
