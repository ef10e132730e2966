"""They look for faults where no tour goes: click, change, press and look at everything."""

from . import test_change
from . import test_click
from . import test_click_pages
from . import test_look
from . import test_press
