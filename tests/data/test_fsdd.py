"""Spoken digits: both forms of the files, the splits, and what is said of damaged ones."""

import os
import wave

import numpy as np
import pytest

from deepcore import datasets
from deepcore.data import DataLoader, pad_collate

REAL = os.environ.get("DEEPCORE_DATA")
NAMES = ("anna", "bert_2")
DIGITS, INDICES = (0, 7), (0, 4, 5, 12)
ORDER = [(who, digit, i) for who in range(2) for digit in DIGITS for i in INDICES]


def sound(who, digit, index):
    size = 10 + 3 * index + digit
    return np.random.default_rng([who, digit, index]).integers(-(2**15), 2**15, size, np.int16)


def write_wav(folder, name, samples, rate=8000, channels=1):
    folder.mkdir(parents=True, exist_ok=True)
    with wave.open(str(folder / name), "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())


def write_folder(folder):
    for who, digit, index in ORDER:
        write_wav(folder, f"{digit}_{NAMES[who]}_{index}.wav", sound(who, digit, index))
    write_wav(folder, "other.wav", np.zeros(3))


def arrays():
    sounds = [sound(*item) for item in ORDER]
    speakers, labels, indices = np.array(ORDER, np.uint8).T
    return {
        "samples": np.concatenate(sounds),
        "offsets": np.cumsum([0, *map(len, sounds)]),
        "labels": labels,
        "speakers": speakers,
        "indices": indices,
        "speaker_names": np.array(NAMES),
        "sample_rate": np.int32(8000),
    }


def write_npz(folder, **changes):
    folder.mkdir(parents=True, exist_ok=True)
    values = {key: value for key, value in (arrays() | changes).items() if value is not None}
    np.savez(folder / "fsdd.npz", **values)
    return folder / "fsdd.npz"


@pytest.fixture(autouse=True)
def empty_surroundings(tmp_path, monkeypatch):
    """No data set of the user's is found."""
    monkeypatch.delenv("DEEPCORE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def check(parts, held_out=lambda who, digit, index: index < 5):
    for part, is_test in zip(parts, (False, True), strict=True):
        expected = [item for item in ORDER if held_out(*item) == is_test]
        assert len(part) == len(expected)
        seen = list(zip(part.speakers, part.labels, part.indices, strict=True))
        assert seen == expected
        assert part.speaker_names == NAMES
        assert part.sample_rate == 8000
        assert {a.dtype for a in (part.labels, part.speakers, part.indices, part.lengths)} == {
            np.dtype(np.int64)
        }
        for (waveform, digit), item, length in zip(part, expected, part.lengths, strict=True):
            np.testing.assert_array_equal(waveform * 2.0**15, sound(*item))
            assert (waveform.dtype, type(digit), digit) == (np.float32, int, item[1])
            assert waveform.shape == (length,)


@pytest.mark.parametrize("layout", ["", "fsdd", "free-spoken-digit-dataset/recordings"])
@pytest.mark.parametrize("write", [write_folder, write_npz])
def test_layouts(tmp_path, monkeypatch, layout, write):
    if write is write_npz:
        layout = layout.removesuffix("/recordings")
    write(tmp_path / "root" / layout)
    check(datasets.fsdd(tmp_path / "root"))
    check(datasets.fsdd(str(tmp_path / "root"), train=t) for t in (True, False))
    monkeypatch.setenv("DEEPCORE_DATA", str(tmp_path / "root"))
    check(datasets.fsdd())
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match=r"in \S*empty \(or there in the folder 'fsdd'\)"):
        datasets.fsdd(tmp_path / "empty")


def test_the_file_itself(tmp_path):
    check(datasets.fsdd(write_npz(tmp_path / "root")))


@pytest.mark.parametrize("write", [write_folder, write_npz])
def test_one_speaker_left_out(tmp_path, write):
    write(tmp_path)
    parts = datasets.fsdd(tmp_path, test_speaker="bert_2")
    check(parts, lambda who, digit, index: who == 1)
    assert len(datasets.fsdd(tmp_path, train=False, test_speaker="anna")) == 8
    with pytest.raises(
        ValueError, match=r"^\[fsdd\] test_speaker must be one of anna, bert_2, got 'carl'\.$"
    ):
        datasets.fsdd(tmp_path, test_speaker="carl")


def test_samples_by_index(tmp_path):
    write_npz(tmp_path)
    train = datasets.fsdd(tmp_path, train=True)
    assert repr(train) == "SpokenDigits(8 recordings, 2 speakers, 8000 Hz)"
    np.testing.assert_array_equal(train[-1][0], train[len(train) - 1][0])
    np.testing.assert_array_equal(train[-8][0], train[0][0])
    train[0][0][:] = 9
    assert train[0][0].max() < 1
    for index in (8, -9):
        with pytest.raises(IndexError, match=rf"^\[fsdd\] index must be in \[-8, 8\), got {index}"):
            train[index]
    x, lengths, y = next(iter(DataLoader(train, batch_size=4, collate_fn=pad_collate)))
    assert x.shape == (max(train.lengths[:4]), 4)
    assert lengths.tolist() == train.lengths[:4].tolist()
    assert y.tolist() == train.labels[:4].tolist()


def test_they_are_nowhere(tmp_path):
    text = r"^\[datasets\] expected \{digit\}_\{speaker\}_.* no download \(git clone https://.* fet"
    with pytest.raises(FileNotFoundError, match=text):
        datasets.fsdd(tmp_path)


SIZE = len(arrays()["samples"])


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"labels": None, "indices": None}, "arrays samples, .*, got no labels, indices"),
        ({"samples": np.zeros(SIZE)}, r"int16 samples \(S,\) in .*, got float64 \(\d+,\)"),
        ({"samples": np.zeros(SIZE - 1, np.int16)}, f"offsets rising from 0 to {SIZE - 1} in"),
        ({"offsets": np.array([0, 5, 3, SIZE])}, "offsets rising from 0"),
        ({"offsets": np.array([1, SIZE])}, "offsets rising from 0"),
        ({"offsets": np.array([], int)}, "offsets rising from 0"),
        ({"offsets": arrays()["offsets"] * 1.0}, "whole offsets of one axis in .*got float64"),
        ({"labels": np.full(16, 10)}, "labels from 0 to 9 in .*, got 10"),
        ({"labels": np.zeros(15, int)}, r"whole labels of shape \(16,\) in .* shape \(15,\)"),
        ({"speakers": np.full(16, 2)}, "speakers from 0 to 1 in .*, got 2"),
        ({"indices": np.zeros((16, 1), int)}, r"whole indices of shape \(16,\)"),
        ({"sample_rate": np.int32(0)}, "a positive whole sample_rate in .*, got 0"),
        ({"sample_rate": np.zeros(2, int)}, r"a positive whole sample_rate in .*, got \[0 0\]"),
        ({"speaker_names": np.array([None])}, "no .npz file or a damaged one"),
    ],
)
def test_arrays_that_do_not_fit(tmp_path, changes, text):
    write_npz(tmp_path, **changes)
    with pytest.raises(ValueError, match=rf"^\[fsdd\] .*{text}"):
        datasets.fsdd(tmp_path)


def test_damaged_files(tmp_path):
    path = write_npz(tmp_path / "npz")
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ValueError, match=r"fsdd\.npz is no \.npz file or a damaged one"):
        datasets.fsdd(tmp_path / "npz")
    write_folder(tmp_path / "wav")
    broken = tmp_path / "wav" / "7_anna_4.wav"
    broken.write_bytes(broken.read_bytes()[:-3])
    with pytest.raises(ValueError, match=r"^\[read_wav\] expected .*7_anna_4\.wav.* is truncated"):
        datasets.fsdd(tmp_path / "wav")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"rate": 16000}, r"got rates \[8000, 16000\] and \[1\] channels"),
        ({"channels": 2}, r"got rates \[8000\] and \[1, 2\] channels"),
    ],
)
def test_recordings_that_differ(tmp_path, options, text):
    write_folder(tmp_path)
    write_wav(tmp_path, "3_anna_0.wav", np.zeros(4), **options)
    with pytest.raises(ValueError, match=r"one sample rate and channel in .*" + text):
        datasets.fsdd(tmp_path)


@pytest.mark.data
@pytest.mark.skipif(not REAL, reason="needs FSDD in DEEPCORE_DATA")
def test_the_real_recordings():
    train, test = datasets.fsdd(REAL)
    assert (len(train), len(test), train.sample_rate) == (2700, 300, 8000)
    assert train.speaker_names == ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")
    assert np.bincount(train.labels).tolist() == [270] * 10
    assert np.bincount(test.speakers).tolist() == [50] * 6
    assert sum(map(np.sum, (train.lengths, test.lengths))) == 10498424
    assert max(np.abs(train[i][0]).max() for i in range(0, 2700, 50)) <= 1
    assert len(datasets.fsdd(REAL, train=True, test_speaker="theo")) == 2500
