from . import dso_action_dispatch
from . import dso_action_error
from . import dso_action_queue
from . import res_company
