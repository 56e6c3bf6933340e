"""The files of the Free Spoken Digit Dataset: a folder of WAV files, or an .npz of the same."""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._wav import read_wav

_NAME = re.compile(r"(\d)_(.+)_(\d+)\.wav")
_ARRAYS = (
    *("samples", "offsets", "labels", "speakers", "speaker_names", "indices"),
    "sample_rate",
)


class Recordings(NamedTuple):
    """Recording i is samples[offsets[i]:offsets[i+1]], float32 in [−1, 1)."""

    samples: NDArray[np.float32]
    offsets: NDArray[np.int64]
    labels: NDArray[np.int64]
    speakers: NDArray[np.int64]
    indices: NDArray[np.int64]
    speaker_names: tuple[str, ...]
    sample_rate: int


def is_source(path: Path) -> bool:
    """Whether `read_recordings` can read here: an .npz, or a folder with such WAV files."""
    if path.is_dir():
        return any(_NAME.fullmatch(file.name) for file in path.glob("*_*_*.wav"))
    return path.is_file() and path.suffix == ".npz"


def read_recordings(path: Path) -> Recordings:
    """All recordings of a folder or an .npz, those of a folder by speaker, digit and index.

    Raises:
        ValueError: a file is damaged, or holds something else.
    """
    return _read_folder(path) if path.is_dir() else _read_npz(path)


def _read_folder(folder: Path) -> Recordings:
    named = [(_NAME.fullmatch(file.name), file) for file in folder.iterdir()]
    files = sorted((match[2], int(match[1]), int(match[3]), file) for match, file in named if match)
    names = tuple(sorted({speaker for speaker, *_ in files}))
    sounds = [read_wav(file) for *_, file in files]
    rates = {rate for _, rate in sounds}
    channels = {len(waveform) for waveform, _ in sounds}
    if len(rates) > 1 or channels != {1}:
        got = f"rates {sorted(rates)} and {sorted(channels)} channels"
        raise _unlike(folder, "recordings of one sample rate and channel", got)
    numbers = np.array([(digit, names.index(who), i) for who, digit, i, _ in files], np.int64)
    labels, speakers, indices = np.ascontiguousarray(numbers.T)
    lengths = [waveform.shape[1] for waveform, _ in sounds]
    samples = np.concatenate([waveform[0] for waveform, _ in sounds])
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Recordings(samples, offsets, labels, speakers, indices, names, rates.pop())


def _read_npz(path: Path) -> Recordings:
    arrays = _load(path)
    absent = [name for name in _ARRAYS if name not in arrays]
    if absent:
        raise _unlike(path, f"arrays {', '.join(_ARRAYS)}", f"no {', '.join(absent)}")
    samples, rate = arrays["samples"], arrays["sample_rate"]
    if samples.dtype != np.int16 or samples.ndim != 1:
        raise _unlike(path, "int16 samples (S,)", f"{samples.dtype.name} {samples.shape}")
    if rate.shape != () or rate.dtype.kind not in "iu" or rate <= 0:
        raise _unlike(path, "a positive whole sample_rate", str(rate))
    offsets = _whole(arrays, "offsets", path)
    ordered = len(offsets) > 0 and offsets[0] == 0 and (np.diff(offsets) >= 0).all()
    if not ordered or offsets[-1] != len(samples):
        raise _unlike(path, f"offsets rising from 0 to {len(samples)}", "others")
    names = tuple(map(str, arrays["speaker_names"].ravel()))
    count = len(offsets) - 1
    labels = _below(10, _whole(arrays, "labels", path, count), "labels", path)
    speakers = _below(len(names), _whole(arrays, "speakers", path, count), "speakers", path)
    indices = _whole(arrays, "indices", path, count)
    waveform: NDArray[np.float32] = samples.astype(np.float32)
    waveform /= 2**15
    return Recordings(waveform, offsets, labels, speakers, indices, names, int(rate))


def _load(path: Path) -> dict[str, NDArray[Any]]:
    from zipfile import BadZipFile

    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return {name: file[name] for name in _ARRAYS if name in file}
    except (BadZipFile, EOFError, OSError, TypeError, ValueError, zlib.error) as error:
        raise ValueError(f"[fsdd] {path} is no .npz file or a damaged one ({error}).") from error


def _whole(
    arrays: dict[str, NDArray[Any]], name: str, path: Path, count: int | None = None
) -> NDArray[np.int64]:
    array = arrays[name]
    if array.dtype.kind not in "iu" or array.ndim != 1 or count not in (None, len(array)):
        shape = "one axis" if count is None else f"shape ({count},)"
        raise _unlike(
            path, f"whole {name} of {shape}", f"{array.dtype.name} of shape {array.shape}"
        )
    return array.astype(np.int64)


def _below(end: int, values: NDArray[np.int64], name: str, path: Path) -> NDArray[np.int64]:
    outside = values[(values < 0) | (values >= end)]
    if outside.size:
        raise _unlike(path, f"{name} from 0 to {end - 1}", str(outside[0]))
    return values


def _unlike(path: Path, expected: str, got: str) -> ValueError:
    return ValueError(f"[fsdd] expected {expected} in {path}, got {got}.")
