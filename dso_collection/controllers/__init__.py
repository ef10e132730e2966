from . import sms_reply
from . import page
from . import page_customer
from . import page_payment
