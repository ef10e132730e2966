from . import test_payment_batch
