"""The command's one line on why the extension does not load, before there is a command."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import PurePath


def end_if_command(error: ImportError) -> None:
    """Ends the process with one line on stderr if it is `deepcore` or `python -m deepcore`."""
    by_name = bool(sys.argv) and PurePath(sys.argv[0]).stem == "deepcore"
    if by_name or ("-m", "deepcore") in pairwise(sys.orig_argv):
        raise SystemExit(f"deepcore: error: {error}") from None
