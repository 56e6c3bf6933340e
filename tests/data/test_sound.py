"""Features of sound against the formulas written out (tests/golden/make_sound.py)."""

import json
from pathlib import Path

import numpy as np
import pytest

import deepcore as dc
from deepcore.data.transforms import MFCC, LogMelSpectrogram, _spectrogram
from deepcore.data.transforms._mel import cosine_transform, hz_to_mel, mel_to_hz

with np.load(Path(__file__).parents[1] / "golden" / "sound.npz") as _file:
    GOLDEN = dict(_file)
CASES = json.loads(str(GOLDEN["cases"]))
SMALL = {"n_fft": 64, "n_mels": 8}


def make(options, rate=8000):
    return (MFCC if "n_mfcc" in options else LogMelSpectrogram)(rate, **options)


@pytest.mark.parametrize("number", range(len(CASES)))
def test_golden(number):
    expected = GOLDEN[f"out{number}"]
    features = make(CASES[number])(GOLDEN["x"])
    assert features.dtype == np.float64
    np.testing.assert_allclose(features, expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize("options", [SMALL, {**SMALL, "n_mfcc": 5}])
def test_kinds_and_axes(options):
    transform = make(options)
    x = np.random.default_rng(0).normal(size=(2, 3, 200)).astype(np.float32)
    features = transform(x)
    assert (features.dtype, features.shape) == (np.float32, (2, 3, 7, options.get("n_mfcc", 8)))
    exact = transform(x.astype(np.float64))
    np.testing.assert_array_equal(features, exact.astype(np.float32))
    np.testing.assert_allclose(features[1, 2], transform(x[1, 2]), rtol=1e-6)
    tensor = transform(dc.tensor(x, requires_grad=True))
    assert isinstance(tensor, dc.Tensor)
    assert not tensor.requires_grad
    np.testing.assert_array_equal(tensor.numpy(), features)


def test_a_pure_tone_is_where_it_belongs():
    t = np.arange(4000) / 8000
    for hertz in (440.0, 1500.0, 3000.0):
        features = LogMelSpectrogram(8000, 512, n_mels=20)(np.sin(2 * np.pi * hertz * t))
        corners = mel_to_hz(np.linspace(0, hz_to_mel(4000, "htk"), 22), "htk")
        loudest = np.bincount(features.argmax(axis=1)).argmax()
        assert corners[loudest] < hertz < corners[loudest + 2]


def test_long_sounds_are_made_in_pieces(monkeypatch):
    x = np.random.default_rng(1).normal(size=(2, 3000))
    transform = LogMelSpectrogram(8000, **SMALL, hop_length=10)
    whole = transform(x)
    monkeypatch.setattr(_spectrogram, "_BLOCK", 7)
    np.testing.assert_allclose(transform(x), whole, rtol=0, atol=1e-12)
    assert whole.shape == (2, 301, 8)


@pytest.mark.parametrize("window", ["hann", "hamming", "rectangular"])
def test_a_window_of_one_sample_is_no_silence(window):
    x = np.random.default_rng(0).normal(size=100)
    features = LogMelSpectrogram(8000, 64, 1, n_mels=2, window=window)(x)
    middle = LogMelSpectrogram(8000, 64, 1, n_mels=2, window="rectangular")(x)
    np.testing.assert_array_equal(features, middle)
    assert features.min() > np.log(1e-10)


def test_silence_is_the_floor():
    silence = LogMelSpectrogram(8000, floor=1e-5)(np.zeros(1000))
    np.testing.assert_array_equal(silence, np.full_like(silence, np.log(1e-5)))
    assert np.isfinite(MFCC(8000)(np.zeros(1000, np.float32))).all()


@pytest.mark.parametrize("scale", ["htk", "slaney"])
def test_scales(scale):
    hertz = np.array([0.0, 20.0, 999.0, 1000.0, 1001.0, 8000.0])
    np.testing.assert_allclose(mel_to_hz(hz_to_mel(hertz, scale), scale), hertz, atol=1e-9)
    assert hz_to_mel(1000.0, scale) == pytest.approx({"htk": 999.9855, "slaney": 15}[scale])
    assert hz_to_mel(6400.0, "slaney") == pytest.approx(42)


def test_the_cosine_transform_keeps_lengths():
    matrix = cosine_transform(7, 7)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(7), atol=1e-14)


@pytest.mark.parametrize("count", [1, 2, 31, 32, 33])
def test_short_sounds(count):
    centred = LogMelSpectrogram(8000, **SMALL)(np.ones(count))
    assert centred.shape == (count // 32 + 1, 8)
    with pytest.raises(
        ValueError, match=rf"must have n_fft=64 samples or more, got shape \({count}"
    ):
        LogMelSpectrogram(8000, **SMALL, center=False)(np.ones(count))


def test_a_filter_without_a_frequency():
    with pytest.warns(
        UserWarning, match=r"of n_mels=100 filters have no frequency of n_fft=64 ins"
    ):
        LogMelSpectrogram(8000, 64, n_mels=100)


def test_repr():
    text = "sample_rate=8000, n_fft=400, win_length=400, hop_length=200, n_mels=40"
    assert repr(LogMelSpectrogram(8000)) == f"LogMelSpectrogram({text})"
    assert repr(MFCC(8000, 13)) == f"MFCC({text}, n_mfcc=13)"


@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        ({"sample_rate": 0}, ValueError, "sample_rate must be positive, got 0"),
        ({"sample_rate": 8e3}, TypeError, "sample_rate must be a whole number, got 8000.0"),
        ({"n_fft": -1}, ValueError, "n_fft must be positive, got -1"),
        ({"hop_length": 0}, ValueError, "hop_length must be positive, got 0"),
        ({"n_mels": 0}, ValueError, "n_mels must be positive, got 0"),
        ({"win_length": 65}, ValueError, "win_length must be at most n_fft=64, got 65"),
        ({"f_max": 4001}, ValueError, "got f_min=0.0 and f_max=4001"),
        ({"f_min": 300, "f_max": 300}, ValueError, "expected 0 <= f_min < f_max <= sample_rate/2"),
        ({"f_min": float("nan")}, ValueError, "got f_min=nan"),
        ({"power": 0}, ValueError, "power must be a positive finite number, got 0"),
        ({"floor": 0.0}, ValueError, "floor must be a positive finite number, got 0.0"),
        ({"floor": float("inf")}, ValueError, "floor must be a positive finite number, got inf"),
        ({"power": "2"}, ValueError, "power must be a positive finite number, got '2'"),
        ({"mel_scale": "bark"}, ValueError, "mel_scale must be 'htk' or 'slaney', got 'bark'"),
        ({"norm": "htk"}, ValueError, "norm must be None or 'slaney', got 'htk'"),
        (
            {"window": "kaiser"},
            ValueError,
            "window must be 'hann' or 'hamming' or 'rectangular', g",
        ),
        ({"center": 1}, TypeError, "center must be True or False, got 1"),
    ],
)
def test_option_errors(options, kind, text):
    with pytest.raises(kind, match=rf"^\[LogMelSpectrogram\] .*{text}"):
        LogMelSpectrogram(**{"sample_rate": 8000, "n_fft": 64, "n_mels": 8, **options})


@pytest.mark.parametrize(
    ("waveform", "kind", "text"),
    [
        ([0.0], TypeError, "must be a Tensor or array of float32 or float64, got list"),
        (np.zeros(9, np.int16), TypeError, r"got int16; read_wav gives float32 in \[-1, 1\)"),
        (dc.arange(9), TypeError, "got int64"),
        (np.zeros((2, 0)), ValueError, r"last axis must have samples, got shape \(2, 0\)"),
        (np.array([0, np.nan]), ValueError, "waveform must be finite, got NaN or infinity"),
        (np.float32([0, -np.inf]), ValueError, "waveform must be finite, got NaN or infinity"),
        (np.array(1.0), ValueError, r"last axis must have samples, got shape \(\)"),
    ],
)
def test_waveform_errors(waveform, kind, text):
    with pytest.raises(kind, match=rf"^\[LogMelSpectrogram\] .*{text}"):
        LogMelSpectrogram(8000, **SMALL)(waveform)


def test_the_least_there_can_be():
    assert LogMelSpectrogram(8000, **SMALL, center=False)(np.ones(64)).shape == (1, 8)
    assert MFCC(8000, 1, **SMALL, center=False)(np.ones(64)).shape == (1, 1)


@pytest.mark.parametrize("count", [0, 9])
def test_coefficients_there_are_not(count):
    with pytest.raises(
        ValueError, match=rf"^\[MFCC\] n_mfcc must be from 1 to n_mels=8, got {count}"
    ):
        MFCC(8000, count, **SMALL)
    with pytest.raises(TypeError, match=r"^\[MFCC\] n_mfcc must be a whole number, got 2\.5"):
        MFCC(8000, 2.5, **SMALL)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"melkwargs": {}},
            r"'melkwargs'; give what is in it by name, as MFCC\(8000, n_fft=256\)\.",
        ),
        ({"n_mel": 20}, r"'n_mel'; did you mean 'n_mels'\?"),
        ({"log_mels": True}, r"'log_mels'\."),
    ],
)
def test_options_there_are_not(options, text):
    with pytest.raises(TypeError, match=rf"^\[MFCC\] there is no option {text}$"):
        MFCC(8000, **options)
