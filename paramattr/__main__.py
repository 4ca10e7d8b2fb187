"""``python -m paramattr`` is the command ``paramattr``."""

import sys

from paramattr.cli import main

sys.exit(main())
