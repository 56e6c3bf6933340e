"""Containers: modules in a row, in a list, under names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from operator import length_hint
from typing import Any, TypeVar, overload

from .._check import check_whole
from ._fusion import Step, steps_of
from ._module import Module
from ._trail import leave
from ._tree import Tree

_R = TypeVar("_R", bound="_Row")


class _Row(Module):
    """Modules by number, under the names '0', '1', ... or names of their own."""

    def _replace(self, modules: list[Module]) -> None:
        for name in list(self._modules):
            delattr(self, name)
        self.extend(modules)

    def _name(self, index: int) -> str:
        names = list(self._modules)
        check_whole(type(self).__name__, "index", index)
        try:
            return names[index]
        except IndexError:
            raise IndexError(
                f"[{type(self).__name__}] index must be in {-len(names)} to {len(names) - 1}, "
                f"got {index}."
            ) from None

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())  # type: ignore[arg-type]  # a row holds no None

    @overload
    def __getitem__(self, index: int) -> Module: ...
    @overload
    def __getitem__(self: _R, index: slice) -> _R: ...
    def __getitem__(self, index: int | slice) -> Module:
        if isinstance(index, slice):
            return self._slice(index)
        return getattr(self, self._name(index))  # type: ignore[no-any-return]  # a module's name

    def _slice(self, index: slice) -> Module:
        raise NotImplementedError

    def __setitem__(self, index: int, module: Module) -> None:
        setattr(self, self._name(index), module)

    def __delitem__(self, index: int | slice) -> None:
        modules = list(self)
        if not isinstance(index, slice):
            self._name(index)  # checks it
        del modules[index]
        self._replace(modules)

    def append(self: _R, module: Module) -> _R:
        """Puts a module last; returns self."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self: _R, modules: Iterable[Module]) -> _R:
        """Puts modules last; returns self."""
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> None:
        """Puts a module before the one at `index`; the names become numbers."""
        modules = list(self)
        modules.insert(index, module)
        self._replace(modules)


class Sequential(_Row):
    """Runs modules one after another: y = f_n(... f_1(x)).

    A `Linear` followed by an activation runs as one operation, with the same bits, when neither
    has a hook.

    Args:
        modules: the modules in order, or one dict of them by name.

    Raises:
        TypeError: an argument is not a module.

    Example:
        >>> import deepcore as dc
        >>> net = dc.nn.Sequential(dc.nn.Linear(4, 8), dc.nn.ReLU(), dc.nn.Linear(8, 2))
        >>> net(dc.ones(3, 4)).shape
        (3, 2)
    """

    # What was the structure of modules when the plan was made, and the plan.
    _plan: tuple[object, list[Step], list[Module]]

    def __init__(self, *modules: Module | Mapping[str, Module]) -> None:
        super().__init__()
        self.__dict__["_plan"] = (None, [], [])
        if len(modules) == 1 and isinstance(modules[0], Mapping):
            for name, module in modules[0].items():
                self.add_module(name, module)
        else:
            self.extend(modules)  # type: ignore[arg-type]  # add_module judges each

    def forward(self, input: Any) -> Any:
        structure, steps, layers = self._plan
        if structure is not Tree._structure:
            steps, layers = self._make_plan()
        remaining = iter(steps)
        try:
            for step in remaining:
                input = step(input)
        except Exception as error:
            leave(error, layers[-1 - length_hint(remaining)])
            raise
        return input

    def _make_plan(self) -> tuple[list[Step], list[Module]]:
        structure = Tree._structure
        pairs = steps_of(list(self))
        layers, steps = [layer for layer, _ in pairs], [step for _, step in pairs]
        self.__dict__["_plan"] = (structure, steps, layers)
        return steps, layers

    def __getstate__(self) -> dict[str, Any]:
        # A copy has layers of its own, and so needs a plan of its own.
        return {**self.__dict__, "_plan": (None, [], [])}

    def _slice(self, index: slice) -> Module:
        return type(self)(dict(list(self._modules.items())[index]))  # type: ignore[arg-type]


class ModuleList(_Row):
    """A list of modules that are parts of the module that holds it.

    Args:
        modules: the modules in order.

    Raises:
        TypeError: an element is not a module.

    Example:
        >>> import deepcore as dc
        >>> layers = dc.nn.ModuleList(dc.nn.Linear(4, 4) for _ in range(3))
        >>> len(layers), len(list(layers.parameters()))
        (3, 6)
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        self.extend(modules or ())

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList([*self, *other])

    def _slice(self, index: slice) -> Module:
        return type(self)(list(self)[index])

    def _repr_children(self) -> Iterator[tuple[str, str]]:
        """Equal neighbours share a line: (0-2): 3 x Linear(...)."""
        texts = list(map(repr, self))
        start = 0
        for stop in range(1, len(texts) + 1):
            if stop < len(texts) and texts[stop] == texts[start]:
                continue
            if stop - start == 1:
                yield str(start), texts[start]
            else:
                yield f"{start}-{stop - 1}", f"{stop - start} x {texts[start]}"
            start = stop


class ModuleDict(Module):
    """A dict of modules that are parts of the module that holds it.

    Args:
        modules: a mapping or pairs of names and modules.

    Raises:
        TypeError: a value is not a module.

    Example:
        >>> import deepcore as dc
        >>> heads = dc.nn.ModuleDict({"digit": dc.nn.Linear(8, 10), "parity": dc.nn.Linear(8, 2)})
        >>> heads["parity"](dc.ones(1, 8)).shape
        (1, 2)
    """

    def __init__(
        self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] | None = None
    ) -> None:
        super().__init__()
        self.update(modules or {})

    def __getitem__(self, key: str) -> Module:
        return self._modules[key]  # type: ignore[return-value]  # a dict holds no None

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        if key not in self._modules:
            raise KeyError(key)
        delattr(self, key)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: object) -> bool:
        return key in self._modules

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._modules.keys()

    def values(self) -> Iterable[Module]:
        """The modules."""
        return self._modules.values()  # type: ignore[return-value]  # a dict holds no None

    def items(self) -> Iterable[tuple[str, Module]]:
        """The names and modules."""
        return self._modules.items()  # type: ignore[return-value]  # a dict holds no None

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Adds modules, or replaces those of the same names."""
        for name, module in dict(modules).items():
            self[name] = module

    def pop(self, key: str) -> Module:
        """Takes a module out and returns it."""
        module = self[key]
        del self[key]
        return module

    def clear(self) -> None:
        """Takes all modules out."""
        for key in list(self):
            del self[key]
