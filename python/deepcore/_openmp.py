"""Loads the extension with an OpenMP that does not spin.

libgomp's workers spin for milliseconds after a region, which burns a second CPU under a serial
Python loop, and it reads how long from the environment when it is loaded. 10,000 turns were enough
to keep back-to-back regions fast (measured on a 2-core server: 0.46 ms for the first region after
50 ms idle, 1.05 CPUs under a serial loop; the default gave 5 ms and 2). What the user has set wins.
"""

from __future__ import annotations

import os

_SPIN = "GOMP_SPINCOUNT"

if _SPIN in os.environ or "OMP_WAIT_POLICY" in os.environ:
    from . import _core
else:
    os.environ[_SPIN] = "10000"
    try:
        from . import _core
    finally:
        del os.environ[_SPIN]

__all__ = ["_core"]
