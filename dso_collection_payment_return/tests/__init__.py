from . import test_payment_return
