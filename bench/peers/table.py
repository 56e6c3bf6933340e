"""The results as a Markdown table."""

import os
import platform
import re
from pathlib import Path

from .cases import CASES
from .measure import Result


def machine() -> str:
    """Return the processor's name, its CPUs and the system, in one line."""
    cpuinfo = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*: (.*)", cpuinfo, re.MULTILINE)
    name = model[1] if model else platform.machine()
    return f"{name}, {os.cpu_count()} CPUs, {platform.system()} {platform.machine()}"


def header(sides: list[str]) -> str:
    times = [f"{side} µs" for side in sides]
    return _line(["case", "threads", "task", *times, "best peer", "ratio", "bar"]) + (
        "\n" + _line(["---"] * (len(sides) + 6))
    )


def row(result: Result, sides: list[str]) -> str:
    cell = _megabytes if result.task == "peak" else _micro
    times = [cell(result.median(side)) if side in result.values else "–" for side in sides]
    ratio, bar = result.ratio(), CASES[result.case].bars.get(result.task)
    speed = "{:.2f} ({:.2f} to {:.2f})".format(*ratio) if ratio else "–"
    best, bar_text = result.best_peer() or "–", f"≥ {bar}" if bar else "–"
    return _line([result.case, str(result.threads), result.task, *times, best, speed, bar_text])


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _megabytes(peak: float) -> str:
    return f"{peak:.0f} MB"


def _micro(seconds: float) -> str:
    return f"{seconds * 1e6:.{0 if seconds >= 1e-4 else 2}f}"
