"""The engine is plain Python: its tests need neither Odoo nor a database."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

# ``engine`` is imported on its own: importing the module ``dso_collection`` would need Odoo.
for folder in (HERE, HERE.parents[1] / "dso_collection"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
