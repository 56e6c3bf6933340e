"""One side in its own process: reads requests as JSON lines, answers each with one JSON line."""

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

WARM = 2  # untimed steps after a restart: lazy optimizer state, page faults, caches
CHUNK = 200  # steps from one restart; by step 800 moments of dead units decay to denormals
EVIDENCE = 5  # training steps whose losses show that the sides do equal work


def pin(threads: int) -> None:
    """Keep to the last `threads` CPUs, before anything is imported.

    It is what limits JAX: with XLA's own flags for one thread it still computes on every CPU.
    """
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])


def memory() -> float:
    """Return the MB that the process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def burst(program: Any, task: str, steps: int) -> float:
    """Return the seconds of `steps` steps, each chunk of them from the initial state."""
    run, seconds = program.tasks[task], 0.0
    for done in range(0, steps, CHUNK):
        program.restart()
        run(WARM)
        start = time.perf_counter()
        run(min(CHUNK, steps - done))
        seconds += time.perf_counter() - start
    return seconds


class Session:
    """Answers the requests; every method but `__init__` is one."""

    def __init__(self, side: str, threads: int) -> None:
        from . import sides

        self.only = sides.SIDES[side].only
        self.side = sides.load(side, threads)
        self.program: Any = None
        self.imported = memory()

    def open(self, case: str) -> dict[str, list[float]]:
        """Build the case; return its tasks with the numbers that show equal work."""
        from .cases import CASES

        self.program = None
        build = getattr(self.side, CASES[case].kind, None)
        if build is None:
            return {}
        self.program = build(CASES[case])
        if self.program is None:
            return {}
        evidence = self.program.evidence(EVIDENCE)
        return {task: evidence[task] for task in self.program.tasks if self.only in (None, task)}

    def burst(self, task: str, steps: int) -> float:
        return burst(self.program, task, steps)

    def peak(self) -> float:
        """Return the MB that the process has held at most, beyond those after its imports."""
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6 - self.imported


def main(side: str, threads: int) -> None:
    pin(threads)
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a framework prints must not land among the answers
    try:
        session = Session(side, threads)
    except ImportError as error:
        answers.write(json.dumps({"absent": str(error)}) + "\n")
        return
    answers.write(json.dumps({"about": session.side.about()}) + "\n")
    for line in sys.stdin:
        method, *arguments = json.loads(line)
        answers.write(json.dumps(getattr(session, method)(*arguments)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
