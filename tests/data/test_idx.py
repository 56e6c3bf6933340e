"""The IDX reader and writer, and what they say of damaged files."""

import gzip

import numpy as np
import pytest

from deepcore.data import read_idx, write_idx

KINDS = ["uint8", "int8", "int16", "int32", "float32", "float64"]
IMAGES = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


@pytest.mark.parametrize("name", ["a.idx", "a.idx.gz"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(5,), (2, 3, 4), (0, 7), ()])
def test_round_trip(tmp_path, name, kind, shape):
    array = (np.random.default_rng(0).normal(size=shape) * 50).astype(kind)
    write_idx(tmp_path / name, array)
    back = read_idx(tmp_path / name)
    assert back.dtype == np.dtype(kind)
    assert back.dtype.isnative
    np.testing.assert_array_equal(back, array)
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_bytes_are_those_of_the_format(tmp_path):
    write_idx(tmp_path / "a", np.array([[1, -2]], np.int16))
    expected = b"\0\0\x0b\x02" + b"\0\0\0\x01" + b"\0\0\0\x02" + b"\0\x01\xff\xfe"
    assert (tmp_path / "a").read_bytes() == expected


def test_big_endian_and_strided_arrays_are_written_right(tmp_path):
    array = np.arange(12, dtype=">i4").reshape(3, 4)[:, ::2]
    write_idx(tmp_path / "a", array)
    np.testing.assert_array_equal(read_idx(tmp_path / "a"), array)


def test_gzip_is_told_by_the_bytes(tmp_path):
    write_idx(tmp_path / "a.gz", IMAGES)
    (tmp_path / "a.gz").rename(tmp_path / "plain-name")
    np.testing.assert_array_equal(read_idx(tmp_path / "plain-name"), IMAGES)


@pytest.mark.parametrize("kept", range(40))
def test_every_truncation_is_an_error(tmp_path, kept):
    write_idx(tmp_path / "a", IMAGES)
    data = (tmp_path / "a").read_bytes()
    assert len(data) == 40
    (tmp_path / "a").write_bytes(data[:kept])
    text = r"the file is truncated\.$" if kept >= 4 else r"is it another kind of file\?$"
    with pytest.raises(ValueError, match=text):
        read_idx(tmp_path / "a")


def test_every_truncated_gzip_is_an_error(tmp_path):
    data = gzip.compress(b"\0\0\x08\x01\0\0\0\x03abc")
    for kept in range(2, len(data)):
        (tmp_path / "a").write_bytes(data[:kept])
        with pytest.raises(ValueError, match="a damaged or truncated gzip file"):
            read_idx(tmp_path / "a")


def test_damaged_gzip(tmp_path):
    data = bytearray(gzip.compress(b"\0\0\x08\x01\0\0\0\x20" + bytes(range(32))))
    data[len(data) // 2] ^= 4
    (tmp_path / "a.gz").write_bytes(data)
    with pytest.raises(ValueError, match="a damaged or truncated gzip file"):
        read_idx(tmp_path / "a.gz")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (
            b"\0\0\x08\x01\0\0\0\x02abc",
            r"expected 10 bytes for shape \(2,\) of uint8 .* got 11; b",
        ),
        (b"\0\0\x0a\x01\0\0\0\0", r"expected an IDX file .* starting with b'\\x00\\x00\\n\\x01'"),
        (b"\0\0\x08\x40", "expected an IDX file"),
        (b"\x01\0\x08\x01\0\0\0\0", "expected an IDX file"),
        (b"\x89PNG....", "expected an IDX file"),
        (b"\0\0\x0e\x03" + b"\xff" * 12, r"got 16; the file is truncated\."),
    ],
)
def test_other_files(tmp_path, data, text):
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(ValueError, match=text):
        read_idx(tmp_path / "a")


def test_kinds_that_idx_lacks(tmp_path):
    with pytest.raises(TypeError, match=r"^\[write_idx\] array's dtype .* got int64; convert"):
        write_idx(tmp_path / "a", np.zeros(3, np.int64))
    assert not list(tmp_path.iterdir())


def test_axes_that_no_array_can_have(tmp_path):
    sizes = b"\0\0\0\0" + b"\xff\xff\xff\xff" * 2
    (tmp_path / "a").write_bytes(b"\0\0\x08\x03" + sizes)
    with pytest.raises(ValueError, match=r"expected a shape that an array can have in .*damaged"):
        read_idx(tmp_path / "a")
