"""784-128-64-10 dense network on MNIST's 28x28 digits: 98 % in seconds.

60,000 digits to train on and 10,000 to test on; Adam 1e-3, batches of 128, 10 epochs, labels
smoothed by 0.1 (without: 97.6 %). Mean test accuracy of seeds 0 to 7: 98.1 %.

Reference: Szegedy et al., "Rethinking the Inception Architecture", 2016, section 7.
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import NDArray

from .._random import manual_seed
from ..data import datasets
from ..nn import CrossEntropyLoss
from ..optim import Adam
from ..train import Trainer
from ._common import Part, add_smoke, add_training_options, fit_and_report, mlp


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `deepcore train mnist-mlp`."""
    parser.add_argument(
        "--data", metavar="DIR", help="the folder with MNIST's files, or its parent"
    )
    add_training_options(parser, epochs=10, samples=60_000, batch_size=128, lr=1e-3)
    add_smoke(parser, epochs=1, samples=1000)


def run(options: argparse.Namespace) -> None:
    """Trains, tests and reports."""
    manual_seed(options.seed)
    train, test = (_scaled(*part) for part in datasets.mnist(options.data))
    model = mlp(784, 128, 64, 10)
    adam = Adam(model.parameters(), lr=options.lr)
    loss = CrossEntropyLoss(label_smoothing=0.1)
    trainer = Trainer(model, loss, adam, metrics=["accuracy"])
    fit_and_report(trainer, train, test, options, (784,))


def _scaled(images: NDArray[np.uint8], labels: NDArray[np.int64]) -> Part:
    """Rows of 784 numbers from 0 to 1."""
    return images.reshape(len(images), -1).astype(np.float32) / 255, labels
