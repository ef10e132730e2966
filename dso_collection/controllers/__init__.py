from . import sms_reply
from . import page
