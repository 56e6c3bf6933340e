"""`python -m deepcore`: the same as the command `deepcore`."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
