"""What is installed: one version, no paths of a machine, small, quick to import."""

from __future__ import annotations

import importlib
import re
import zlib
from importlib import metadata
from pathlib import Path

import pytest

import deepcore as dc
from deepcore import _core
from support.process import run_python

ROOT = Path(__file__).parent.parent
PACKAGE = Path(dc.__file__).parent


def installed() -> metadata.Distribution:
    """The distribution these tests import deepcore from."""
    try:
        found = metadata.distribution("deepcore")
    except metadata.PackageNotFoundError:
        found = None
    if found is None or found.locate_file("deepcore/__init__.py") != PACKAGE / "__init__.py":
        pytest.skip("deepcore is imported from a build tree, not from an installed wheel")
    return found


def test_one_version() -> None:
    version = re.search(r'^version = "([^"]+)"', (ROOT / "pyproject.toml").read_text(), flags=re.M)
    assert version is not None
    assert dc.__version__ == _core.config()["version"] == version[1]


def test_installed_version() -> None:
    assert installed().version == dc.__version__


def test_show_config(capsys: pytest.CaptureFixture[str]) -> None:
    dc.show_config()
    shown = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines())
    assert shown["version"] == dc.__version__
    assert shown["level"] in shown["installed levels"].split(", ")
    assert shown["threads"] == str(dc.get_num_threads())
    assert re.match(r"(GCC|Clang) \d+", shown["compiler"])
    assert re.fullmatch(r"3\.\d+\.\d+", shown["eigen"])


def test_the_wheel_holds_what_it_must() -> None:
    files = [file for file in installed().files or () if file.suffix != ".pyc"]
    names = {file.name for file in files}
    assert {"py.typed", "_core.pyi", "LICENSE", "NOTICE"} <= names
    sources = {".cpp", ".h", ".txt", ".cmake"}
    assert {file.name for file in files if file.suffix in sources} == {"entry_points.txt"}
    assert not [file for file in files if "tests" in file.parts or "bench" in file.parts]
    compressed = sum(len(zlib.compress(file.locate().read_bytes())) for file in files)
    assert compressed <= 8e6


def test_no_paths_of_the_machine_that_built_it() -> None:
    installed()
    home = re.compile(rb"/(home|root|Users|build|tmp)/[\w.-]+/")
    for path in PACKAGE.rglob("*"):
        if path.suffix in (".so", ".py", ".pyi"):
            found = home.search(path.read_bytes())
            assert found is None, f"{path.name} holds {found and found[0]!r}"


def test_no_hint_installs_another_project() -> None:
    """The name on the package index belongs to another project."""
    texts = [*PACKAGE.rglob("*.py"), *ROOT.glob("*.md")]
    for path in texts:
        found = re.search(r"pip install [^\n&|;#]*\bdeepcore\b", path.read_text())
        assert found is None, f"{path.name}: {found and found[0]}"


HEAVY = ("tqdm", "safetensors", "sklearn", "scipy", "matplotlib", "torch", "difflib", "hashlib")


def test_import_brings_nothing_heavy() -> None:
    code = f"""
        import sys, numpy
        before = set(sys.modules)
        import deepcore
        print([name for name in {HEAVY} if name in sys.modules and name not in before])
    """
    assert run_python(code).stdout.strip() == "[]"


def test_import_is_quick(tmp_path: Path) -> None:
    """0.1 s of CPU beyond NumPy's own import, of modules compiled to bytecode, as pip does it."""
    code = """
        import time
        begin = time.process_time()
        import numpy
        between = time.process_time()
        import deepcore
        print(between - begin, time.process_time() - between)
    """
    compiled = {"PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
    run_python("import deepcore", **compiled)
    seen = [tuple(map(float, run_python(code, **compiled).stdout.split())) for _ in range(5)]
    assert min(own for _, own in seen) <= 0.1, seen


def test_all_names_the_public_names() -> None:
    """A checker of a user's types sees only what is in __all__."""
    public = {name for name in dir(dc) if not name.startswith("_")} | {"__version__"}
    submodules = {path.stem for path in PACKAGE.iterdir() if not path.stem.startswith("_")}
    assert sorted(dc.__all__) == sorted(set(dc.__all__))
    assert set(dc.__all__) <= public
    assert public - set(dc.__all__) <= submodules | {"annotations"}


@pytest.mark.parametrize("name", ["data", "models", "nn", "nn.functional", "nn.init", "optim"])
def test_dir_lists_the_public_names(name: str) -> None:
    module = importlib.import_module(f"deepcore.{name}")
    assert dir(module) == sorted(module.__all__)
    assert all(hasattr(module, public) for public in module.__all__)


def test_absent_names_have_a_hint() -> None:
    with pytest.raises(
        AttributeError, match=r"\[deepcore\] there is no 'Triner'; did you mean 'Trai"
    ):
        dc.Triner  # noqa: B018 - the access is the test


def test_what_is_imported_later() -> None:
    code = """
        import sys, deepcore
        print("deepcore.train" in sys.modules, "Trainer" in dir(deepcore))
        print(deepcore.Trainer.__name__, deepcore.data.DataLoader.__name__)
        from deepcore import load, testing
        print(load.__name__, testing.gradcheck.__name__)
    """
    assert run_python(code).stdout.split() == [
        *("False", "True", "Trainer", "DataLoader", "load", "gradcheck")
    ]
