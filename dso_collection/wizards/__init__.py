from . import base_partner_merge
from . import dso_action_log
from . import dso_action_preview
from . import dso_action_reschedule
from . import dso_customer_assign
from . import dso_hashtag_help
from . import dso_hashtag_help_line
