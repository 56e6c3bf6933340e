"""Containers of parameters: in a list, under names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._check import check_whole
from .._core import Tensor
from ._module import Module
from ._parameter import Parameter


class _Parameters(Module):
    """Parameters under names; a Tensor that is put in becomes one."""

    def _put(self, name: str, value: Any) -> None:
        if isinstance(value, Tensor) and not isinstance(value, Parameter):
            value = Parameter(value)
        self.register_parameter(name, value)

    def __len__(self) -> int:
        return len(self._parameters)

    def extra_repr(self) -> str:
        lines = [
            f"({name}): Parameter of shape {value.shape}"
            for name, value in self._parameters.items()
            if value is not None
        ]
        return "\n".join(lines)


class ParameterList(_Parameters):
    """A list of parameters that belong to the module that holds it.

    Args:
        values: Parameters, or Tensors that become such, in order.

    Raises:
        TypeError: an element is not a Tensor.

    Example:
        >>> import deepcore as dc
        >>> scales = dc.nn.ParameterList(dc.ones(3) for _ in range(2))
        >>> len(scales), [name for name, _ in scales.named_parameters()]
        (2, ['0', '1'])
    """

    def __init__(self, values: Iterable[Tensor] = ()) -> None:
        super().__init__()
        self.extend(values)

    def _name(self, index: int) -> str:
        check_whole("ParameterList", "index", index)
        size = len(self)
        if not -size <= index < size:
            raise IndexError(
                f"[ParameterList] index must be in {-size} to {size - 1}, got {index}."
            )
        return str(index % size)

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._parameters.values())  # type: ignore[arg-type]  # a list holds no None

    def __getitem__(self, index: int) -> Parameter:
        return self._parameters[self._name(index)]  # type: ignore[return-value]  # as above

    def __setitem__(self, index: int, value: Tensor) -> None:
        self._put(self._name(index), value)

    def append(self, value: Tensor) -> ParameterList:
        """Puts a parameter last; returns self."""
        self._put(str(len(self)), value)
        return self

    def extend(self, values: Iterable[Tensor]) -> ParameterList:
        """Puts parameters last; returns self."""
        for value in list(values):
            self.append(value)
        return self


class ParameterDict(_Parameters):
    """A dict of parameters that belong to the module that holds it.

    Args:
        parameters: a mapping or pairs of names and Parameters, or Tensors that become such.

    Raises:
        TypeError: a value is not a Tensor.

    Example:
        >>> import deepcore as dc
        >>> scales = dc.nn.ParameterDict({"left": dc.ones(3), "right": dc.ones(3)})
        >>> scales["left"].shape, "middle" in scales
        ((3,), False)
    """

    def __init__(
        self, parameters: Mapping[str, Tensor] | Iterable[tuple[str, Tensor]] = ()
    ) -> None:
        super().__init__()
        self.update(parameters)

    def __iter__(self) -> Iterator[str]:
        return iter(self._parameters)

    def __contains__(self, key: object) -> bool:
        return key in self._parameters

    def __getitem__(self, key: str) -> Parameter:
        return self._parameters[key]  # type: ignore[return-value]  # a dict holds no None

    def __setitem__(self, key: str, value: Tensor) -> None:
        self._put(key, value)

    def __delitem__(self, key: str) -> None:
        if key not in self._parameters:
            raise KeyError(key)
        delattr(self, key)

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._parameters.keys()

    def values(self) -> Iterable[Parameter]:
        """The parameters."""
        return self._parameters.values()  # type: ignore[return-value]  # a dict holds no None

    def items(self) -> Iterable[tuple[str, Parameter]]:
        """The names and parameters."""
        return self._parameters.items()  # type: ignore[return-value]  # a dict holds no None

    def update(self, parameters: Mapping[str, Tensor] | Iterable[tuple[str, Tensor]]) -> None:
        """Adds parameters, or replaces those of the same names."""
        for name, value in dict(parameters).items():
            self[name] = value

    def pop(self, key: str) -> Parameter:
        """Takes a parameter out and returns it."""
        parameter = self[key]
        del self[key]
        return parameter
