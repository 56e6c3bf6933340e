"""FSDD: 3,000 recordings of spoken English digits by six speakers."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterator
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from .._dataset import Dataset
from ._fsdd_files import Recordings, is_source, read_recordings
from ._store import missing, places

FOLDERS = ("fsdd", "free-spoken-digit-dataset", "")
_TEST_INDICES = 5  # the origin's split: 0 to 4 of each digit and speaker


class SpokenDigits(Dataset[tuple[NDArray[np.float32], int]]):
    """Recordings of spoken digits: sample i is `(waveform, digit)`, the waveform float32 (Lᵢ,).

    Attributes:
        labels: the digits (N,), int64.
        lengths: samples of each recording (N,), int64.
        speakers: who speaks (N,), int64, numbers of `speaker_names`.
        indices: the recordings' numbers in their files' names (N,), int64.
        speaker_names: all speakers, alphabetically.
        sample_rate: samples a second.

    Example:
        >>> from deepcore import datasets
        >>> train, test = datasets.fsdd()  # doctest: +SKIP
        >>> waveform, digit = train[0]  # doctest: +SKIP
    """

    def __init__(self, recordings: Recordings, chosen: NDArray[np.int64]) -> None:
        self._samples = recordings.samples
        self._starts = recordings.offsets[:-1][chosen]
        self.lengths = np.diff(recordings.offsets)[chosen]
        self.labels = recordings.labels[chosen]
        self.speakers = recordings.speakers[chosen]
        self.indices = recordings.indices[chosen]
        self.speaker_names = recordings.speaker_names
        self.sample_rate = recordings.sample_rate

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], int]:
        size, position = len(self), operator.index(index)
        if not -size <= position < size:
            raise IndexError(f"[fsdd] index must be in [-{size}, {size}), got {position}.")
        start = self._starts[position]
        waveform = self._samples[start : start + self.lengths[position]].copy()
        return waveform, int(self.labels[position])

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        speakers = len(set(self.speakers.tolist()))
        return f"SpokenDigits({len(self)} recordings, {speakers} speakers, {self.sample_rate} Hz)"


Split = tuple[SpokenDigits, SpokenDigits]


@overload
def fsdd(
    root: str | os.PathLike[str] | None = ...,
    *,
    train: None = ...,
    test_speaker: str | None = ...,
) -> Split: ...
@overload
def fsdd(
    root: str | os.PathLike[str] | None = ..., *, train: bool, test_speaker: str | None = ...
) -> SpokenDigits: ...
def fsdd(
    root: str | os.PathLike[str] | None = None,
    *,
    train: bool | None = None,
    test_speaker: str | None = None,
) -> SpokenDigits | Split:
    """The Free Spoken Digit Dataset: `(train, test)`, both of `(waveform, digit)` samples.

    Ten digits, 50 times each by six speakers, at 8 kHz: 2,700 recordings to train on and 300, the
    indices 0 to 4 of each, to test; or, with `test_speaker`, all of that speaker's to test. Sample
    i of both is `(waveform, digit)`, float32 (Lᵢ,) in [−1, 1) and an int; `labels`, `lengths`,
    `speakers`, `indices` (N,), `speaker_names` and `sample_rate` are attributes.

    Looked for in `root`, or without one in the folder $DEEPCORE_DATA, then in the cache folder
    ($XDG_CACHE_HOME/deepcore or ~/.cache/deepcore), each time in its `fsdd`, its
    `free-spoken-digit-dataset` or the folder itself, are WAV files `{digit}_{speaker}_{index}.wav`,
    there or in `recordings`, or a `fsdd*.npz` with int16 `samples`, all recordings end to end,
    `offsets` (N+1,) of their beginnings, `labels`, `speakers`, `indices` (N,), `speaker_names` and
    `sample_rate`. Nothing is downloaded:
    `git clone https://github.com/Jakobovski/free-spoken-digit-dataset` fetches it.

    Args:
        root: the only folder looked into, or the .npz itself.
        train: True or False gives that part alone.
        test_speaker: leave this speaker out of the training part, such as "jackson".

    Raises:
        FileNotFoundError: it is in none of the folders.
        ValueError: a file is damaged or holds something else, or there is no such speaker.

    Reference: Z. Jackson et al., "Jakobovski/free-spoken-digit-dataset", Zenodo, 2018.

    Example:
        >>> from deepcore import datasets
        >>> train, test = datasets.fsdd()  # doctest: +SKIP
        >>> train, test = datasets.fsdd(test_speaker="jackson")  # doctest: +SKIP
    """
    source = next(_sources(root), None)
    if source is None:
        hint = "git clone https://github.com/Jakobovski/free-spoken-digit-dataset fetches them"
        what = "{digit}_{speaker}_{index}.wav or fsdd.npz"
        raise missing(what, FOLDERS[0], root, [hint])
    recordings = read_recordings(source)
    held_out = _held_out(recordings, test_speaker)
    parts = [SpokenDigits(recordings, np.flatnonzero(part)) for part in (~held_out, held_out)]
    return (parts[0], parts[1]) if train is None else parts[0 if train else 1]


def _sources(root: str | os.PathLike[str] | None) -> Iterator[Path]:
    for place in places(root):
        for folder in (place / name for name in FOLDERS):
            arrays = sorted(folder.glob("fsdd*.npz"))
            yield from filter(is_source, [folder, folder / "recordings", *arrays])


def _held_out(recordings: Recordings, test_speaker: str | None) -> NDArray[np.bool_]:
    if test_speaker is None:
        return np.asarray(recordings.indices < _TEST_INDICES)
    names = recordings.speaker_names
    if test_speaker not in names:
        raise ValueError(
            f"[fsdd] test_speaker must be one of {', '.join(names)}, got {test_speaker!r}."
        )
    return np.asarray(recordings.speakers == names.index(test_speaker))
