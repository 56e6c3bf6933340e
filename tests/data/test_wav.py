"""WAV files of every format that is read, and what is said of the others."""

import io
import struct
import wave

import numpy as np
import pytest

from deepcore.data import read_wav

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
GUID_REST = bytes.fromhex("000000001000800000aa00389b71")


def chunk(name, data):
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def header(kind, channels, rate, bits, extensible=False):
    frame = channels * bits // 8
    first = EXTENSIBLE if extensible else kind
    plain = struct.pack("<HHIIHH", first, channels, rate, rate * frame, frame, bits)
    if not extensible:
        return chunk(b"fmt ", plain)
    return chunk(b"fmt ", plain + struct.pack("<HHIH", 22, bits, 0, kind) + GUID_REST)


def riff(*chunks):
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def packed(values, bits):
    """Signed whole numbers as little-endian bytes, whatever their width."""
    if bits == 8:
        return bytes(value + 128 for value in values)
    return b"".join(int(value).to_bytes(bits // 8, "little", signed=True) for value in values)


@pytest.fixture
def read(tmp_path):
    def reader(data):
        path = tmp_path / "file.wav"
        path.write_bytes(data)
        return read_wav(path)

    return reader


@pytest.mark.parametrize("bits", [8, 16, 24, 32])
@pytest.mark.parametrize("channels", [1, 2, 3])
@pytest.mark.parametrize("how", ["wave", "plain", "extensible"])
def test_whole_samples(tmp_path, read, bits, channels, how):
    top = 2 ** (bits - 1)
    some = np.random.default_rng(bits).integers(-top, top, 12)
    values = [*some.tolist(), -top, top - 1, 0, 1, -1, top // 2]
    data = packed(values, bits)
    if how == "wave":
        path = tmp_path / "by-wave.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((channels, bits // 8, 8000, 0, "NONE", ""))
            file.writeframes(data)
        waveform, rate = read_wav(str(path))
    else:
        form = header(PCM, channels, 8000, bits, how == "extensible")
        waveform, rate = read(riff(form, chunk(b"data", data)))
    assert (rate, waveform.dtype, waveform.flags.c_contiguous) == (8000, np.float32, True)
    assert waveform.shape == (channels, len(values) // channels)
    expected = np.array(values, np.float64).reshape(-1, channels).T / top
    tolerance = 2.0**-24 if bits == 32 else 0
    np.testing.assert_allclose(waveform, expected, rtol=0, atol=tolerance)
    assert waveform.min() == -1
    assert waveform.max() < 1


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("extensible", [False, True])
def test_floating_samples(read, bits, extensible):
    values = np.array([[0.1, -1.5], [2.5, 1e-30]], f"<f{bits // 8}")
    form = header(FLOAT, 2, 44100, bits, extensible)
    waveform, rate = read(riff(form, chunk(b"fact", b"\2\0\0\0"), chunk(b"data", values.tobytes())))
    assert rate == 44100
    np.testing.assert_array_equal(waveform, values.T.astype(np.float32))
    assert waveform.dtype == np.float32


def test_float64_beyond_float32(read):
    data = np.array([1e300, np.nan], "<f8").tobytes()
    waveform, _ = read(riff(header(FLOAT, 1, 8000, 64), chunk(b"data", data)))
    assert np.isposinf(waveform[0, 0])
    assert np.isnan(waveform[0, 1])


def test_other_chunks_are_passed_over(read):
    data = packed([1, 2, 3], 8)
    made = riff(
        chunk(b"LIST", b"odd"), header(PCM, 1, 8000, 8), chunk(b"data", data), b"whatever follows"
    )
    np.testing.assert_array_equal(read(made)[0] * 128, [[1, 2, 3]])


def test_no_samples(read):
    assert read(riff(header(PCM, 2, 8000, 16), chunk(b"data", b"")))[0].shape == (2, 0)


def test_a_file_from_a_pipe(read):
    data = b"data\xff\xff\xff\xff" + packed([256, -256], 16)
    waveform, _ = read(b"RIFF\xff\xff\xff\xffWAVE" + header(PCM, 1, 8000, 16) + data)
    np.testing.assert_array_equal(waveform * 128, [[1, -1]])


GOOD = riff(header(PCM, 2, 8000, 16), chunk(b"data", packed(range(8), 16)))


@pytest.mark.parametrize("size", range(len(GOOD)))
def test_every_truncation_is_an_error(read, size):
    with pytest.raises(ValueError, match=r"^\[read_wav\] expected .* got .*(truncated|empty|kind)"):
        read(GOOD[:size])


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", r"a WAV file .* starting with b''; it is empty\."),
        (b"RIFX" + GOOD[4:], "starting with b'RIFX.*; is it another kind of file"),
        (b"fLaC" * 20, "is it another kind of file"),
        (GOOD[:8] + b"AVI " + GOOD[12:], "is it another kind of file"),
        (riff(chunk(b"data", b"")), "16 bytes or more in a chunk 'fmt ' before the samples .* 0;"),
        (riff(chunk(b"fmt ", b"1234"), chunk(b"data", b"")), "16 bytes .*, got 4; the file"),
        (riff(header(PCM, 1, 8000, 16)), "a chunk 'data' in .*, got none; the file is truncated"),
        (riff(header(PCM, 1, 8000, 16), chunk(b"data", b"123")), "frames of 2 bytes in .*, got 3"),
        (riff(header(PCM, 0, 8000, 16), chunk(b"data", b"")), "got 0 channels, 8000 Hz and frames"),
        (riff(header(PCM, 1, 0, 16), chunk(b"data", b"")), "got 1 channels, 0 Hz"),
        (riff(header(6, 1, 8000, 8), chunk(b"data", b"")), r"format 6 \(A-law\) of 8 bits; conv"),
        (riff(header(7, 1, 8000, 8, True), chunk(b"data", b"")), r"format 7 \(mu-law\) of 8 bits"),
        (riff(header(PCM, 1, 8000, 12), chunk(b"data", b"")), r"format 1 \(PCM\) of 12 bits"),
        (riff(header(FLOAT, 1, 8000, 16), chunk(b"data", b"")), r"format 3 \(float\) of 16 bits"),
        (riff(header(99, 1, 8000, 16), chunk(b"data", b"")), r"format 99 \(unknown\)"),
    ],
)
def test_files_that_cannot_be_read(read, data, text):
    with pytest.raises(ValueError, match=rf"^\[read_wav\] expected .*{text}"):
        read(data)


def test_a_frame_size_that_contradicts(read):
    form = chunk(b"fmt ", struct.pack("<HHIIHH", PCM, 2, 8000, 16000, 2, 16))
    with pytest.raises(ValueError, match=r"a header that fits 16 bits .* frames of 2 bytes"):
        read(riff(form, chunk(b"data", b"")))


def test_streams(tmp_path):
    waveform, rate = read_wav(io.BytesIO(GOOD))
    assert (waveform.shape, rate) == ((2, 4), 8000)
    (tmp_path / "file.wav").write_bytes(GOOD[:-1])
    with (
        open(tmp_path / "file.wav", "rb") as file,
        pytest.raises(ValueError, match=r"16 bytes in the chunk 'data' in .*file\.wav, got 15"),
    ):
        read_wav(file)
    with pytest.raises(ValueError, match=r"got the stream starting with b''; it is empty\."):
        read_wav(io.BytesIO())
    with pytest.raises(
        TypeError, match=r"^\[read_wav\] path.read\(\) must give bytes, got str; open"
    ):
        read_wav(io.StringIO("RIFF"))
    with pytest.raises(TypeError, match=r"^\[read_wav\] path must be .* with read\(\), got int\.$"):
        read_wav(3)


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.wav"):
        read_wav(tmp_path / "none.wav")
