from . import dry_run
from . import sms_reply
from . import page
from . import page_colleague
from . import page_customer
from . import page_payment
