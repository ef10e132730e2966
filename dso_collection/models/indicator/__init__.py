from . import res_company
from . import dso_indicator
