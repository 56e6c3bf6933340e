"""CIFAR-10: every form it is published in, and what is said of damaged ones."""

import hashlib
import io
import os
import pickle
import struct
import tarfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from deepcore import datasets
from deepcore.data.datasets import _cifar10

REAL = os.environ.get("DEEPCORE_DATA")
BATCHES = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]


@pytest.fixture(autouse=True)
def empty_surroundings(tmp_path, monkeypatch):
    """No data set of the user's is found and no address of the world is asked."""
    monkeypatch.delenv("DEEPCORE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(_cifar10, "MIRRORS", ())


def batch(number, count=2):
    rng = np.random.default_rng(number)
    return rng.integers(0, 256, (count, 3072), dtype=np.uint8), rng.integers(0, 10, count).tolist()


def python2_pickle(rows, labels):
    """The published batches byte by byte: protocol 2 of Python 2, with its byte strings."""

    def text(data):
        return b"T" + struct.pack("<i", len(data)) + data

    def number(value):
        return b"J" + struct.pack("<i", value)

    shape = number(rows.shape[0]) + number(rows.shape[1]) + b"\x86"
    dtype = b"cnumpy\ndtype\n" + text(b"u1") + number(0) + number(1) + b"\x87R"
    dtype += b"(" + number(3) + text(b"|") + b"NNN" + number(-1) + number(-1) + number(0) + b"tb"
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n" + number(0) + b"\x85"
    array += text(b"b") + b"\x87R(" + number(1) + shape + dtype + b"\x89"
    array += text(rows.tobytes()) + b"tb"
    names = b"](" + b"".join(map(number, labels)) + b"e"
    return b"\x80\x02}(" + text(b"data") + array + text(b"labels") + names + b"u."


def python3_pickle(protocol):
    def dumped(rows, labels):
        named = {b"batch_label": b"one of 5", b"labels": labels, b"data": rows}
        return pickle.dumps(named, protocol)

    return dumped


def binary(rows, labels):
    return np.column_stack([np.array(labels, np.uint8), rows]).tobytes()


FORMS = {
    "python2": ("cifar-10-batches-py", "", python2_pickle),
    **{f"protocol{p}": ("cifar-10-batches-py", "", python3_pickle(p)) for p in range(2, 6)},
    "binary": ("cifar-10-batches-bin", ".bin", binary),
}
ARCHIVES = {"python2": "cifar-10-python.tar.gz", "binary": "cifar-10-binary.tar.gz"}


def write_folder(parent, form="python2"):
    name, ending, dumped = FORMS[form]
    folder = parent / name
    folder.mkdir(parents=True)
    for number, file in enumerate(BATCHES):
        (folder / f"{file}{ending}").write_bytes(dumped(*batch(number)))
    return folder


def write_archive(parent, form="python2", names=None):
    """Members in another order than they are wanted, as in the published file."""
    parent.mkdir(parents=True, exist_ok=True)
    name, ending, dumped = FORMS[form]
    path = parent / ARCHIVES[form]
    with tarfile.open(path, "w:gz") as archive:
        for file in reversed(names or BATCHES):
            data = dumped(*batch(BATCHES.index(file)))
            member = tarfile.TarInfo(f"{name}/{file}{ending}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def parts():
    every = [batch(number) for number in range(6)]
    images = [rows.reshape(-1, 3, 32, 32) for rows, _ in every]
    labels = [labels for _, labels in every]
    train = np.concatenate(images[:5]), np.concatenate(labels[:5])
    return train, (images[5], np.array(labels[5]))


def write_npz(path, **changes):
    (x_train, y_train), (x_test, y_test) = parts()
    arrays = {"x_train": x_train, "y_train": y_train.astype(np.uint8), "x_test": x_test}
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **(arrays | {"y_test": y_test} | changes))
    return path


def check(found):
    for (x, y), (images, labels) in zip(found, parts(), strict=True):
        np.testing.assert_array_equal(x, images)
        np.testing.assert_array_equal(y, labels)
        assert (x.dtype, y.dtype) == (np.uint8, np.int64)
        assert x.flags.carray


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("layout", ["", "cifar10", "CIFAR10"])
def test_folders(tmp_path, form, layout):
    write_folder(tmp_path / "root" / layout, form)
    check(datasets.cifar10(tmp_path / "root"))
    check(datasets.cifar10(str(tmp_path / "root")))


@pytest.mark.parametrize("form", ARCHIVES)
def test_archives(tmp_path, form):
    path = write_archive(tmp_path / "cifar10", form)
    check(datasets.cifar10(tmp_path))
    check(datasets.cifar10(path))
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("name", ["cifar10.npz", "cifar10_subset.npz"])
def test_npz(tmp_path, name):
    path = write_npz(tmp_path / "cifar10" / name)
    check(datasets.cifar10(tmp_path))
    check(datasets.cifar10(path))


def test_root_may_be_what_is_read_itself(tmp_path):
    check(datasets.cifar10(write_folder(tmp_path)))
    check(datasets.cifar10(write_npz(tmp_path / "mine.npz")))


def test_one_part(tmp_path):
    write_archive(tmp_path)
    check((datasets.cifar10(tmp_path, train=True), datasets.cifar10(tmp_path, train=False)))


def test_environment_and_cache(tmp_path, monkeypatch):
    write_npz(tmp_path / "cache" / "deepcore" / "cifar10" / "cifar10.npz")
    check(datasets.cifar10())
    monkeypatch.setenv("DEEPCORE_DATA", str(tmp_path / "data"))
    check(datasets.cifar10())
    write_npz(tmp_path / "data" / "cifar10.npz", y_test=np.zeros(2, np.uint8))
    assert datasets.cifar10(train=False)[1].tolist() == [0, 0]
    write_folder(tmp_path / "root")
    check(datasets.cifar10(tmp_path / "root"))


def test_arrays_in_fortran_order(tmp_path):
    folder = write_folder(tmp_path)
    rows, labels = batch(5)
    data = {"data": np.asfortranarray(rows), "labels": np.array(labels, np.uint8)}
    (folder / "test_batch").write_bytes(pickle.dumps(data))
    check(datasets.cifar10(tmp_path))


def test_download_only_what_has_the_published_checksum(tmp_path, monkeypatch):
    served = write_archive(tmp_path / "served")
    monkeypatch.setattr(_cifar10, "MIRRORS", (served.as_uri(),))
    with pytest.raises(FileNotFoundError, match=r"have md5|has md5 \w+, expected c58f30108f718f92"):
        datasets.cifar10(tmp_path / "root")
    assert not (tmp_path / "root").exists()
    digest = hashlib.md5(served.read_bytes(), usedforsecurity=False).hexdigest()
    monkeypatch.setattr(_cifar10, "MD5", digest)
    check(datasets.cifar10(tmp_path / "root"))
    assert (tmp_path / "root" / "cifar10" / "cifar-10-python.tar.gz").is_file()
    monkeypatch.setattr(_cifar10, "MIRRORS", ())
    check(datasets.cifar10(tmp_path / "root"))


def test_offline_says_where_it_looked_and_what_to_do(tmp_path):
    with pytest.raises(
        FileNotFoundError, match="expected cifar-10-batches-py, cifar-10-batches"
    ) as e:
        datasets.cifar10(tmp_path / "root", download=False)
    text = str(e.value)
    assert f"in {tmp_path / 'root'} (or there in the folder 'cifar10'), got no such file" in text
    assert "download=False" in text
    assert text.endswith("or set DEEPCORE_DATA to the folder that has it.")


class Evil:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(
    ("value", "asked"),
    [
        (Evil(os.system, "touch ran"), r"(posix|nt)\.system"),
        (Evil(eval, "open('ran', 'w')"), r"builtins\.eval"),
        (Evil(Path.touch, Path("ran")), r"pathlib\.\S+"),
        (np.array([Evil(os.mkdir, "ran")], object), r"posix\.mkdir|an array of dtype"),
        (np.zeros((2, 3072)), r"an array of dtype f8"),
        (np.load, r"numpy\.load"),
    ],
    ids=["system", "eval", "path", "objects", "floats", "function"],
)
def test_a_pickle_runs_nothing(tmp_path, monkeypatch, value, asked):
    monkeypatch.chdir(tmp_path)
    folder = write_folder(tmp_path)
    (folder / "test_batch").write_bytes(pickle.dumps({b"data": value, b"labels": [0, 0]}, 4))
    with pytest.raises(
        ValueError, match=rf"a pickle that asks for ({asked}); nothing of it was run"
    ):
        datasets.cifar10(tmp_path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("form", ["python2", "protocol2", "protocol5"])
def test_any_truncation_and_any_changed_byte_is_told(tmp_path, form):
    """A ValueError or, as no checksum is there, arrays of the right shape; never anything else."""
    folder = write_folder(tmp_path, form)
    whole = FORMS[form][2](np.zeros((1, 3072), np.uint8), [3])
    for length in range(0, len(whole) - 1, 41):
        (folder / "test_batch").write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"\[cifar10\] .*test_batch"):
            datasets.cifar10(tmp_path, train=False)
    for place in [*range(0, 200, 3), *range(len(whole) - 60, len(whole), 3)]:
        changed = bytearray(whole)
        changed[place] ^= 0x15
        (folder / "test_batch").write_bytes(changed)
        with suppress(ValueError):
            x, y = datasets.cifar10(tmp_path, train=False)
            assert x.shape[1:] == (3, 32, 32)
            assert y.shape == x.shape[:1]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([1], r"expected a dict with 'data' and 'labels' in .*test_batch, got list\."),
        ({b"data": 1}, r"got the keys \['data'\]\."),
        (
            {b"data": np.zeros((2, 5), np.uint8), b"labels": [0, 0]},
            r"expected uint8 data \(N, 3072\) in .*, got uint8 \(2, 5\)",
        ),
        (
            {b"data": batch(0)[0], b"labels": [0]},
            r"expected 2 whole numbers as labels, one an image in .*, got int64 \(1,\)\.",
        ),
        ({b"data": batch(0)[0], b"labels": [0, 10]}, r"expected labels from 0 to 9 in .*, got 10"),
        ({b"data": batch(0)[0], b"labels": [0, -1]}, r"expected labels from 0 to 9 in .*, got -1"),
        ({b"data": [[1], [1, 2]], b"labels": [0, 1]}, r"expected an array in .*test_batch, got "),
    ],
)
def test_pickles_of_something_else(tmp_path, value, text):
    folder = write_folder(tmp_path)
    (folder / "test_batch").write_bytes(pickle.dumps(value))
    with pytest.raises(ValueError, match=text):
        datasets.cifar10(tmp_path)


def test_a_truncated_binary_batch(tmp_path):
    file = write_folder(tmp_path, "binary") / "data_batch_3.bin"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ValueError, match=r"records of 3073 bytes in .*data_batch_3\.bin, got 6145"):
        datasets.cifar10(tmp_path)
    file.write_bytes(b"")
    with pytest.raises(ValueError, match=r"got 0 bytes; the file is truncated"):
        datasets.cifar10(tmp_path)


@pytest.mark.parametrize("form", ["python2", "binary"])
def test_a_missing_batch(tmp_path, form):
    folder = write_folder(tmp_path / "a", form)
    (folder / f"data_batch_5{FORMS[form][1]}").unlink()
    with pytest.raises(ValueError, match=r"expected data_batch_5 in .*, got no such file"):
        datasets.cifar10(tmp_path / "a")
    path = write_archive(tmp_path / "b", form, BATCHES[:-1])
    with pytest.raises(ValueError, match=r"expected test_batch in .*tar\.gz, got no such file"):
        datasets.cifar10(path, train=False)


def test_damaged_archives(tmp_path):
    path = write_archive(tmp_path)
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[:30], b"", b"no archive at all"):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"tar\.gz is a damaged or truncated tar\.gz file \("):
            datasets.cifar10(tmp_path)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"x_test": np.zeros((2, 32, 32, 3), np.uint8)},
            r"transpose\(0, 3, 1, 2\) puts channels f",
        ),
        (
            {"x_test": np.zeros((2, 3, 32, 32))},
            r"expected uint8 x_test \(N, 3, 32, 32\) .* float64",
        ),
        ({"y_test": np.zeros((2, 1), int)}, r"expected 2 whole numbers as labels.* int64 \(2, 1\)"),
        ({"y_test": np.zeros(2)}, r"expected 2 whole numbers as labels.* float64 \(2,\)"),
    ],
)
def test_npz_of_something_else(tmp_path, changes, text):
    write_npz(tmp_path / "cifar10.npz", **changes)
    with pytest.raises(ValueError, match=text):
        datasets.cifar10(tmp_path)


def test_damaged_npz(tmp_path):
    path = write_npz(tmp_path / "cifar10.npz")
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    with pytest.raises(ValueError, match=r"cifar10\.npz is no \.npz file or a damaged one \("):
        datasets.cifar10(tmp_path)
    np.savez(path, x_train=np.zeros(1))
    with pytest.raises(
        ValueError, match=r"expected arrays x_train and y_train in .*of them \['x_train'\]"
    ):
        datasets.cifar10(tmp_path)
    np.savez(path, x_train=np.array([Evil(os.mkdir, "ran")], object), y_train=np.zeros(1))
    with pytest.raises(
        ValueError, match=r"cifar10\.npz is no \.npz file or a damaged one \(.*allow_pickle"
    ):
        datasets.cifar10(tmp_path)


@pytest.mark.data
@pytest.mark.skipif(not REAL, reason="needs CIFAR-10 in DEEPCORE_DATA")
def test_the_real_files():
    (x_train, y_train), (x_test, y_test) = datasets.cifar10(REAL, download=False)
    for x, y in ((x_train, y_train), (x_test, y_test)):
        assert x.shape[1:] == (3, 32, 32)
        assert len(x) == len(y) >= 1000
        assert np.bincount(y).min() > len(y) / 15  # ten classes, nearly even
    assert y_train[:10].tolist() == [6, 9, 9, 4, 1, 1, 2, 7, 8, 3]
    assert y_test[:10].tolist() == [3, 8, 8, 0, 6, 6, 1, 6, 3, 1]
