from . import dso_hashtag_help
from . import dso_hashtag_help_line
from . import mail_compose_message
from . import sms_composer
