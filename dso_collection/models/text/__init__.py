from . import dso_hashtag_mixin
from . import dso_template_mixin
from . import mail_template
from . import sms_template
from . import dso_letter_template
from . import dso_action
