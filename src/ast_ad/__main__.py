"""`python -m ast_ad` is `ast-ad`."""

import sys

from ast_ad.cli import main

sys.exit(main())
