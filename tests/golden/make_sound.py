"""Writes sound.npz: features of sound in float64, as naively as the formulas stand.

    python tests/golden/make_sound.py            writes it (NumPy alone)
    python tests/golden/make_sound.py --librosa  and compares its energies with librosa's

Every sum is written out: the Fourier transform multiplies with cosines and sines, filters are
evaluated one frequency after the other, by the standard library's math. `cases` is a JSON list of
the options of LogMelSpectrogram; n_mfcc, where there is one, makes it MFCC.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).parent / "sound.npz"
RATE = 8000

CASES: list[dict[str, Any]] = [
    {"n_fft": 64, "n_mels": 8},
    {"n_fft": 64, "n_mels": 8, "mel_scale": "slaney", "norm": "slaney"},
    {"n_fft": 63, "n_mels": 6, "hop_length": 20, "center": False},
    {"n_fft": 64, "win_length": 49, "hop_length": 17, "n_mels": 7, "window": "hamming"},
    {"n_fft": 64, "n_mels": 5, "power": 1.0, "f_min": 300.0, "f_max": 3400.0, "norm": "slaney"},
    {"n_fft": 32, "n_mels": 4, "window": "rectangular", "center": False, "mel_scale": "slaney"},
    {"n_fft": 64, "n_mels": 10, "floor": 0.5, "power": 1.5},
    {"n_fft": 64, "n_mels": 8, "n_mfcc": 5},
    {"n_fft": 64, "n_mels": 6, "n_mfcc": 6, "mel_scale": "slaney", "hop_length": 11},
]


def signal() -> np.ndarray:
    """A chirp and a little noise, 0.05 s."""
    t = np.arange(400) / RATE
    noise = np.random.default_rng(5).normal(size=400)
    return 0.5 * np.sin(2 * np.pi * (200 + 15000 * t) * t) + 0.01 * noise


def mel(f: float, scale: str) -> float:
    if scale == "htk":
        return 2595 * math.log10(1 + f / 700)
    return 3 * f / 200 if f < 1000 else 15 + 27 * math.log(f / 1000) / math.log(6.4)


def hertz(m: float, scale: str) -> float:
    if scale == "htk":
        return 700 * (10 ** (m / 2595) - 1)
    return 200 * m / 3 if m < 15 else 1000 * 6.4 ** ((m - 15) / 27)


def weight(f: float, j: int, o: dict[str, Any]) -> float:
    scale, n = o.get("mel_scale", "htk"), o["n_mels"]
    low, high = mel(o.get("f_min", 0.0), scale), mel(o.get("f_max", RATE / 2), scale)
    a, b, c = (hertz(low + (j + i) * (high - low) / (n + 1), scale) for i in range(3))
    height = 2 / (c - a) if o.get("norm") == "slaney" else 1.0
    return height * max(0.0, (f - a) / (b - a) if f < b else (c - f) / (c - b))


def window(n: int, o: dict[str, Any]) -> float:
    size, length = o["n_fft"], o.get("win_length", o["n_fft"])
    n -= (size - length) // 2
    if not 0 <= n < length:
        return 0.0
    share = {"hann": 0.5, "hamming": 0.54, "rectangular": 1.0}[o.get("window", "hann")]
    return share - (1 - share) * math.cos(2 * math.pi * n / length)


def energies(x: list[float], o: dict[str, Any]) -> list[list[float]]:
    size, power = o["n_fft"], o.get("power", 2.0)
    hop = o.get("hop_length", o.get("win_length", size) // 2)
    if o.get("center", True):
        half = size // 2
        x = [x[i] for i in range(half, 0, -1)] + x + [x[-2 - i] for i in range(half)]
    rows = []
    for start in range(0, len(x) - size + 1, hop):
        frame = [x[start + n] * window(n, o) for n in range(size)]
        row = [0.0] * o["n_mels"]
        for k in range(size // 2 + 1):
            turns = [2 * math.pi * (k * n % size) / size for n in range(size)]
            re = math.fsum(v * math.cos(a) for v, a in zip(frame, turns, strict=True))
            im = math.fsum(v * math.sin(a) for v, a in zip(frame, turns, strict=True))
            for j in range(o["n_mels"]):
                row[j] += math.hypot(re, im) ** power * weight(k * RATE / size, j, o)
        rows.append(row)
    return rows


def features(x: list[float], o: dict[str, Any]) -> np.ndarray:
    logs = [[math.log(max(o.get("floor", 1e-10), e)) for e in row] for row in energies(x, o)]
    if "n_mfcc" not in o:
        return np.array(logs)
    n = o["n_mels"]
    return np.array(
        [
            [
                math.sqrt((2 if k else 1) / n)
                * math.fsum(v * math.cos(math.pi * k * (m + 0.5) / n) for m, v in enumerate(row))
                for k in range(o["n_mfcc"])
            ]
            for row in logs
        ]
    )


def compare_with_librosa(x: np.ndarray) -> None:
    import librosa

    for o in CASES:
        if o.get("window") == "rectangular":
            continue
        theirs = librosa.feature.melspectrogram(
            y=x,
            sr=RATE,
            n_fft=o["n_fft"],
            win_length=o.get("win_length"),
            hop_length=o.get("hop_length", o.get("win_length", o["n_fft"]) // 2),
            n_mels=o["n_mels"],
            power=o.get("power", 2.0),
            fmin=o.get("f_min", 0.0),
            fmax=o.get("f_max"),
            htk=o.get("mel_scale", "htk") == "htk",
            norm=o.get("norm"),
            window=o.get("window", "hann"),
            center=o.get("center", True),
            pad_mode="reflect",
            dtype=np.float64,
        ).T
        ours = np.array(energies(x.tolist(), o))
        print(o, "largest difference", np.abs(ours - theirs).max() / theirs.max())


def main() -> None:
    x = signal()
    arrays = {f"out{i}": features(x.tolist(), options) for i, options in enumerate(CASES)}
    np.savez_compressed(FILE, x=x, cases=np.array(json.dumps(CASES)), **arrays)
    print(f"wrote {FILE.name}")
    if "--librosa" in sys.argv:
        compare_with_librosa(x)


if __name__ == "__main__":
    main()
