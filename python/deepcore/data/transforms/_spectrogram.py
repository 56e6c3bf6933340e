"""Features of sound: the logarithms of energies on the mel scale, and their cosine transform."""

from __future__ import annotations

import math
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..._check import check_flag, check_whole
from ..._names import closest_hint
from .._convert import Tensor, to_tensor
from ._mel import MEL_SCALES, NORMS, cosine_transform, mel_filters

Waveform = TypeVar("Waveform", Tensor, NDArray[Any])

_BLOCK = 1024  # frames at a time: an hour at 16 kHz needs no gigabytes
# wₙ = a − (1−a)·cos(2πn/W): each window by its a
_WINDOWS = {"hann": 0.5, "hamming": 0.54, "rectangular": 1.0}


class LogMelSpectrogram:
    """Logarithms of a sound's energies in bands of the mel scale, frame by frame.

    Frame t has the samples x[t·H … t·H+F−1], F = n_fft, H = hop_length, times the periodic window
    wₙ = ½ − ½·cos(2πn/W) of W = win_length samples, with zeros around it up to F. From its discrete
    Fourier transform X:

        S[t, j] = ln max(floor, Σ_k |X[t, k]|^power · M[k, j])

    M's filter j rises from 0 at c_j to 1 at c_{j+1} and falls to 0 at c_{j+2}, seen at the
    frequencies k·sample_rate/F; the c are equally far apart from f_min to f_max in mels,

        "htk":     m(f) = 2595·log₁₀(1 + f/700)
        "slaney":  m(f) = 3f/200 below 1000 Hz, 15 + 27·ln(f/1000)/ln 6.4 from there on.

    Arguments, defaults (but n_mels) and energies are those of torchaudio's MelSpectrogram;
    librosa's come with mel_scale="slaney", norm="slaney". Both have mels before frames; here a
    frame is a row, as recurrent layers take it. Decibels are 10/ln 10 = 4.343 times S. All is
    computed in float64 by NumPy's FFT; no gradient passes.

    Args:
        sample_rate: samples a second.
        n_fft: F, samples in a frame.
        win_length: W, n_fft if None.
        hop_length: H, half of win_length if None.
        f_min, f_max: the band in hertz, up to sample_rate/2 if None.
        n_mels: how many filters.
        power: 2 for energies, 1 for magnitudes.
        mel_scale: "htk" or "slaney".
        norm: "slaney" divides each filter by its area in hertz.
        window: "hann"; "hamming", 0.54 − 0.46·cos(2πn/W); or "rectangular".
        center: frame t is around sample t·H, the ends reflected, which makes ⌊N/H⌋+1 frames if F is
            even; otherwise only whole frames count, ⌊(N−F)/H⌋+1 of them.
        floor: what a smaller energy is taken for.

    Shape:
        waveform: (…, N) of samples, as `read_wav` gives them.
        Output (…, T, n_mels) with T frames, of waveform's dtype and kind.

    Raises:
        ValueError: an option is out of its range, or waveform is not finite, has no samples or,
            without center, fewer than n_fft.
        TypeError: waveform is no Tensor or array of float32 or float64, or an option of a wrong
            kind.

    Reference: S. Davis, P. Mermelstein, "Comparison of Parametric Representations for Monosyllabic
    Word Recognition in Continuously Spoken Sentences", IEEE Trans. ASSP 28, 1980.

    Example:
        >>> import numpy as np
        >>> from deepcore.data.transforms import LogMelSpectrogram
        >>> log_mel = LogMelSpectrogram(8000, n_fft=256, hop_length=80, n_mels=40)
        >>> log_mel(np.sin(np.arange(4000, dtype=np.float32))).shape
        (51, 40)
    """

    _shown: ClassVar[tuple[str, ...]] = (
        "sample_rate",
        "n_fft",
        "win_length",
        "hop_length",
        "n_mels",
    )

    def __init__(
        self,
        sample_rate: int,
        n_fft: int = 400,
        win_length: int | None = None,
        hop_length: int | None = None,
        f_min: float = 0.0,
        f_max: float | None = None,
        n_mels: int = 40,
        *,
        power: float = 2.0,
        mel_scale: str = "htk",
        norm: str | None = None,
        window: str = "hann",
        center: bool = True,
        floor: float = 1e-10,
    ) -> None:
        win_length = n_fft if win_length is None else win_length
        _check_sizes(sample_rate=sample_rate, n_fft=n_fft, win_length=win_length, n_mels=n_mels)
        hop_length = max(1, win_length // 2) if hop_length is None else hop_length
        f_max = sample_rate / 2 if f_max is None else f_max
        _check_sizes(hop_length=hop_length)
        _check_band(win_length, n_fft, f_min, f_max, sample_rate)
        _check_numbers(power=power, floor=floor)
        _check_choices(mel_scale=(mel_scale, MEL_SCALES), norm=(norm, NORMS))
        _check_choices(window=(window, tuple(_WINDOWS)))
        check_flag("LogMelSpectrogram", "center", center)
        self.sample_rate = sample_rate
        self.n_fft = n_fft
        self.win_length = win_length
        self.hop_length = hop_length
        self.n_mels = n_mels
        self.power = power
        self.center = center
        self.floor = floor
        self._window = _window(window, win_length, n_fft)
        self._filters = mel_filters(sample_rate, n_fft, n_mels, f_min, f_max, mel_scale, norm)

    def __call__(self, waveform: Waveform) -> Waveform:
        """The frames' features: (…, N) becomes (…, T, n_mels)."""
        array = waveform.detach().numpy() if isinstance(waveform, Tensor) else waveform
        _check_waveform(array)
        result = self._features(array.astype(np.float64)).astype(array.dtype)
        return to_tensor(result, "LogMelSpectrogram") if isinstance(waveform, Tensor) else result

    def _features(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        frames = self._frames(samples)
        starts = range(0, frames.shape[-2], _BLOCK)
        blocks = [self._log_bands(frames[..., i : i + _BLOCK, :]) for i in starts]
        return np.concatenate(blocks, axis=-2)

    def _log_bands(self, frames: NDArray[np.float64]) -> NDArray[np.float64]:
        spectrum = np.abs(np.fft.rfft(frames * self._window))
        energies = spectrum * spectrum if self.power == 2 else spectrum**self.power
        bands: NDArray[np.float64] = energies @ self._filters
        np.maximum(bands, self.floor, out=bands)
        np.log(bands, out=bands)
        return bands

    def _frames(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.center:
            around = [(0, 0)] * (samples.ndim - 1) + [(self.n_fft // 2, self.n_fft // 2)]
            samples = np.pad(samples, around, "reflect")
        elif samples.shape[-1] < self.n_fft:
            raise ValueError(
                f"[LogMelSpectrogram] waveform must have n_fft={self.n_fft} samples or more, got "
                f"shape {samples.shape}; center=True takes any number."
            )
        views = np.lib.stride_tricks.sliding_window_view(samples, self.n_fft, axis=-1)
        frames: NDArray[np.float64] = views[..., :: self.hop_length, :]
        return frames

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={getattr(self, name)}" for name in self._shown)
        return f"{type(self).__name__}({options})"


class MFCC(LogMelSpectrogram):
    """Mel-frequency cepstral coefficients: the cosine transform of a LogMelSpectrogram S.

        C[t, k] = s_k · Σ_m S[t, m]·cos(πk(m + ½)/M),   s₀ = √(1/M), s_k = √(2/M),   M = n_mels

    This is the orthonormal DCT-II. torchaudio and librosa take decibels, 4.343 times S, and cut
    them 80 dB below the loudest; torchaudio's log_mels=True takes ln(S + 1e-6).

    Args:
        sample_rate: samples a second.
        n_mfcc: how many coefficients stay, at most n_mels.
        options: those of LogMelSpectrogram, by name.

    Shape:
        waveform: (…, N). Output (…, T, n_mfcc), of waveform's dtype and kind.

    Raises:
        ValueError: n_mfcc is not from 1 to n_mels; otherwise as LogMelSpectrogram.
        TypeError: an option is unknown, or n_mfcc no whole number.

    Reference: as LogMelSpectrogram.

    Example:
        >>> import numpy as np
        >>> from deepcore.data.transforms import MFCC
        >>> MFCC(8000, 13, n_fft=256)(np.zeros(4000, np.float32)).shape
        (32, 13)
    """

    _shown: ClassVar[tuple[str, ...]] = (*LogMelSpectrogram._shown, "n_mfcc")

    def __init__(self, sample_rate: int, n_mfcc: int = 40, **options: Any) -> None:
        _check_names(options)
        super().__init__(sample_rate, **options)
        check_whole("MFCC", "n_mfcc", n_mfcc)
        if not 1 <= n_mfcc <= self.n_mels:
            raise ValueError(f"[MFCC] n_mfcc must be from 1 to n_mels={self.n_mels}, got {n_mfcc}.")
        self.n_mfcc = n_mfcc
        self._transform = cosine_transform(self.n_mels, n_mfcc)

    def _features(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        coefficients: NDArray[np.float64] = super()._features(samples) @ self._transform
        return coefficients


def _window(name: str, length: int, size: int) -> NDArray[np.float64]:
    share = _WINDOWS[name] if length > 1 else 1.0  # the formula is 0 at its only sample
    window = share - (1 - share) * np.cos(2 * np.pi * np.arange(length) / length)
    before = (size - length) // 2
    return np.pad(window, (before, size - length - before))


def _check_names(options: dict[str, Any]) -> None:
    known = LogMelSpectrogram.__init__.__annotations__
    for name in options:
        if name not in known:
            by_name = "; give what is in it by name, as MFCC(8000, n_fft=256)."
            hint = by_name if name == "melkwargs" else closest_hint(name, known)
            raise TypeError(f"[MFCC] there is no option {name!r}{hint}")


def _check_sizes(**sizes: Any) -> None:
    for name, size in sizes.items():
        check_whole("LogMelSpectrogram", name, size)
        if size < 1:
            raise ValueError(f"[LogMelSpectrogram] {name} must be positive, got {size}.")


def _check_band(win_length: int, n_fft: int, f_min: float, f_max: float, rate: int) -> None:
    if win_length > n_fft:
        raise ValueError(
            f"[LogMelSpectrogram] win_length must be at most n_fft={n_fft}, got {win_length}."
        )
    if not 0 <= f_min < f_max <= rate / 2:
        raise ValueError(
            f"[LogMelSpectrogram] expected 0 <= f_min < f_max <= sample_rate/2 = {rate / 2}, got "
            f"f_min={f_min} and f_max={f_max}."
        )


def _check_numbers(**numbers: float) -> None:
    for name, number in numbers.items():
        if not (isinstance(number, (int, float)) and 0 < number < math.inf):
            raise ValueError(
                f"[LogMelSpectrogram] {name} must be a positive finite number, got {number!r}."
            )


def _check_choices(**choices: tuple[Any, tuple[Any, ...]]) -> None:
    for name, (value, known) in choices.items():
        if value not in known:
            names = " or ".join(map(repr, known))
            raise ValueError(f"[LogMelSpectrogram] {name} must be {names}, got {value!r}.")


def _check_waveform(array: Any) -> None:
    if not isinstance(array, np.ndarray) or array.dtype not in (np.float32, np.float64):
        got = array.dtype.name if isinstance(array, np.ndarray) else type(array).__name__
        raise TypeError(
            f"[LogMelSpectrogram] waveform must be a Tensor or array of float32 or float64, got "
            f"{got}; read_wav gives float32 in [-1, 1)."
        )
    if array.ndim == 0 or array.shape[-1] == 0:
        raise ValueError(
            f"[LogMelSpectrogram] waveform's last axis must have samples, got shape {array.shape}."
        )
    if not np.isfinite(array).all():
        raise ValueError("[LogMelSpectrogram] waveform must be finite, got NaN or infinity in it.")
