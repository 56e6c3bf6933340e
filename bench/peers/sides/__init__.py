"""The sides by name: how a framework is loaded, held to its threads, and runs a case."""

from importlib import import_module
from typing import Any, NamedTuple


class Entry(NamedTuple):
    """A module of this folder; a variant gives its Side an option and runs one task only."""

    module: str
    option: str | None = None
    only: str | None = None


SIDES = {
    "deepcore": Entry("deepcore"),
    "torch": Entry("torch"),
    "torch-fused": Entry("torch", option="fused", only="train"),
    "jax": Entry("jax"),
    "jax-ahead": Entry("jax", option="ahead", only="train"),
}


def load(name: str, threads: int) -> Any:
    """Import the framework of the side `name`; ImportError if it is not installed.

    The object has `about()`, what to print of it, and a method for each kind of case that it runs.
    That method returns a program: `tasks` by name, each called with a number of steps;
    `restart()`, back to the initial state; `evidence(steps)`, for each task numbers that every
    side must agree on.
    """
    entry = SIDES[name]
    options = {entry.option: True} if entry.option else {}
    return import_module(f".{entry.module}", __name__).Side(threads, **options)
