"""Demo data: a ledger that looks like a real one, with dates relative to today.

``demo.xml`` calls ``dso.customer._load_demo_data()``, which calls :func:`ledger.load`. Nothing
here is used outside a database with demo data.
"""

from . import dso_customer
