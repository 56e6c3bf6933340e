"""The mel scale, its triangular filters, and the cosine transform after them."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MEL_SCALES = ("htk", "slaney")
NORMS = (None, "slaney")
# Slaney's scale: lines of 200/3 Hz a mel up to 1 kHz, then 27 mels for each factor of 6.4.
_LINEAR = 200 / 3
_BREAK = 1000.0
_LOG_STEP = np.log(6.4) / 27


def hz_to_mel(hertz: Any, scale: str) -> Array:
    """Mels of frequencies: 2595·log₁₀(1 + f/700) by "htk", linear then logarithmic by "slaney"."""
    f = np.asarray(hertz, np.float64)
    if scale == "htk":
        return np.asarray(2595 * np.log10(1 + f / 700))
    above = _BREAK / _LINEAR + np.log(np.maximum(f, _BREAK) / _BREAK) / _LOG_STEP
    return np.where(f < _BREAK, f / _LINEAR, above)


def mel_to_hz(mels: Any, scale: str) -> Array:
    """Frequencies of mels: the inverse of `hz_to_mel`."""
    m = np.asarray(mels, np.float64)
    if scale == "htk":
        return np.asarray(700 * (10 ** (m / 2595) - 1))
    break_mel = _BREAK / _LINEAR
    above = _BREAK * np.exp(_LOG_STEP * (np.maximum(m, break_mel) - break_mel))
    return np.where(m < break_mel, m * _LINEAR, above)


def mel_filters(
    sample_rate: int,
    n_fft: int,
    n_mels: int,
    f_min: float,
    f_max: float,
    scale: str,
    norm: str | None,
) -> Array:
    """Triangles (n_fft/2 + 1, n_mels) over the frequencies k·sample_rate/n_fft.

    Their corners c₀ … c_{n_mels+1} are equally far apart in mels from f_min to f_max; filter j
    rises from 0 at c_j to 1 at c_{j+1} and falls to 0 at c_{j+2}, norm="slaney" divides it by its
    area in hertz, (c_{j+2} − c_j)/2.
    """
    ends = hz_to_mel([f_min, f_max], scale)
    corners = mel_to_hz(np.linspace(ends[0], ends[1], n_mels + 2), scale)
    bins = np.arange(n_fft // 2 + 1, dtype=np.float64)[:, None] * sample_rate / n_fft
    rise = (bins - corners[:-2]) / (corners[1:-1] - corners[:-2])
    fall = (corners[2:] - bins) / (corners[2:] - corners[1:-1])
    filters: Array = np.maximum(0, np.minimum(rise, fall))
    if norm == "slaney":
        filters *= 2 / (corners[2:] - corners[:-2])
    empty = np.flatnonzero(filters.max(axis=0) == 0)
    if empty.size:
        warnings.warn(
            f"[LogMelSpectrogram] {empty.size} of n_mels={n_mels} filters have no frequency of "
            f"n_fft={n_fft} inside, the first is {empty[0]}; take fewer, or a larger n_fft.",
            UserWarning,
            stacklevel=3,
        )
    return filters


def cosine_transform(size: int, kept: int) -> Array:
    """The first `kept` columns of the orthonormal DCT-II (size, size)."""
    k, m = np.arange(kept), np.arange(size)[:, None]
    matrix: Array = np.sqrt(2 / size) * np.cos(np.pi / size * k * (m + 0.5))
    matrix[:, 0] = np.sqrt(1 / size)
    return matrix
