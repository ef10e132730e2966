from ..tools import link_log
from . import ageing
from . import dry_run
from . import list_export
from . import sms_reply
from . import page
from . import page_colleague
from . import page_customer
from . import page_payment

# the paths of the pages above are the right to see them
link_log.install()
