"""Spoken digits that are easily told apart, in the files of FSDD."""

from __future__ import annotations

from pathlib import Path

import numpy as np

RATE = 8000


def write_tones(folder: Path, speakers: tuple[str, ...] = ("ann", "bob"), count: int = 20) -> None:
    """fsdd.npz: tones of 0.05 to 0.15 s in noise, whose pitch is the digit."""
    rng = np.random.default_rng(count)
    numbers = [(s, d, i) for s in range(len(speakers)) for d in range(10) for i in range(count)]
    sounds = []
    for _, digit, _ in numbers:
        time = np.arange(rng.integers(RATE // 20, 3 * RATE // 20)) / RATE
        wave = 5000 * np.sin(2 * np.pi * 300 * (digit + 1) * time) + rng.normal(0, 500, len(time))
        sounds.append(wave.astype(np.int16))
    who, labels, indices = np.array(numbers).T
    np.savez(
        folder / "fsdd.npz",
        samples=np.concatenate(sounds),
        offsets=np.cumsum([0, *map(len, sounds)]),
        labels=labels,
        speakers=who,
        indices=indices,
        speaker_names=np.array(speakers),
        sample_rate=np.int32(RATE),
    )
