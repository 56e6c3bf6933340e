"""Where the files of data sets are looked for, and how they get there."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from ..._files import replacing
from .._idx import unpack_gzip

_TIMEOUT = 30.0  # seconds without a byte before the next mirror is tried


def cache_folder() -> Path:
    """The user's folder for downloaded data: $XDG_CACHE_HOME/deepcore, else ~/.cache/deepcore."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "deepcore"


def places(root: str | os.PathLike[str] | None) -> list[Path]:
    """The folders looked into: `root` alone, or else $DEEPCORE_DATA, then the cache folder."""
    if root:
        return [Path(root)]
    environment = os.environ.get("DEEPCORE_DATA")
    return [*([Path(environment)] if environment else []), cache_folder()]


def find(name: str, folders: Sequence[str], root: str | os.PathLike[str] | None) -> Path | None:
    """The first `name` or `name.gz` in a place itself or in one of the `folders` of a place."""
    for place in places(root):
        for folder in (*folders, ""):
            for file in (place / folder / f"{name}.gz", place / folder / name):
                if file.is_file():
                    return file
    return None


def download(url: str, target: Path, verify: Callable[[bytes], None]) -> None:
    """Fetch a file whose bytes `verify` takes.

    Raises:
        OSError: the server or the disk failed.
        ValueError: `verify` found other bytes than were expected.
    """
    from urllib.request import urlopen

    with urlopen(url, timeout=_TIMEOUT) as reply:
        data: bytes = reply.read()
    verify(data)
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(target) as file:
        file.write(data)


def download_from_any(
    urls: Sequence[str], target: Path, verify: Callable[[bytes], None]
) -> list[str]:
    """Fetch a file from the first address that gives it; none left: why each of them did not."""
    from http.client import HTTPException

    failures = []
    for url in urls:
        try:
            download(url, target, verify)
            return []
        except (OSError, HTTPException, ValueError) as error:
            failures.append(f"{url}: {error}")
    return failures


def missing(
    what: str, folder: str, root: str | os.PathLike[str] | None, failures: Sequence[str]
) -> FileNotFoundError:
    """The error that says where `what` was looked for, and why it was not downloaded."""
    looked = " or ".join(str(place) for place in places(root))
    got = "none" if not root or Path(root).exists() else "no such file or folder"
    return FileNotFoundError(
        f"[datasets] expected {what}, in {looked} (or there in the folder {folder!r}), got {got}, "
        f"and no download ({'; '.join(failures)}); put the file there, pass root=, or set "
        "DEEPCORE_DATA to the folder that has it."
    )


def fetch(
    name: str,
    sha256: str,
    *,
    folders: Sequence[str],
    mirrors: Sequence[str],
    root: str | os.PathLike[str] | None,
    may_download: bool,
) -> Path:
    """The path of a data set's file, found in one of the places or else downloaded from a mirror.

    What is downloaded goes to the first of `folders` in `root`, or in the cache folder without one.
    The checksum is of the decompressed bytes because mirrors compress the same file anew.

    Raises:
        FileNotFoundError: it is in none of the places and no mirror gave it.
    """
    found = find(name, folders, root)
    if found:
        return found

    def verify(data: bytes) -> None:
        import hashlib  # here: it would add to every import of deepcore

        got = hashlib.sha256(unpack_gzip(data, name)).hexdigest()
        if got != sha256:
            raise ValueError(f"its decompressed bytes have sha256 {got}, expected {sha256}")

    failures = ["download=False"]
    if may_download:
        target = Path(root or cache_folder()) / folders[0] / f"{name}.gz"
        failures = download_from_any([f"{url}{name}.gz" for url in mirrors], target, verify)
        if target.is_file():
            return target
    raise missing(f"{name}, plain or .gz", folders[0], root, failures)
