from . import dry_run
from . import sms_reply
