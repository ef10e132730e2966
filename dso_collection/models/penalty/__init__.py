from . import dso_penalty_rate
from . import dso_penalty_tier
from . import dso_penalty_rule
from . import dso_penalty_charge
from . import account_move
from . import account_move_line
from . import res_company
