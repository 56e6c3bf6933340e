"""The stub of the extension against the extension itself, in both directions."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import deepcore
from deepcore import _core

STUB = ast.parse((Path(deepcore.__file__).parent / "_core.pyi").read_text())
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)

# What Python and pybind11 give every class by themselves.
GIVEN = {
    "__dict__", "__doc__", "__entries", "__getattr__", "__getstate__", "__members__", "__module__",
    "__new__", "__setstate__", "__weakref__", "_pybind11_conduit_v1_",
}  # fmt: skip

Signatures = dict[str, set[str]]


def declared(body: list[ast.stmt]) -> Signatures:
    """The names a stub's body declares, each with its parameters (of all overloads)."""
    names: Signatures = {}
    for node in body:
        if isinstance(node, FUNCTION):
            arguments = node.args
            named = {a.arg for a in (*arguments.args, *arguments.kwonlyargs)} - {"self"}
            names.setdefault(node.name, set()).update(named)
        elif isinstance(node, ast.ClassDef):
            names[node.name] = set()
        elif isinstance(node, ast.AnnAssign):
            assert isinstance(node.target, ast.Name)
            names[node.target.id] = set()
    return names


def present(owner: Any) -> dict[str, Any]:
    """What a class or the module has at run time."""
    own = vars(owner)
    if isinstance(owner, type):
        return {name: value for name, value in own.items() if name not in GIVEN}
    return {k: v for k, v in own.items() if not k.startswith("__") or k == "__version__"}


def parameters(function: Any) -> set[str] | None:
    """The names by which a function takes its arguments; None where a compiled one is silent."""
    if inspect.isfunction(function):
        kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        taken = inspect.signature(function).parameters.values()
        return {p.name for p in taken if p.kind in kinds} - {"self"}
    lines = re.findall(r"^(?:\d+\. )?\w+\((.*)\) -> ", function.__doc__ or "", flags=re.M)
    if not lines:
        return None
    names = {name for line in lines for name in re.findall(r"(?:^|, )(\w+): ", line)}
    return {name for name in names if name != "self" and not re.fullmatch(r"arg\d+", name)}


CLASSES = [node for node in STUB.body if isinstance(node, ast.ClassDef)]


def test_module() -> None:
    assert set(declared(STUB.body)) == set(present(_core))


@pytest.mark.parametrize("node", CLASSES, ids=lambda node: node.name)
def test_class(node: ast.ClassDef) -> None:
    assert set(declared(node.body)) == set(present(getattr(_core, node.name)))


def check_parameters(owner: Any, body: list[ast.stmt]) -> int:
    checked = 0
    for name, wanted in declared(body).items():
        found = getattr(owner, name, None)
        if not callable(found) or isinstance(found, type) or name.startswith("__"):
            continue
        names = parameters(found)
        if names is not None:
            assert wanted == names, f"{name} takes {sorted(names)}, the stub has {sorted(wanted)}"
            checked += 1
    return checked


def test_parameters_of_functions() -> None:
    assert check_parameters(_core, STUB.body) > 20


@pytest.mark.parametrize("node", CLASSES, ids=lambda node: node.name)
def test_parameters_of_methods(node: ast.ClassDef) -> None:
    check_parameters(getattr(_core, node.name), node.body)


def test_a_difference_is_found() -> None:
    body = ast.parse("def empty_cache(n: int) -> None: ...").body
    with pytest.raises(AssertionError, match="empty_cache takes"):
        check_parameters(_core, body)
