import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from dsodev.cli import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
