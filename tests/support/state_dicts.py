"""The table of state dicts (tests/models/state_dicts.txt), and values for them. NumPy alone."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

TABLE = Path(__file__).parents[1] / "models" / "state_dicts.txt"
Shapes = dict[str, tuple[int, ...]]
STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


def read_table() -> dict[str, tuple[int, Shapes]]:
    """For each network its number of parameters and the shapes of its state dict."""
    table: dict[str, tuple[int, Shapes]] = {}
    for line in TABLE.read_text().splitlines():
        words = line.partition("#")[0].split()
        if not words:
            continue
        if words[0].startswith("["):
            shapes: Shapes = {}
            table[words[0][1:-1]] = int(words[1]), shapes
            continue
        pattern, kind, *sizes = words
        for name in _expanded(pattern):
            entries = dict(_entries(name, kind, [int(size) for size in sizes]))
            assert not shapes.keys() & entries.keys(), f"{name} stands there twice"
            shapes |= entries
    return table


def _expanded(pattern: str) -> Iterator[str]:
    found = re.search(r"\{([^}]*)\}", pattern)
    if not found:
        yield pattern
        return
    first, dots, last = found[1].partition("..")
    inside = map(str, range(int(first), int(last) + 1)) if dots else found[1].split(",")
    for text in inside:
        yield from _expanded(pattern[: found.start()] + text + pattern[found.end() :])


def _entries(name: str, kind: str, sizes: list[int]) -> Iterator[tuple[str, tuple[int, ...]]]:
    channels = sizes[0]
    if kind == "cbn":
        yield from _entries(f"{name}.conv", "conv", sizes)
        yield from _entries(f"{name}.bn", "bn", sizes[:1])
        return
    if kind == "bn":
        yield f"{name}.weight", (channels,)
        yield f"{name}.running_mean", (channels,)
        yield f"{name}.running_var", (channels,)
        yield f"{name}.num_batches_tracked", ()
    else:
        square = kind.startswith("conv") and len(sizes) == 3
        yield f"{name}.weight", (*sizes, sizes[-1]) if square else tuple(sizes)
    if kind != "conv":
        yield f"{name}.bias", (channels,)


def drawn(name: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """Values that depend on an entry's name and shape alone, and keep the scale of activations."""
    random = np.random.default_rng(zlib.crc32(name.encode()))
    if name.endswith("num_batches_tracked"):
        return np.zeros((), np.int64)
    values = random.standard_normal(shape)
    if name.endswith("running_var"):
        return np.exp(0.2 * values)
    if len(shape) == 1:
        return 0.1 * values + (1 if name.endswith("weight") else 0)
    return values * math.sqrt(2 / math.prod(shape[1:]))


def drawn_state(shapes: Shapes) -> dict[str, NDArray[Any]]:
    """`drawn` for each entry."""
    return {name: drawn(name, shape) for name, shape in shapes.items()}
