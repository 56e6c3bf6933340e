"""ResNet-20 on CIFAR-10's 32x32 photographs.

Up to 50,000 images to train on and 10,000 to test on, with channels normalized; SGD 0.1 with
momentum 0.9 and weight decay 1e-4, which falls along a cosine, batches of 128, 10 epochs.
Test accuracy of seed 0 with the first 7,000 and 1,000 images alone: 61.3 %.

Reference: K. He et al., "Deep Residual Learning for Image Recognition", 2016, section 4.2.
"""

from __future__ import annotations

import argparse

from .._random import manual_seed
from ..data import TensorDataset, TransformedDataset, datasets
from ..data.transforms import Compose, Normalize, RandomCrop, RandomHorizontalFlip
from ..models import resnet20
from ..optim import SGD
from ..optim.lr_scheduler import CosineAnnealingLR
from ..train import Trainer
from ._common import add_smoke, add_training_options, fit_and_report

_MEAN, _STD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `deepcore train cifar-resnet20`."""
    parser.add_argument(
        "--data", metavar="DIR", help="the folder with CIFAR-10's files, or its parent"
    )
    parser.add_argument(
        "--augment", action="store_true", help="random crops with a padding of 4, and flips"
    )
    add_training_options(parser, epochs=10, samples=50_000, batch_size=128, lr=0.1)
    add_smoke(parser, epochs=1, samples=1000)


def run(options: argparse.Namespace) -> None:
    """Trains, tests and reports."""
    manual_seed(options.seed)
    normalize = Normalize(_MEAN, _STD)
    augment = Compose([RandomCrop(32, padding=4), RandomHorizontalFlip(), normalize])
    (x, y), (x_test, y_test) = datasets.cifar10(options.data)
    train = TransformedDataset(TensorDataset(x, y), augment if options.augment else normalize)
    model = resnet20()
    sgd = SGD(model.parameters(), lr=options.lr, momentum=0.9, weight_decay=1e-4)
    fall = CosineAnnealingLR(sgd, options.epochs)
    trainer = Trainer(model, "cross_entropy", sgd, metrics=["accuracy"], scheduler=fall)
    fit_and_report(trainer, (train,), (normalize(x_test), y_test), options, (3, 32, 32))
