"""Ctrl-C as a question instead of an exception: the loop answers it between two steps."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import suppress
from types import FrameType, TracebackType

# On a line of its own, behind a bar and the terminal's ^C.
_ANSWER = (
    "\ninterrupted: fit ends after this step and the epoch's validation, and keeps the weights; "
    "Ctrl-C again to stop at once"
)


class Interrupt:
    """While open, the first Ctrl-C sets `asked` and says so; the second raises KeyboardInterrupt.

    Only where Ctrl-C has its usual meaning: a program that handles SIGINT itself keeps its
    handler, and other threads than the main one get no signals.
    """

    def __init__(self) -> None:
        self.asked = False
        self._installed = False

    def __enter__(self) -> Interrupt:
        in_main = threading.current_thread() is threading.main_thread()
        if in_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._handle)
            self._installed = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._installed:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        with suppress(RuntimeError):  # where Ctrl-C came into another print to stderr
            print(_ANSWER, file=sys.stderr, flush=True)
