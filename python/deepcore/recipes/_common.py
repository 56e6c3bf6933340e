"""What recipes share: their options, dense networks, and the report of a run."""

from __future__ import annotations

import argparse
import math
from itertools import pairwise
from time import perf_counter
from typing import Any

from numpy.typing import NDArray

from .. import nn
from .._summary import summary
from ..train import Trainer

Part = tuple[NDArray[Any], NDArray[Any]]


def add_training_options(
    parser: argparse.ArgumentParser, *, epochs: int, batch_size: int, lr: float
) -> None:
    """--epochs, --batch-size, --lr and --seed, with a recipe's defaults."""
    parser.add_argument("--epochs", type=_count, default=epochs, help=f"{epochs} unless given")
    parser.add_argument(
        "--batch-size", type=_count, default=batch_size, help=f"{batch_size} unless given"
    )
    parser.add_argument(
        "--lr", type=_rate, default=lr, help=f"learning rate at the start, {lr:g} unless given"
    )
    parser.add_argument("--seed", type=int, default=0, help="0 unless given")


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
        train, test: what `fit` and `evaluate` take: images and labels, or a Dataset alone.
        options: those of `add_training_options`.
        input_shape: of one sample.

    Raises:
        KeyboardInterrupt: Ctrl-C ended the training.
    """
    print(summary(trainer.model, input_shape), flush=True)
    start = perf_counter()
    history = trainer.fit(*train, epochs=options.epochs, batch_size=options.batch_size)
    seconds = perf_counter() - start
    if history.interrupted:
        raise KeyboardInterrupt
    accuracy = trainer.evaluate(*test)["accuracy"]
    print(f"test accuracy {accuracy:.2%} of {len(test[0]):,} samples; trained in {seconds:.1f} s")


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
