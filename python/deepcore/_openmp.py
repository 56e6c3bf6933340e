"""Loads the extension with an OpenMP that spins no longer than a few wakes of a thread take.

libgomp's threads spin for milliseconds around a region. Under a serial Python loop that burns a
second CPU; where other processes keep the CPUs busy it is worse, because a woken worker often
shares the CPU of the thread that spins for it, and gets it only when that one gives up. How long
they spin is read from the environment when libgomp is loaded. 2,000 turns are 0.1 ms, some three
wakes: on a 2-core server to itself, regions ran as fast as with 10,000; on the same server
with neighbours, a training step of a 784-128-64-10 network took 1.3 to 2.9 ms against 7 to 8.5.
clang's libomp counts in milliseconds, of which 1 is too many: there workers sleep at once.
What the user has set wins.
"""

from __future__ import annotations

import os

_SPIN = {"GOMP_SPINCOUNT": "2000", "KMP_BLOCKTIME": "0"}

if "OMP_WAIT_POLICY" in os.environ or any(name in os.environ for name in _SPIN):
    from . import _core
else:
    os.environ.update(_SPIN)
    try:
        from . import _core
    finally:
        for _name in _SPIN:
            del os.environ[_name]

__all__ = ["_core"]
