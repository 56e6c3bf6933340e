"""Measure deepcore beside other frameworks; see README.md."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict

from . import table
from .cases import CASES
from .measure import Result, measure
from .remote import AbsentError, Remote
from .sides import SIDES


def interpreter(text: str) -> tuple[str, str]:
    """Read `torch=/path/to/python`."""
    framework, _, path = text.partition("=")
    if not path or framework not in {entry.module for entry in SIDES.values()}:
        raise argparse.ArgumentTypeError(f"FRAMEWORK=PATH was expected, got {text!r}")
    return framework, path


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m bench.peers", description=__doc__)
    add = parser.add_argument
    add("cases", nargs="*", metavar="case", help=f"of {', '.join(CASES)}; by default all")
    add("--sides", nargs="+", choices=SIDES, default=list(SIDES), metavar="SIDE")
    add("--threads", nargs="+", type=int, default=[1, 2], metavar="N")
    add("--rounds", type=int, default=20, help="bursts of every side (20)")
    add("--burst", type=float, default=0.05, help="seconds of one burst (0.05)")
    add("--python", action="append", type=interpreter, default=[], metavar="FRAMEWORK=PATH")
    add("--json", metavar="FILE", help="also write the seconds of every round")
    options = parser.parse_args()
    if unknown := sorted(set(options.cases) - set(CASES)):
        parser.error(f"cases are {', '.join(CASES)}, got {', '.join(unknown)}")
    cpus = len(os.sched_getaffinity(0))
    if not 1 <= min(options.threads) <= max(options.threads) <= cpus:
        parser.error(f"--threads must be from 1 to {cpus}, the CPUs of this process")
    if options.rounds < 2:
        parser.error("--rounds must be 2 or more")
    return options


def start(options: argparse.Namespace, threads: int) -> list[Remote]:
    """Start a worker for every side, and print what each of them is."""
    remotes = []
    for side in options.sides:
        try:
            remote = Remote(side, threads, python_of(options, side))
        except AbsentError as reason:
            print(f"- {side}: absent ({reason})")
            continue
        print(f"- {side}: {', '.join(remote.about)}")
        remotes.append(remote)
    return remotes


def python_of(options: argparse.Namespace, side: str) -> str:
    return dict(options.python).get(SIDES[side].module, sys.executable)


def results_of(
    case: str, threads: int, remotes: list[Remote], options: argparse.Namespace
) -> Iterator[Result]:
    """Measure the case, and the memory of a large network in processes that run nothing else."""
    if CASES[case].kind != "network":
        yield from measure(case, threads, remotes, options.rounds, options.burst)
        return
    alone = [Remote(r.side, threads, python_of(options, r.side)) for r in remotes]
    for result in measure(case, threads, alone, options.rounds, options.burst):
        yield result
        ran = [remote for remote in alone if remote.side in result.values]
        yield Result(case, threads, "peak", {remote.side: [remote("peak")] for remote in ran})
    for remote in alone:
        remote.close()


def main() -> None:
    options = arguments()
    results: list[Result] = []
    print(table.machine())
    for threads in options.threads:
        print(f"\nthreads: {threads}\n")
        remotes = start(options, threads)
        sides = [remote.side for remote in remotes]
        print("\n" + table.header(sides))
        for case in options.cases or CASES:
            for result in results_of(case, threads, remotes, options):
                print(table.row(result, sides), flush=True)
                results.append(result)
        for remote in remotes:
            remote.close()
    if options.json:
        with open(options.json, "w") as file:
            json.dump([asdict(result) for result in results], file)


if __name__ == "__main__":
    main()
