from . import penalty
from . import customer
from . import action
from . import text
from . import channel
from . import reply
from . import evidence
from . import overview
