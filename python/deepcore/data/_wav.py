"""WAV: a RIFF file of chunks, of which `fmt ` describes the samples and `data` holds them."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_CODECS = {2: "ADPCM", 6: "A-law", 7: "mu-law", 17: "IMA ADPCM", 85: "MP3"}
_READABLE = {(_PCM, 8), (_PCM, 16), (_PCM, 24), (_PCM, 32), (_FLOAT, 32), (_FLOAT, 64)}
_TO_THE_END = 0xFFFFFFFF  # the size a program leaves that writes to a pipe
_BELOW_ONE = np.float32(1 - 2.0**-24)


class _Format(NamedTuple):
    kind: int
    channels: int
    sample_rate: int
    bits: int


def read_wav(path: str | os.PathLike[str] | BinaryIO) -> tuple[NDArray[np.float32], int]:
    """Read a WAV file: `(waveform, sample_rate)`, as torchaudio's `load` has it.

    Whole samples of b bits become float32 in [−1, 1): x / 2^(b−1), those of 8 bits, which are
    unsigned, (x − 128) / 128. What would round to 1 (32 bits only) is the largest number below.
    Floating samples are taken as they are, whatever their size. Read are 8, 16, 24 and 32 bits and
    floats of 32 and 64, with a plain or an extensible header; no compressed formats.

    Args:
        path: the file, or an object with `read`, such as a binary file or `io.BytesIO`.

    Shape:
        waveform: (channels, samples); no sample at all is fine.

    Raises:
        ValueError: the file is no WAV file, is truncated or damaged, or in another format.
        TypeError: path is neither, or its `read` gives no bytes.

    Reference: Microsoft and IBM, "Multimedia Programming Interface and Data Specifications", 1991.

    Example:
        >>> import os, tempfile, wave
        >>> from deepcore.data import read_wav
        >>> path = os.path.join(tempfile.mkdtemp(), "two.wav")
        >>> with wave.open(path, "wb") as file:
        ...     file.setparams((1, 2, 8000, 0, "NONE", ""))
        ...     file.writeframes(bytes([0, 64, 0, 128]))
        >>> read_wav(path)
        (array([[ 0.5, -1. ]], dtype=float32), 8000)
    """
    data, source = _read(path)
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError(
            f"[read_wav] expected a WAV file (RIFF....WAVE), got {source} starting with "
            f"{data[:12]!r}; " + ("it is empty." if not data else "is it another kind of file?")
        )
    chunks = _chunks(data, source)
    form = _format(chunks, source)
    if b"data" not in chunks:
        raise _damaged(source, "a chunk 'data'", "none")
    samples = chunks[b"data"]
    frame = form.channels * form.bits // 8
    if len(samples) % frame:
        raise _damaged(source, f"frames of {frame} bytes", f"{len(samples)} bytes of samples")
    flat = _decoded(samples, form.kind, form.bits)
    return np.ascontiguousarray(flat.reshape(-1, form.channels).T), form.sample_rate


def _read(path: Any) -> tuple[bytes, str]:
    """The bytes, and what errors call them."""
    if isinstance(path, (str, os.PathLike)):
        return Path(path).read_bytes(), os.fspath(path)
    if not hasattr(path, "read"):
        kind = type(path).__name__
        raise TypeError(
            f"[read_wav] path must be a string, a path or an object with read(), got {kind}."
        )
    data = path.read()
    if not isinstance(data, bytes):
        kind = type(data).__name__
        raise TypeError(f"[read_wav] path.read() must give bytes, got {kind}; open it with 'rb'.")
    return data, str(getattr(path, "name", "the stream"))


def _chunks(data: bytes, source: str) -> dict[bytes, bytes]:
    """The first chunk of each name, up to the samples; what follows those does not matter."""
    found: dict[bytes, bytes] = {}
    start = 12
    while start + 8 <= len(data) and b"data" not in found:
        name, size = struct.unpack_from("<4sI", data, start)
        start += 8
        if name == b"data" and size == _TO_THE_END:
            size = len(data) - start
        if start + size > len(data):
            what = f"{size} bytes in the chunk {name.decode('latin1')!r}"
            raise _damaged(source, what, f"{len(data) - start}")
        found.setdefault(name, data[start : start + size])
        start += size + size % 2
    return found


def _format(chunks: dict[bytes, bytes], source: str) -> _Format:
    header = chunks.get(b"fmt ", b"")
    if len(header) < 16:
        raise _damaged(source, "16 bytes or more in a chunk 'fmt ' before the samples", len(header))
    kind, channels, sample_rate, _, frame, bits = struct.unpack_from("<HHIIHH", header)
    if kind == _EXTENSIBLE and len(header) >= 26:
        kind = struct.unpack_from("<H", header, 24)[0]  # the first two bytes of its GUID
    if (kind, bits) not in _READABLE:
        name = {_PCM: "PCM", _FLOAT: "float"}.get(kind, _CODECS.get(kind, "unknown"))
        raise ValueError(
            "[read_wav] expected PCM of 8, 16, 24 or 32 bits or floats of 32 or 64 in "
            f"{source}, got format {kind} ({name}) of {bits} bits; convert the file."
        )
    if channels == 0 or sample_rate == 0 or frame != channels * bits // 8:
        got = f"{channels} channels, {sample_rate} Hz and frames of {frame} bytes"
        raise _damaged(source, f"a header that fits {bits} bits", got)
    return _Format(kind, channels, sample_rate, bits)


def _decoded(data: bytes, kind: int, bits: int) -> NDArray[np.float32]:
    if kind == _FLOAT:
        with np.errstate(over="ignore"):  # beyond float32's range is infinite there
            return np.frombuffer(data, f"<f{bits // 8}").astype(np.float32)
    whole, bits = _whole(data, bits)
    samples: NDArray[np.float32] = whole.astype(np.float32)
    samples *= np.float32(2.0 ** (1 - bits))
    np.minimum(samples, _BELOW_ONE, out=samples)
    return samples


def _whole(data: bytes, bits: int) -> tuple[NDArray[Any], int]:
    """Signed samples and how many bits they have then."""
    if bits == 8:
        return np.frombuffer(data, np.uint8).astype(np.int16) - 128, 8
    if bits == 24:
        # The three bytes become the upper ones of an int32: 256 times the value, with its sign.
        upper = np.zeros((len(data) // 3, 4), np.uint8)
        upper[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
        return upper.view("<i4").reshape(-1), 32
    return np.frombuffer(data, f"<i{bits // 8}"), bits


def _damaged(source: str, expected: str, got: object) -> ValueError:
    return ValueError(
        f"[read_wav] expected {expected} in {source}, got {got}; the file is truncated or damaged."
    )
