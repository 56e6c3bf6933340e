"""The sides by name: how a framework is loaded, held to its threads, and runs a case."""

from importlib import import_module
from typing import Any, NamedTuple


class Entry(NamedTuple):
    """A module of this folder; a variant gives its Side options, and may run one task only."""

    module: str
    options: tuple[str, ...] = ()
    only: str | None = None


SIDES = {
    "deepcore": Entry("deepcore"),
    "torch": Entry("torch"),
    "torch-fused": Entry("torch", ("fused",), only="train"),
    "torch-last": Entry("torch", ("channels_last",)),
    "torch-last-fused": Entry("torch", ("channels_last", "fused"), only="train"),
    "jax": Entry("jax"),
    "jax-ahead": Entry("jax", ("ahead",), only="train"),
    "jax-first": Entry("jax", ("channels_first",)),
}


def load(name: str, threads: int) -> Any:
    """Import the framework of the side `name`; ImportError if it is not installed.

    The object has `about()`, what to print of it, and a method for each kind of case that it runs.
    That method returns a program, or None for a case to which the variant makes no difference:
    `tasks` by name, each called with a number of steps; `restart()`, back to the initial state;
    `evidence(steps)`, for each task numbers that every side must agree on.
    """
    entry = SIDES[name]
    side = import_module(f".{entry.module}", __name__).Side
    return side(threads, **dict.fromkeys(entry.options, True))
