"""The floors of cpp/: includes go down only, and what is special to a machine lives in base/."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

CPP = Path(__file__).parent.parent / "cpp"
SOURCES = sorted(path for path in CPP.rglob("*") if path.suffix in (".h", ".cpp"))

# What the files of a floor may include.
BELOW = {
    "base": {"base"},
    "kernels": {"base", "kernels"},
    "graph": {"base", "graph"},
    "ops": {"base", "kernels", "graph", "ops"},
    "optim": {"base", "kernels", "graph", "optim"},
    "bindings": {"base", "kernels", "graph", "ops", "optim", "bindings"},
}

# What only some floors may name, as (pattern, floors).
RESERVED = {
    "intrinsics": (r"\b_mm\d*_|\bimmintrin\.h|\barm_neon\.h|__builtin_(ia32|cpu)", {"base"}),
    "vector types": (r"\bvector_size\b", {"base"}),
    "system calls": (r"<(unistd|dlfcn|sched|pthread|fcntl)\.h>|<sys/", {"base"}),
    "threads": (r"#pragma omp|<omp\.h>|<thread>|std::thread\b", {"base"}),
    "Python": (r"<pybind11/|<Python\.h>|\bpy::", {"bindings"}),
    "Eigen": (r"<Eigen/|<unsupported/Eigen", {"kernels"}),
    "tensors": (r"\bTensor(Impl)?\b", {"graph", "ops", "optim", "bindings"}),
    "exits and prints": (r"\b(assert|abort|exit|_exit|printf|puts)\s*\(|std::c(out|err)\b", set()),
}


def floor_of(path: Path) -> str:
    return path.relative_to(CPP).parts[0]


def code_of(text: str) -> str:
    """The text without comments and string literals."""
    text = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S)
    return re.sub(r'(?<!#include )"(\\.|[^"\\\n])*"', '""', text)


def bad_includes(floor: str, text: str) -> Iterator[str]:
    for included in re.findall(r'^\s*#\s*include\s+"([^"]+)"', text, flags=re.M):
        if included.split("/")[0] not in BELOW[floor]:
            yield included


def bad_names(floor: str, text: str) -> Iterator[str]:
    for subject, (pattern, floors) in RESERVED.items():
        found = None if floor in floors else re.search(pattern, code_of(text))
        if found:
            yield f"{subject}: {found[0]}"


def test_every_source_is_on_a_floor() -> None:
    assert len(SOURCES) > 20
    assert {floor_of(path) for path in SOURCES} == set(BELOW)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(CPP)))
def test_floor(path: Path) -> None:
    text = path.read_text()
    assert not list(bad_includes(floor_of(path), text))
    assert not list(bad_names(floor_of(path), text))


def test_a_violation_is_found() -> None:
    assert list(bad_includes("kernels", '#include "graph/tensor.h"')) == ["graph/tensor.h"]
    assert not list(bad_includes("ops", '#include "graph/tensor.h"'))
    assert list(bad_names("kernels", "#include <unistd.h>")) == ["system calls: <unistd.h>"]
    assert list(bad_names("kernels", "Tensor x;")) == ["tensors: Tensor"]
    assert list(bad_names("ops", "std::abort();")) == ["exits and prints: abort("]
    assert not list(bad_names("kernels", '// no Tensor here\nthrow "[Tensor]";'))
