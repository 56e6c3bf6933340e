"""MNIST: where its files are found, how they are fetched, and what is said if they are not."""

import gzip
import hashlib
import http.server
import os
import threading

import numpy as np
import pytest

from deepcore import datasets
from deepcore.data import write_idx
from deepcore.data.datasets import _mnist, _store

REAL = os.environ.get("DEEPCORE_DATA")
PARTS = {"train": 5, "t10k": 3}


def images(prefix):
    count = PARTS[prefix]
    return np.random.default_rng(count).integers(0, 256, (count, 28, 28), dtype=np.uint8)


def write_files(folder, ending=".gz"):
    folder.mkdir(parents=True, exist_ok=True)
    for prefix, count in PARTS.items():
        write_idx(folder / f"{prefix}-images-idx3-ubyte{ending}", images(prefix))
        write_idx(folder / f"{prefix}-labels-idx1-ubyte{ending}", np.arange(count, dtype=np.uint8))


@pytest.fixture(autouse=True)
def empty_surroundings(tmp_path, monkeypatch):
    """No data set of the user's is found and no address of the world is asked."""
    monkeypatch.delenv("DEEPCORE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(_mnist, "MIRRORS", ())


@pytest.fixture
def served(tmp_path, monkeypatch):
    """A folder of files that a mirror on this machine serves, and the names asked for."""
    folder = tmp_path / "served"
    write_files(folder)
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(folder))

        def log_message(self, *args):
            asked.append(self.path)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    mirror = f"http://127.0.0.1:{server.server_port}/"
    monkeypatch.setattr(_mnist, "MIRRORS", (mirror,))
    sums = {
        name: hashlib.sha256(gzip.decompress((folder / f"{name}.gz").read_bytes())).hexdigest()
        for name in _mnist.FILES
    }
    monkeypatch.setattr(_mnist, "FILES", sums)
    yield folder, asked
    server.shutdown()
    thread.join()
    server.server_close()


def check(parts):
    (x_train, y_train), (x_test, y_test) = parts
    np.testing.assert_array_equal(x_train, images("train"))
    np.testing.assert_array_equal(x_test, images("t10k"))
    assert y_train.tolist() == [0, 1, 2, 3, 4]
    assert y_test.tolist() == [0, 1, 2]
    assert (x_train.dtype, y_train.dtype) == (np.uint8, np.int64)


@pytest.mark.parametrize("layout", ["", "mnist", "MNIST/raw"])
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_layouts_under_root(tmp_path, layout, ending):
    write_files(tmp_path / "root" / layout, ending)
    check(datasets.mnist(tmp_path / "root"))
    check(datasets.mnist(str(tmp_path / "root")))


def test_one_part(tmp_path):
    write_files(tmp_path)
    check((datasets.mnist(tmp_path, train=True), datasets.mnist(tmp_path, train=False)))


def test_environment_and_cache(tmp_path, monkeypatch):
    write_files(tmp_path / "cache" / "deepcore" / "mnist")
    check(datasets.mnist())
    (tmp_path / "cache").rename(tmp_path / "elsewhere")
    monkeypatch.setenv("DEEPCORE_DATA", str(tmp_path / "elsewhere" / "deepcore"))
    check(datasets.mnist())
    for place, text in (("not-there", "got no such file or folder, and"), ("", "got none, and")):
        with pytest.raises(FileNotFoundError, match=text):
            datasets.mnist(tmp_path / place, download=False)


def test_root_alone_or_the_environment_before_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPCORE_DATA", str(tmp_path / "b"))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert _store.places(tmp_path / "a") == [tmp_path / "a"]
    assert _store.places(None) == [tmp_path / "b", tmp_path / "cache" / "deepcore"]
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert _store.places(None) == [tmp_path / "b", tmp_path / ".cache" / "deepcore"]
    for place in ("a", "b"):
        write_files(tmp_path / place)
    write_idx(tmp_path / "b" / "t10k-labels-idx1-ubyte.gz", np.zeros(3, np.uint8))
    check(datasets.mnist(tmp_path / "a"))
    assert datasets.mnist(train=False)[1].tolist() == [0, 0, 0]


def test_download_to_the_cache_and_only_once(tmp_path, served):
    _, asked = served
    check(datasets.mnist())
    assert len(asked) == 4
    check(datasets.mnist())
    assert len(asked) == 4
    kept = sorted(file.name for file in (tmp_path / "cache" / "deepcore" / "mnist").iterdir())
    assert kept == sorted(f"{name}.gz" for name in _mnist.FILES)


def test_download_to_root(tmp_path, served):
    check(datasets.mnist(tmp_path / "mine"))
    assert len(list((tmp_path / "mine" / "mnist").iterdir())) == 4
    assert not (tmp_path / "cache").exists()


def test_another_compression_of_the_same_bytes_is_taken(served):
    folder, _ = served
    for file in folder.iterdir():
        file.write_bytes(gzip.compress(gzip.decompress(file.read_bytes()), 1, mtime=7))
    check(datasets.mnist())


@pytest.mark.parametrize("damage", ["other", "truncated", "missing"])
def test_a_bad_mirror_gives_way_to_the_next(tmp_path, served, monkeypatch, damage):
    folder, asked = served
    bad = folder / "bad"
    bad.mkdir()
    for file in folder.glob("*.gz"):
        data = file.read_bytes()
        if damage == "other":
            (bad / file.name).write_bytes(gzip.compress(gzip.decompress(data) + b"!"))
        elif damage == "truncated":
            (bad / file.name).write_bytes(data[:-5])
    mirror = _mnist.MIRRORS[0]
    monkeypatch.setattr(_mnist, "MIRRORS", (f"{mirror}bad/", mirror))
    check(datasets.mnist())
    assert len(asked) >= 8
    monkeypatch.setattr(_mnist, "MIRRORS", (f"{mirror}bad/",))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "empty"))
    reason = {"other": "have sha256", "truncated": "damaged or trunc", "missing": "HTTP Error 404"}
    with pytest.raises(FileNotFoundError, match=reason[damage]):
        datasets.mnist(tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_offline_says_where_it_looked_and_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPCORE_DATA", str(tmp_path / "shared"))
    monkeypatch.setattr(_mnist, "MIRRORS", ("http://127.0.0.1:9/",))
    looked = " or ".join(str(tmp_path / place) for place in ("shared", "cache/deepcore"))
    with pytest.raises(FileNotFoundError, match="pass root=, or set DEEPCORE_DATA") as caught:
        datasets.mnist()
    text = str(caught.value)
    assert text.startswith(
        "[datasets] expected train-images-idx3-ubyte, plain or .gz, in " + looked
    )
    assert "http://127.0.0.1:9/train-images-idx3-ubyte.gz: " in text


def test_no_download_if_told_so(tmp_path, served):
    _, asked = served
    with pytest.raises(FileNotFoundError, match=r"no download \(download=False\)"):
        datasets.mnist(tmp_path, download=False)
    assert asked == []


def test_files_that_do_not_belong_together(tmp_path):
    write_files(tmp_path)
    write_idx(tmp_path / "train-labels-idx1-ubyte.gz", np.zeros(4, np.uint8))
    with pytest.raises(ValueError, match="got 4 labels and 5 images of train"):
        datasets.mnist(tmp_path)
    write_idx(tmp_path / "train-images-idx3-ubyte.gz", np.zeros((4, 784), np.uint8))
    with pytest.raises(ValueError, match=r"expected 3 axes of uint8 .* got shape \(4, 784\)"):
        datasets.mnist(tmp_path)


def test_damaged_file(tmp_path):
    write_files(tmp_path)
    file = tmp_path / "t10k-images-idx3-ubyte.gz"
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(
        ValueError, match=r"t10k-images-idx3-ubyte[.]gz is a damaged or truncated gz"
    ):
        datasets.mnist(tmp_path)


@pytest.mark.data
@pytest.mark.skipif(not REAL, reason="needs MNIST in DEEPCORE_DATA")
def test_the_real_files():
    (x_train, y_train), (x_test, y_test) = datasets.mnist(REAL, download=False)
    assert x_train.shape == (60000, 28, 28)
    assert x_test.shape == (10000, 28, 28)
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(y_train).tolist() == counts
    assert np.bincount(y_test)[:2].tolist() == [980, 1135]
    for name, sha256 in _mnist.FILES.items():
        data = _store.unpack_gzip(_store.find(name, ["mnist"], REAL).read_bytes(), name)
        assert hashlib.sha256(data).hexdigest() == sha256
