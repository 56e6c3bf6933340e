"""Spoken digits: an LSTM over log-mel features of recordings of any length.

3,000 recordings of ten digits by six speakers (FSDD); those with index 0 to 4 of each are the test,
or all of a speaker who is left out. 40 bands a frame of 32 ms, every 16 ms, with mean 0 and
deviation 1 in each recording; two LSTM layers of 128 with dropout 0.3, whose last state is scored.
Adam 2e-3 along a falling cosine, gradients clipped to a norm of 1, batches of 32, 20 epochs.
Test accuracy of seed 0: 99.3 % on the official split; 71 % on speakers who were left out: george
39, nicolas 61, lucas 69, jackson 84, theo 85, yweweler 88 %.

Reference: https://github.com/Jakobovski/free-spoken-digit-dataset
"""

from __future__ import annotations

import argparse
import sys
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from .. import nn
from .._core import Tensor
from .._grad import no_grad
from .._random import manual_seed
from ..data import BucketBatchSampler, DataLoader, datasets, pad_collate
from ..data.transforms import LogMelSpectrogram
from ..nn.functional import cross_entropy
from ..optim import Adam
from ..optim.lr_scheduler import CosineAnnealingLR
from ._common import add_count, add_smoke, add_training_options

FRAME, BANDS = 256, 40
CLIP = 1.0


class DigitLSTM(nn.Module):
    """Scores of the ten digits, from the state in which the last layer ends."""

    def __init__(self, hidden: int, layers: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(BANDS, hidden, layers, dropout=0.3 if layers > 1 else 0.0)
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(hidden, 10)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        _, (h, _) = self.lstm(x, lengths=lengths)
        scores: Tensor = self.fc(self.dropout(h[-1]))
        return scores


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `deepcore train spoken-digits`."""
    parser.add_argument("--data", metavar="PATH", help="the recordings' folder, its parent or .npz")
    parser.add_argument("--leave-out", metavar="SPEAKER", help="test on this speaker alone")
    add_training_options(parser, epochs=20, batch_size=32, lr=2e-3)
    add_count(parser, "hidden", 128, "size of an LSTM layer")
    add_count(parser, "layers", 2, "LSTM layers")
    add_smoke(parser, epochs=2, hidden=16)


def run(options: argparse.Namespace) -> None:
    """Trains, tests and reports."""
    manual_seed(options.seed)
    train, test = datasets.fsdd(options.data, test_speaker=options.leave_out)
    if not (len(train) and len(test)):
        raise ValueError(
            "[spoken-digits] there must be recordings to train on and to test on, got "
            f"{len(train)} and {len(test)}; those with index 0 to 4 are the test, or with "
            "--leave-out all of a speaker."
        )
    model = DigitLSTM(options.hidden, options.layers)
    print(model, flush=True)
    start = perf_counter()
    fit(model, batches(train, options.batch_size, shuffle=True), options)
    seconds = perf_counter() - start
    accuracy = test_accuracy(model, batches(test, options.batch_size, shuffle=False))
    print(f"test accuracy {accuracy:.2%} of {len(test):,} samples; trained in {seconds:.1f} s")


def batches(recordings: datasets.SpokenDigits, size: int, *, shuffle: bool) -> DataLoader:
    """Batches (features, lengths, digits) of recordings of near lengths, (T, B, 40) each."""
    log_mel = LogMelSpectrogram(recordings.sample_rate, n_fft=FRAME, n_mels=BANDS)
    features = [standardized(log_mel(recordings[i][0])) for i in range(len(recordings))]
    samples = list(zip(features, recordings.labels, strict=True))
    sampler = BucketBatchSampler([len(x) for x in features], size, shuffle=shuffle)
    return DataLoader(samples, batch_sampler=sampler, collate_fn=pad_collate)


def standardized(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """A recording's features with mean 0 and deviation 1, all bands together."""
    return np.asarray((features - features.mean()) / (features.std() + 1e-3))  # of silence, 0


def fit(model: DigitLSTM, loader: DataLoader, options: argparse.Namespace) -> None:
    """Trains for some epochs, and tells the mean loss of each."""
    adam = Adam(model.parameters(), lr=options.lr)
    fall = CosineAnnealingLR(adam, options.epochs)
    for epoch in range(1, options.epochs + 1):
        losses = []
        for x, lengths, digits in loader:
            adam.zero_grad()
            loss = cross_entropy(model(x, lengths), digits)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), CLIP)
            adam.step()
            losses.append(loss.item())
        fall.step()
        print(f"epoch {epoch}/{options.epochs}: loss {np.mean(losses):.4f}", file=sys.stderr)


@no_grad()
def test_accuracy(model: DigitLSTM, loader: DataLoader) -> float:
    """The share of recordings whose digit has the highest score."""
    model.eval()
    hits = [model(x, lengths).argmax(1) == digits for x, lengths, digits in loader]
    return float(np.concatenate([hit.numpy() for hit in hits]).mean())
