"""They look for faults where no tour goes: click, change, press and look at everything."""

from . import test_press
from . import test_change
