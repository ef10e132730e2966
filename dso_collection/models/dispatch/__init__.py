from . import dso_action_dispatch
from . import res_company
