"""What ops of two results give: a tuple whose parts also have names."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ._core import Tensor


class ValuesAndIndices(NamedTuple):
    """Extremes along an axis, and where they are."""

    values: Tensor
    indices: Tensor
