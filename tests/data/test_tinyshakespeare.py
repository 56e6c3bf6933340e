"""Tiny Shakespeare: where its file is found, how it is fetched and cut."""

import gzip
import hashlib
import os

import pytest

from deepcore import datasets
from deepcore.data import Vocab
from deepcore.data.datasets import _tinyshakespeare

REAL = os.environ.get("DEEPCORE_DATA")
TEXT = "To be, or not to bé:\r\nthat is the question.\n"
DATA = TEXT.encode()
CUT = len(TEXT) * 9 // 10


@pytest.fixture(autouse=True)
def empty_surroundings(tmp_path, monkeypatch):
    """No data set of the user's is found and no address of the world is asked."""
    monkeypatch.delenv("DEEPCORE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(_tinyshakespeare, "MIRRORS", ())


def write(folder, name="input.txt", data=DATA):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


@pytest.mark.parametrize("layout", ["", "tinyshakespeare"])
@pytest.mark.parametrize("name", ["input.txt", "input.txt.gz"])
def test_layouts(tmp_path, monkeypatch, layout, name):
    path = write(tmp_path / "root" / layout, name)
    for root in (tmp_path / "root", str(tmp_path / "root"), path):
        assert datasets.tinyshakespeare(root) == (TEXT[:CUT], TEXT[CUT:])
    assert datasets.tinyshakespeare(path, train=True) == TEXT[:CUT]
    assert datasets.tinyshakespeare(path, train=False) == TEXT[CUT:]
    monkeypatch.setenv("DEEPCORE_DATA", str(tmp_path / "root"))
    assert "".join(datasets.tinyshakespeare()) == TEXT
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match=r"in \S*empty \(or there in the folder 'tinysha"):
        datasets.tinyshakespeare(tmp_path / "empty")


def test_download(tmp_path, monkeypatch):
    served = write(tmp_path / "served")
    monkeypatch.setattr(_tinyshakespeare, "MIRRORS", (served.as_uri(),))
    with pytest.raises(
        FileNotFoundError, match=r"its bytes have sha256 .*, expected 86c4e6aa9db7c0"
    ):
        datasets.tinyshakespeare(tmp_path / "root")
    assert not (tmp_path / "root").exists()
    monkeypatch.setattr(_tinyshakespeare, "SHA256", hashlib.sha256(DATA).hexdigest())
    assert "".join(datasets.tinyshakespeare(tmp_path / "root")) == TEXT
    assert "".join(datasets.tinyshakespeare()) == TEXT
    served.unlink()
    assert "".join(datasets.tinyshakespeare()) == TEXT
    for place in ("root", "cache/deepcore"):
        assert (tmp_path / place / "tinyshakespeare" / "input.txt").is_file()


def test_it_is_nowhere(tmp_path):
    text = r"^\[datasets\] expected input\.txt, plain or \.gz, in .*\(download=False\); put the"
    with pytest.raises(FileNotFoundError, match=text):
        datasets.tinyshakespeare(tmp_path, download=False)


def test_files_that_are_no_text(tmp_path):
    with pytest.raises(ValueError, match=r"^\[tinyshakespeare\] expected a text in .*got an empty"):
        datasets.tinyshakespeare(write(tmp_path, data=b""))
    with pytest.raises(ValueError, match=r"^\[tinyshakespeare\] expected UTF-8 text in .*0xff"):
        datasets.tinyshakespeare(write(tmp_path, data=b"abc\xff"))
    path = write(tmp_path, "input.txt.gz")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ValueError, match="is a damaged or truncated gzip file"):
        datasets.tinyshakespeare(path)


@pytest.mark.data
@pytest.mark.skipif(not REAL, reason="needs tinyshakespeare in DEEPCORE_DATA")
def test_the_real_file():
    train, validation = datasets.tinyshakespeare(REAL, download=False)
    assert (len(train), len(validation)) == (1003854, 111540)
    text = train + validation
    assert hashlib.sha256(text.encode()).hexdigest() == _tinyshakespeare.SHA256
    vocab = Vocab.build(train)
    assert len(vocab) == 65
    assert vocab.decode(vocab.encode(text)) == text
