from . import dso_reply_assign
