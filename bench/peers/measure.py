"""Short bursts of every side in turn, after a check that all of them do the same work."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median, quantiles

from .cases import CASES
from .remote import Remote

TOLERANCE = 1e-4  # of cases that have none of their own
PAUSE = 0.01  # seconds; the OpenMP threads of the side before spin for some milliseconds


@dataclass
class Result:
    """Seconds a step, round by round, of every side that runs the task; or MB, once."""

    case: str
    threads: int
    task: str
    values: dict[str, list[float]]

    def median(self, side: str) -> float:
        return median(self.values[side])

    def best_peer(self) -> str | None:
        peers = [side for side in self.values if side != "deepcore"]
        return min(peers, key=self.median, default=None)

    def ratio(self) -> tuple[float, float, float] | None:
        """How many times as fast deepcore is: of the medians, and quartiles of the rounds."""
        peer = self.best_peer()
        if peer is None or "deepcore" not in self.values:
            return None
        rounds = [p / d for p, d in zip(self.values[peer], self.values["deepcore"], strict=True)]
        low, _, high = quantiles(rounds, n=4) if len(rounds) > 1 else rounds * 3
        return self.median(peer) / self.median("deepcore"), low, high


def check_equal_work(case: str, task: str, evidence: dict[str, list[float]]) -> None:
    """Stop the run unless all sides report the same numbers from the same start."""
    tolerance = getattr(CASES[case], "tolerance", TOLERANCE)
    (first, expected), *others = evidence.items()
    for side, got in others:
        for i, (a, b) in enumerate(zip(expected, got, strict=True)):
            if not math.isclose(a, b, rel_tol=tolerance):
                raise SystemExit(
                    f"[peers] {case} {task}: the sides do not compute the same; "
                    f"number {i} is {a} in {first}, {b} in {side}."
                )


def measure(
    case: str, threads: int, remotes: list[Remote], rounds: int, aim: float
) -> Iterator[Result]:
    """Yield a result for each task of the case; a burst takes about `aim` seconds."""
    opened = {remote: remote("open", case) for remote in remotes}
    for task in dict.fromkeys(task for tasks in opened.values() for task in tasks):
        turn = [remote for remote in remotes if task in opened[remote]]
        check_equal_work(case, task, {remote.side: opened[remote][task] for remote in turn})
        steps = {r: max(1, round(aim / (r("burst", task, 4) / 4))) for r in turn}
        seconds: dict[str, list[float]] = {remote.side: [] for remote in turn}
        for i in range(rounds):
            first = i % len(turn)
            for remote in turn[first:] + turn[:first]:
                time.sleep(PAUSE)
                seconds[remote.side].append(remote("burst", task, steps[remote]) / steps[remote])
        yield Result(case, threads, task, seconds)
