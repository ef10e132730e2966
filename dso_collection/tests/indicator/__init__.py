from . import test_step_effect
