"""The tree of a model: parameters, buffers and submodules, and the walks over them.

All three are plain instance attributes, with registries beside them that `__setattr__` keeps:
reading one costs what reading any attribute costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, cast

from .._core import Tensor
from ._parameter import Parameter

if TYPE_CHECKING:
    from ._module import Module


class Tree:
    """The part of `Module` that knows what belongs to it."""

    training: bool
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Module | None]
    _transient: set[str]  # names of buffers that are not part of the state

    # Attributes that decide how a container calls this layer; writing one makes plans stale.
    _structural: ClassVar[frozenset[str]] = frozenset({"forward", "__class__"})
    # Another object after every change of hooks or submodules anywhere: plans made before it are
    # stale. Changes are rare, calls are not: one comparison a call is all that it costs.
    _structure: ClassVar[object] = object()

    def __init__(self) -> None:
        self.__dict__.update(
            training=True, _parameters={}, _buffers={}, _modules={}, _transient=set()
        )

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Parameter):
            self._register("_parameters", name, value)
        elif isinstance(value, Tree):
            self._register("_modules", name, value)
            changed()
        else:
            self._set_plain(name, value)

    def _set_plain(self, name: str, value: Any) -> None:
        known = self.__dict__
        for registry in _KINDS:
            if name in known.get(registry, ()):
                self._check_kind(registry, name, value)
                known[registry][name] = value
        if name in self._structural or name in known.get("_modules", ()):
            changed()
        object.__setattr__(self, name, value)

    def __copy__(self) -> Tree:
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        for name in (*_KINDS, "_transient"):  # what is added to a copy is not the original's
            other.__dict__[name] = self.__dict__[name].copy()
        return other

    def __delattr__(self, name: str) -> None:
        self._forget(name)
        object.__delattr__(self, name)

    def _forget(self, name: str) -> None:
        for registry in _KINDS:
            self.__dict__[registry].pop(name, None)
        self._transient.discard(name)
        changed()

    def _register(self, registry: str, name: str, value: Any) -> None:
        known = self.__dict__
        if registry not in known:
            raise self._not_made(f"before {name!r} is set")
        self._check_kind(registry, name, value)
        if name not in known[registry]:
            self._check_name(name)
            self._forget(name)
        known[registry][name] = known[name] = value

    def _not_made(self, when: str) -> AttributeError:
        return AttributeError(f"[{type(self).__name__}] super().__init__() must be called {when}.")

    def _check_kind(self, registry: str, name: str, value: Any) -> None:
        kind, what = _KINDS[registry]
        if value is not None and not isinstance(value, kind):
            raise TypeError(
                f"[{type(self).__name__}] {name!r} must be {what} or None, got "
                f"{type(value).__name__}."
            )

    def _check_name(self, name: str) -> None:
        if not isinstance(name, str) or not name or "." in name:
            raise ValueError(
                f"[{type(self).__name__}] a name must be a string without dots, got {name!r}."
            )
        # A class may say None where an instance will have its layer.
        taken = name not in self.__dict__ and getattr(self, name, None) is not None
        if taken or name in _RESERVED:
            raise ValueError(
                f"[{type(self).__name__}] {name!r} is taken by a method or class attribute."
            )

    def _check_free(self, registry: str, name: str) -> None:
        """ValueError if `name` is an attribute of another kind, which would be lost."""
        if name in self.__dict__ and name not in self.__dict__.get(registry, ()):
            self._check_name(name)
            raise ValueError(
                f"[{type(self).__name__}] {name!r} is an attribute already; set it to replace it."
            )

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Makes `param` an attribute that is trained; None keeps the name for an absent one."""
        self._check_free("_parameters", name)
        self._register("_parameters", name, param)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Makes `tensor` an attribute that is part of the state (if `persistent`), not trained."""
        self._check_free("_buffers", name)
        self._register("_buffers", name, tensor)
        if persistent:
            self._transient.discard(name)
        else:
            self._transient.add(name)

    def add_module(self, name: str, module: Module | None) -> None:
        """Makes `module` an attribute that is part of this one."""
        self._check_free("_modules", name)
        self._register("_modules", name, module)
        changed()

    register_module = add_module

    def get_submodule(self, target: str) -> Module:
        """The module at a dotted path such as 'encoder.0'; the module itself for ''."""
        module = cast("Module", self)
        for name in target.split(".") if target else ():
            found = module._modules.get(name)
            if found is None:
                self._absent("module", target)
            module = found
        return module

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a dotted path such as 'encoder.0.weight'."""
        path, _, name = target.rpartition(".")
        found = self.get_submodule(path)._parameters.get(name)
        return found if found is not None else self._absent("parameter", target)

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at a dotted path such as 'norm.running_mean'."""
        path, _, name = target.rpartition(".")
        found = self.get_submodule(path)._buffers.get(name)
        return found if found is not None else self._absent("buffer", target)

    def _absent(self, kind: str, target: str) -> NoReturn:
        raise AttributeError(f"[{type(self).__name__}] there is no {kind} {target!r}.")

    # Walks

    def named_modules(
        self, memo: set[Module] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """This module and all below it, with their dotted paths; each once."""
        if "_modules" not in self.__dict__:
            raise self._not_made("in __init__()")
        this = cast("Module", self)
        memo = set() if memo is None else memo
        if this in memo:
            return
        if remove_duplicate:
            memo.add(this)
        yield prefix, this
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(memo, _join(prefix, name), remove_duplicate)

    def modules(self) -> Iterator[Module]:
        """This module and all below it."""
        return (module for _, module in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly below this one, with their names; each once."""
        seen: set[Module] = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self) -> Iterator[Module]:
        """The modules directly below this one."""
        return (module for _, module in self.named_children())

    def _named_members(
        self, registry: str, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        every = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
        for path, module in every if recurse else [(prefix, cast("Module", self))]:
            for name, value in getattr(module, registry).items():
                if value is not None and id(value) not in seen:
                    if remove_duplicate:
                        seen.add(id(value))
                    yield _join(path, name), value

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """The parameters with their dotted paths; each once."""
        return self._named_members("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters of this module and, with `recurse`, of all below it."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """The buffers with their dotted paths; each once."""
        return self._named_members("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers of this module and, with `recurse`, of all below it."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))


_KINDS: dict[str, tuple[type, str]] = {
    "_parameters": (Parameter, "a Parameter"),
    "_buffers": (Tensor, "a Tensor"),
    "_modules": (Tree, "a Module"),
}


_RESERVED = frozenset({"training", "_transient", "_hooks", *_KINDS})


def changed() -> None:
    """Makes every plan stale."""
    Tree._structure = object()


def _join(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name
