"""save and load: the same bits back, whole files or none, and clear words about all others."""

import collections
import enum
import io
import json
import os
import pickle
import stat
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

import deepcore
from deepcore import Tensor, from_numpy, nn, optim, tensor

KINDS = ["bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"]
KINDS += ["float16", "float32", "float64"]
TENSORS = ["bool", "uint8", "int64", "float32", "float64"]
STATE = {"0.weight": tensor(np.eye(3, dtype=np.float32)), "0.bias": tensor([1.0, -2.0, 0.5])}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state.safetensors"


def round_trip(obj, path):
    deepcore.save(obj, path)
    return deepcore.load(path)


def same(a, b):
    """Equal in kind, dtype, shape and every bit."""
    if type(a) is not type(b):
        return False
    if isinstance(a, Tensor):
        return same(a.detach().numpy(), b.detach().numpy())
    if isinstance(a, (np.ndarray, np.generic)):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return np.float64(a).tobytes() == np.float64(b).tobytes() if isinstance(a, float) else a == b


@pytest.mark.parametrize("shape", [(), (1,), (0,), (2, 0, 3), (3, 4, 5)])
@pytest.mark.parametrize("kind", KINDS)
def test_arrays_and_tensors_bit_for_bit(path, kind, shape):
    size = int(np.prod(shape)) * np.dtype(kind).itemsize
    raw = np.random.default_rng(0).integers(0, 2 if kind == "bool" else 256, size, dtype=np.uint8)
    array = raw.view(kind).reshape(shape)  # NaN payloads and all
    obj = {"array": array, "number": array.ravel()[:1].copy()}
    if kind in TENSORS:
        obj["tensor"] = from_numpy(array.copy())
    back = round_trip(obj, path)
    assert same(obj, back)
    assert back["array"].flags.writeable
    assert same(array, round_trip(array, path))


@pytest.mark.parametrize(
    "obj",
    [
        None, True, False, 0, -1, 2**63 - 1, 2**63, -(2**63), [10**5000], "", "é\0\ud800\"\\", 0.1,
        -0.0, 1e308, 5e-324, float("inf"), float("-inf"), float("nan"), [], (), {}, [[], ({},)],
        np.float32(0.1), np.int8(-3), np.bool_(True), np.float64(0.1),
        {"a": 1, 2: "b", None: 3, True: 4, 0.5: 5, (1, "x"): 6},
        {"tuple": 1, "tensor": 2}, {"dict": [["a", 1]]},
        {"state": {0: {"step": 3, "exp_avg": np.zeros(2)}}, "groups": [{"betas": (0.9, 0.999)}]},
    ],
)  # fmt: skip
def test_objects(path, obj):
    assert same(obj, round_trip(obj, path))


def test_kinds_that_come_back_as_their_base(path):
    class Colour(str, enum.Enum):
        RED = "red"

    point = collections.namedtuple("Point", "x y")(1, 2)
    obj = {"d": collections.OrderedDict(b=1, a=2), "p": point, "c": Colour.RED, "e": stat.ST_MODE}
    assert same(round_trip(obj, path), {"d": {"b": 1, "a": 2}, "p": (1, 2), "c": "red", "e": 0})


def test_a_tensor_with_a_gradient_is_saved_as_its_values(path):
    weight = tensor([1.0, 2.0])
    weight.requires_grad = True
    back = round_trip([weight], path)[0]
    assert not back.requires_grad
    assert same(weight, back)


def test_a_model_goes_on_in_another(path):
    def model():
        return nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))

    one, other = model(), model()
    deepcore.save({"model": one.state_dict(), "epoch": 3}, path)
    with safe_open(path, framework="numpy") as file:
        assert "model.2.weight" in set(file.keys())
    other.load_state_dict(deepcore.load(path)["model"])
    x = tensor(np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32))
    assert same(one(x), other(x))
    with pytest.raises(TypeError, match=r"got Sequential at obj; save its state_dict\(\)\.$"):
        deepcore.save(one, path)


def test_an_optimizer_goes_on_in_another(path):
    def start():
        model = nn.Linear(3, 3)
        model.load_state_dict({"weight": STATE["0.weight"], "bias": STATE["0.bias"]})
        return model, optim.Adam(model.parameters(), lr=0.1, betas=(0.8, 0.99))

    def step(model, optimizer):
        optimizer.zero_grad()
        model(x).backward(x)
        optimizer.step()

    x = tensor(np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32))
    one, other = start(), start()
    step(*one)
    deepcore.save([part.state_dict() for part in one], path)
    for part, state in zip(other, deepcore.load(path), strict=True):
        part.load_state_dict(state)
    step(*one)
    step(*other)
    assert same(dict(one[0].state_dict()), dict(other[0].state_dict()))


def test_strided_arrays(path):
    array = np.arange(24.0).reshape(4, 6)
    for view in (array.T, array[::2, ::-3], np.asfortranarray(array), np.broadcast_to(1.5, (2, 3))):
        back = round_trip(view, path)
        np.testing.assert_array_equal(back, view)


def test_other_readers_find_a_state_dict_under_its_keys(path):
    deepcore.save({"model": STATE, "model.0.bias": np.int64(3), "__metadata__": np.zeros(1)}, path)
    with safe_open(path, framework="numpy") as file:
        names = {"model.0.weight", "model.0.bias", "model.0.bias#1", "__metadata__#1"}
        assert set(file.keys()) == names
        np.testing.assert_array_equal(file.get_tensor("model.0.weight"), np.eye(3))
    back = deepcore.load(path)
    assert same(back["model"], STATE)
    assert back["model.0.bias"] == 3


def test_streams():
    stream = io.BytesIO()
    deepcore.save(STATE, stream)
    stream.seek(0)
    assert same(deepcore.load(stream), STATE)
    with pytest.raises(ValueError, match=r"^\[load\] the stream is empty"):
        deepcore.load(stream)


def ring():
    items = [1]
    items.append({"again": items})
    return {"x": items}


class Model:
    def state_dict(self):
        return {}


@pytest.mark.parametrize(
    ("obj", "text"),
    [
        (ring(), r"does not contain itself, got obj\['x'\]\[1\]\['again'\], which does"),
        ({"f": [0, print]}, r"got builtin_function_or_method at obj\['f'\]\[1\]; leave it out"),
        ([int], r"got class int at obj\[0\]; leave it out"),
        ({"m": Model()}, r"got Model at obj\['m'\]; save its state_dict\(\)\.$"),
        ({1: {2, 3}}, r"got set at obj\[1\]; save a sorted list"),
        (object(), "got object at obj; "),
        ([b"raw"], r"got bytes at obj\[0\]"),
        ([3j], r"got complex at obj\[0\]"),
        ({"a": np.zeros(2, ">f4")}, r"byte order, got ndarray of '>f4' at obj\['a'\]"),
        ([np.zeros(2, complex)], r"got ndarray of '<c16' at obj\[0\]"),
        ([np.array(["a"])], r"got ndarray of '<U1' at obj\[0\]"),
        ([np.array([None])], r"got ndarray of '\|O' at obj\[0\]"),
        ([np.zeros(2, [("a", "f4")])], r"got ndarray of '\|V4' at obj\[0\]"),
        ([np.ma.zeros(2)], r"got MaskedArray of '<f8' at obj\[0\]"),
        ([np.datetime64("2020")], r"got ndarray of '<M8\[Y\]' at obj\[0\]"),
        ({"a": {b"k": 1}}, r"keys must be strings, numbers, None or .* got bytes in obj\['a'\]"),
        ({(1, b"k"): 1}, "got tuple in obj"),
    ],
)
def test_what_cannot_be_saved(path, obj, text):
    with pytest.raises(TypeError, match=rf"^\[save\] .*{text}"):
        deepcore.save(obj, path)
    assert not list(path.parent.iterdir())


def test_depth(path):
    def nested(levels):
        return [nested(levels - 1)] if levels else 0

    assert same(round_trip(nested(100), path), nested(100))
    with pytest.raises(ValueError, match=r"at most 100 levels, got more at obj\[0\]"):
        deepcore.save(nested(101), path)
    shared = [1]
    assert same(round_trip([shared, shared], path), [[1], [1]])


def test_a_failed_save_leaves_the_old_file(path, monkeypatch):
    deepcore.save(STATE, path)
    before = path.read_bytes()

    def full_disk(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        deepcore.save({"other": 1}, path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_file_is_on_disk_before_it_has_its_name(path, monkeypatch):
    calls = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (calls.append("sync"), fsync(handle)))
    monkeypatch.setattr(os, "replace", lambda a, b: (calls.append("rename"), replace(a, b)))
    deepcore.save(1, path)
    assert calls == ["sync", "rename", "sync"]


def test_links_and_modes(path):
    real = path.parent / "real"
    path.symlink_to(real)
    deepcore.save(1, path)
    assert path.is_symlink()
    assert deepcore.load(real) == 1
    plain = path.parent / "plain"
    plain.touch()
    assert stat.S_IMODE(real.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_places_that_do_not_work(path):
    with pytest.raises(FileNotFoundError, match=r"No such folder.*absent"):
        deepcore.save(1, path.parent / "absent" / "a")
    with pytest.raises(IsADirectoryError, match="Is a folder"):
        deepcore.save(1, path.parent)
    with pytest.raises(FileNotFoundError, match="No such file"):
        deepcore.load(path)


def test_every_flipped_bit_is_found(path):
    obj = {"w": tensor([1.0, 2.0]), "n": [1, 0.5, "s", (None,)], "e": np.zeros((0, 2))}
    deepcore.save(obj, path)
    data = path.read_bytes()
    for bit in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ValueError, match=r"^\[load\] .*(damaged|not a safetensors file)"):
            deepcore.load(io.BytesIO(flipped))


def test_every_truncation_is_found(path):
    deepcore.save(STATE, path)
    data = path.read_bytes()
    for kept in range(len(data)):
        with pytest.raises(ValueError, match=r"^\[load\] the stream is (a dam|not a saf|empty)"):
            deepcore.load(io.BytesIO(data[:kept]))
    with pytest.raises(ValueError, match="is a damaged or truncated safetensors file"):
        deepcore.load(io.BytesIO(data + b"\0"))


def zipped(name):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, b"...")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (zipped("model/data.pkl"), r"is a pickled PyTorch file \(\.pt\), .* safetensors.torch"),
        (pickle.dumps({"a": 1}, 2), r"is a Python pickle, such as an old PyTorch \.pt"),
        (pickle.dumps({"a": 1}, 4), r"is a Python pickle, such as an old PyTorch \.pt"),
        (zipped("x.npy"), r"is a zip archive, such as a NumPy \.npz"),
        (b"\x89HDF\r\n\x1a\n" + bytes(50), "is an HDF5 file"),
        (b"", "is empty"),
        (b"hello world", "is not a safetensors file"),
        (b"\x02\0\0\0\0\0\0\0[]", "is not a safetensors file"),
    ],
)
def test_foreign_files_are_named(path, data, text):
    path.write_bytes(data)
    with pytest.raises(ValueError, match=rf"^\[load\] {path} {text}"):
        deepcore.load(path)


def test_a_header_of_640_bytes_is_no_pickle(path):
    # Its first bytes, 0x80 0x02, are also those of a pickle.
    padding = 0
    while not (data := packed({"a": np.zeros(2)}, {"pad": "x" * padding})).startswith(b"\x80\x02"):
        padding += 8
    assert deepcore.load(io.BytesIO(data))["a"].shape == (2,)
    with pytest.raises(ValueError, match="is a damaged or truncated safetensors file"):
        deepcore.load(io.BytesIO(data[:-1]))


def packed(arrays, metadata=None):
    from safetensors.numpy import save

    return save(arrays, metadata)


def test_safetensors_of_other_libraries(path):
    arrays = {kind: np.array([[0, 1], [100, 7]]).astype(kind) for kind in KINDS if kind != "uint64"}
    save_file(arrays, path, {"format": "pt"})
    back = deepcore.load(path)
    assert set(back) == set(arrays)
    for kind, array in arrays.items():
        expected = kind if kind in TENSORS else "float32" if kind == "float16" else "int64"
        assert isinstance(back[kind], Tensor)
        assert back[kind].numpy().dtype == np.dtype(expected)
        np.testing.assert_array_equal(back[kind].numpy(), array)


def test_bfloat16_becomes_float32():
    header = json.dumps({"w": {"dtype": "BF16", "shape": [3], "data_offsets": [0, 6]}}).encode()
    words = np.array([0x3F80, 0xC049, 0x7F80], "<u2")  # 1, -3.140625, infinity
    data = len(header).to_bytes(8, "little") + header + words.tobytes()
    back = deepcore.load(io.BytesIO(data))["w"].numpy()
    assert back.dtype == np.float32
    assert back.tolist() == [1.0, -3.140625, float("inf")]


def test_foreign_dtypes_that_no_tensor_has():
    with pytest.raises(ValueError, match=r"floats of 16 to 64 in the stream, got U64 for 'n'"):
        deepcore.load(io.BytesIO(packed({"n": np.zeros(1, np.uint64)})))


def test_a_crafted_structure_is_no_way_in():
    from deepcore import serialization as s

    for structure in (
        '{"tensor":"x"}',
        '{"eval":"1"}',
        "{}",
        "[",
        '{"dict":[[[],1]]}',
        "[" * 10**5,
    ):
        metadata = {
            "deepcore.format": "1",
            "deepcore.structure": structure,
            "deepcore.sha256": s._checksum(structure, {}),
        }
        with pytest.raises(ValueError, match=r"^\[load\] expected the structure of an object"):
            deepcore.load(io.BytesIO(packed({}, metadata)))
    with pytest.raises(ValueError, match="expected format 1 in the stream, got '2'"):
        deepcore.load(io.BytesIO(packed({}, {"deepcore.format": "2"})))


def test_options_of_pytorch():
    stream = io.BytesIO()
    deepcore.save(1, stream)
    for location in (None, "cpu", "cpu:0"):
        stream.seek(0)
        assert deepcore.load(stream, map_location=location, weights_only=True) == 1
    with pytest.raises(ValueError, match=r"^\[device\] deepcore runs on CPUs, got 'cuda'\.$"):
        deepcore.load(stream, "cuda")
    with pytest.raises(ValueError, match="weights_only must be True, got False"):
        deepcore.load(stream, weights_only=False)


def test_a_file_keeps_its_mode(path):
    deepcore.save(1, path)
    path.chmod(0o600)
    deepcore.save(2, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert deepcore.load(path) == 2


def test_a_pipe_is_written_into(path):
    os.mkfifo(path)
    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(path.read_bytes)
        deepcore.save([1, 2], path)
        assert deepcore.load(io.BytesIO(reader.result(30))) == [1, 2]
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_a_number_is_no_path():
    with pytest.raises(
        TypeError, match=r"^\[save\] path must be a string, .* with write\(\), got i"
    ):
        deepcore.save(1, 5)
    with pytest.raises(
        TypeError, match=r"^\[load\] path must be a string, .* with read\(\), got in"
    ):
        deepcore.load(5)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(IsADirectoryError, match=r"\[load\] path must be a file, got the folder /"):
        deepcore.load(tmp_path)


def test_a_path_is_needed():
    with pytest.raises(TypeError, match=r"got Linear at obj; save its state_dict\(\)\.$"):
        deepcore.save(nn.Linear(1, 1))
    with pytest.raises(TypeError, match=r"\[save\] path must be a string, .*, got NoneType\.$"):
        deepcore.save({})
