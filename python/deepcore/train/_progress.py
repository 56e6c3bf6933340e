"""Progress of an epoch: a bar in a terminal or a notebook, one line in a log file, or nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

_INTERVAL = 0.1  # seconds between two looks of the bar; faster ones nobody can read
Means = Callable[[], Mapping[str, float]]


class Progress:
    """Shows nothing, and keeps the time: the base of those that show something.

    Args:
        title: such as "epoch 3/10".
        total: how many samples the epoch has, if known.
        means: gives the running means of loss and metrics.
    """

    def __init__(self, title: str, total: int | None, means: Means) -> None:
        self._title = title
        self._total = total
        self._means = means
        self._seen = 0
        self._start = perf_counter()
        self._elapsed = 0.0

    def update(self, samples: int) -> None:
        """Counts the samples of one step."""
        self._seen += samples

    def end_training(self) -> None:
        """Stops the clock of samples a second, before validation."""
        self._elapsed = perf_counter() - self._start

    def close(self, means: Mapping[str, float] | None = None) -> None:
        """Ends the epoch: with its means, or without them after an error."""

    def _text(self, means: Mapping[str, float], elapsed: float) -> str:
        rate = f"{self._seen / elapsed:,.0f} samples/s" if elapsed > 0 else "? samples/s"
        return ", ".join([*(f"{name} {value:.4f}" for name, value in means.items()), rate])


class Line(Progress):
    """One line an epoch on stderr."""

    def close(self, means: Mapping[str, float] | None = None) -> None:
        """Writes the line."""
        if means is not None:
            seconds = perf_counter() - self._start
            text = f"{self._title}: {self._text(means, self._elapsed)}, {seconds:.2f} s"
            print(text, file=sys.stderr, flush=True)


class Bar(Progress):
    """A tqdm bar, looked after ten times a second at most."""

    def __init__(self, title: str, total: int | None, means: Means) -> None:
        super().__init__(title, total, means)
        counts = "{n_fmt}/{total_fmt}" if total is not None else "{n_fmt} samples"
        scale = "{percentage:3.0f}%|{bar}| " if total is not None else ""
        self._bar: Any = _tqdm()(
            desc=title,
            total=total,
            mininterval=0,
            **_width(),
            bar_format="{desc}: " + scale + counts + " [{elapsed}{postfix}]",
        )
        self._next = self._start + _INTERVAL

    def update(self, samples: int) -> None:
        """Counts the samples of one step, and shows them if it is time."""
        self._seen += samples
        now = perf_counter()
        if now >= self._next:
            self._next = now + _INTERVAL
            self._show(self._means(), now - self._start)

    def close(self, means: Mapping[str, float] | None = None) -> None:
        """Shows the epoch's means and leaves the bar as it is."""
        if means is not None:
            self._show(means, self._elapsed)
        self._bar.close()

    def _show(self, means: Mapping[str, float], elapsed: float) -> None:
        self._bar.set_postfix_str(self._text(means, elapsed), refresh=False)
        self._bar.update(self._seen - self._bar.n)


def _width() -> dict[str, int]:
    try:
        unknown = os.get_terminal_size(sys.stderr.fileno()).columns == 0
    except (OSError, ValueError):  # a notebook, which sees to it itself
        unknown = False
    # Some pseudo-terminals say that they have no columns or rows, and tqdm would draw nothing.
    return {"ncols": 100, "nrows": 24} if unknown else {"dynamic_ncols": True}


def _tqdm() -> Any:
    # Imported where it is used: it brings asyncio, 30 ms that `import deepcore` need not pay.
    from tqdm.auto import tqdm

    return tqdm


def _can_redraw() -> bool:
    if sys.stderr is not None and sys.stderr.isatty():
        return True
    if "ipykernel" not in sys.modules:
        return False
    # In a notebook without widgets tqdm falls back to carriage returns, which logs do not show.
    return any(base.__module__ == "tqdm.notebook" for base in _tqdm().__mro__)


def progress_kind(verbose: bool | int | str) -> type[Progress]:
    """What shows an epoch: nothing (0), what suits the place (1, 'auto'), a line an epoch (2)."""
    if verbose == "auto":
        verbose = 1
    if verbose not in (0, 1, 2):
        raise ValueError(
            "[fit] verbose must be 0 (nothing), 1 (a bar, or lines in a log) or 2 (lines), "
            f"got {verbose!r}."
        )
    if not verbose:
        return Progress
    return Bar if verbose == 1 and _can_redraw() else Line
