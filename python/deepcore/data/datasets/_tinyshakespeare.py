"""Tiny Shakespeare: a million characters of plays, the text of character language models."""

from __future__ import annotations

import os
from pathlib import Path
from typing import overload

from .._idx import unpack_gzip
from ._store import cache_folder, download_from_any, find, missing

MIRRORS = (
    "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
)
SHA256 = "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"
FOLDER = "tinyshakespeare"
FILE = "input.txt"


@overload
def tinyshakespeare(
    root: str | os.PathLike[str] | None = ..., *, train: None = ..., download: bool = ...
) -> tuple[str, str]: ...
@overload
def tinyshakespeare(
    root: str | os.PathLike[str] | None = ..., *, train: bool, download: bool = ...
) -> str: ...
def tinyshakespeare(
    root: str | os.PathLike[str] | None = None,
    *,
    train: bool | None = None,
    download: bool = True,
) -> str | tuple[str, str]:
    """A text of 1,115,394 characters, 65 different ones: `(train, validation)`.

    The first ⌊0.9·N⌋ characters are to train on, the rest to validate; both joined are the text.
    `input.txt` is looked for in `root`, or without one in the folder $DEEPCORE_DATA, then in the
    cache folder ($XDG_CACHE_HOME/deepcore or ~/.cache/deepcore), each time in the folder itself or
    in its `tinyshakespeare`, plain or gzip-compressed. What is not there is downloaded, 1.1 MB,
    into `root/tinyshakespeare` or the cache folder, if its checksum is right.

    Args:
        root: the only folder looked into, or the file itself.
        train: True or False gives that part alone.
        download: whether the network may be used.

    Raises:
        FileNotFoundError: it is in none of the folders and cannot be downloaded.
        ValueError: the file is empty or no UTF-8 text.

    Reference: A. Karpathy, "The Unreasonable Effectiveness of Recurrent Neural Networks", 2015.

    Example:
        >>> from deepcore import datasets
        >>> train, validation = datasets.tinyshakespeare()  # doctest: +SKIP
    """
    text = _read(_path(root, download))
    cut = len(text) * 9 // 10
    if train is not None:
        return text[:cut] if train else text[cut:]
    return text[:cut], text[cut:]


def _path(root: str | os.PathLike[str] | None, may_download: bool) -> Path:
    if root and Path(root).is_file():
        return Path(root)
    found = find(FILE, (FOLDER,), root)
    if found:
        return found
    failures = ["download=False"]
    if may_download:
        target = Path(root or cache_folder()) / FOLDER / FILE
        failures = download_from_any(MIRRORS, target, _verify)
        if target.is_file():
            return target
    raise missing(f"{FILE}, plain or .gz", FOLDER, root, failures)


def _read(path: Path) -> str:
    data = unpack_gzip(path.read_bytes(), path)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"[tinyshakespeare] expected UTF-8 text in {path}, got other bytes ({error})."
        ) from error
    if not text:
        raise ValueError(f"[tinyshakespeare] expected a text in {path}, got an empty file.")
    return text


def _verify(data: bytes) -> None:
    import hashlib  # here: it would add to every import of deepcore

    got = hashlib.sha256(data).hexdigest()
    if got != SHA256:
        raise ValueError(f"its bytes have sha256 {got}, expected {SHA256}")
