"""What recipes share: their options, dense networks, and the report of a run."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from itertools import pairwise
from time import perf_counter
from typing import Any

from numpy.typing import NDArray

from .. import nn
from .._summary import summary
from ..data import Subset
from ..train import Trainer

Part = tuple[NDArray[Any], NDArray[Any]]


def add_training_options(
    parser: argparse.ArgumentParser, *, batch_size: int, lr: float, **duration: int
) -> None:
    """--epochs, --samples or --steps, as `duration` names them, --batch-size, --lr and --seed."""
    for name, count in {**duration, "batch_size": batch_size}.items():
        add_count(parser, name, count)
    add_rate(parser, "lr", lr, "learning rate at the start")
    parser.add_argument("--seed", type=int, default=0, help="0 unless given")


def add_count(parser: argparse.ArgumentParser, name: str, default: int, what: str = "") -> None:
    """An option that takes a positive whole number."""
    _add(parser, name, _count, default, what)


def add_rate(parser: argparse.ArgumentParser, name: str, default: float, what: str = "") -> None:
    """An option that takes a positive number."""
    _add(parser, name, _rate, default, what)


def add_smoke(parser: argparse.ArgumentParser, **small: int) -> None:
    """--smoke, which stands for the given values of other options: a run of seconds."""
    text = " ".join(f"{_flag(name)} {value}" for name, value in small.items())
    parser.add_argument(
        "--smoke", action=_Preset, nargs=0, const=small, help=f"see that it runs: {text}"
    )


def mlp(*sizes: int) -> nn.Sequential:
    """Dense layers of these widths with ReLU between them."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def fit_and_report(
    trainer: Trainer,
    train: tuple[Any, ...],
    test: tuple[Any, ...],
    options: argparse.Namespace,
    input_shape: tuple[int, ...],
) -> None:
    """Prints the model, trains it under a bar, and prints its test accuracy and the time.

    Args:
        trainer: with the metric 'accuracy'.
        train, test: what `fit` and `evaluate` take: images and labels, or a Dataset alone; the
            first `options.samples` of train are trained on.
        options: those of `add_training_options`, with epochs and samples.
        input_shape: of one sample.

    Raises:
        KeyboardInterrupt: Ctrl-C ended the training.
    """
    print(summary(trainer.model, input_shape), flush=True)
    start = perf_counter()
    part = _first(train, options.samples)
    history = trainer.fit(*part, epochs=options.epochs, batch_size=options.batch_size)
    seconds = perf_counter() - start
    if history.interrupted:
        raise KeyboardInterrupt
    accuracy = trainer.evaluate(*test)["accuracy"]
    print(f"test accuracy {accuracy:.2%} of {len(test[0]):,} samples; trained in {seconds:.1f} s")


def _first(part: tuple[Any, ...], count: int) -> tuple[Any, ...]:
    if len(part[0]) <= count:
        return part
    if len(part) == 1:
        return (Subset(part[0], range(count)),)
    return tuple(array[:count] for array in part)


class _Preset(argparse.Action):
    """An option that stands for values of others; one of those behind it still counts."""

    def __call__(self, parser: Any, namespace: argparse.Namespace, *_: Any) -> None:
        vars(namespace).update(self.const)


def _add(
    parser: argparse.ArgumentParser, name: str, read: Callable[[str], Any], default: Any, what: str
) -> None:
    unless = f"{default:g} unless given"
    text = f"{what}, {unless}" if what else unless
    parser.add_argument(_flag(name), type=read, default=default, help=text)


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"expected a positive whole number, got {text}")
    return int(text)


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if not (rate > 0 and math.isfinite(rate)):
        raise argparse.ArgumentTypeError(f"expected a positive number, got {text}")
    return rate
