from . import dso_reply
from . import dso_reply_unassigned
from . import dso_customer
from . import dso_customer_mail
from . import dso_action
from . import mail_thread
from . import res_company
