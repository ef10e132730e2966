from . import dso_customer
from . import dso_action
