"""Embedding: a table of vectors, one for each word."""

from __future__ import annotations

from typing import Any

from .. import _core
from .._check import check_flag, check_size
from .._core import Tensor
from .._creation import empty
from .._device import check_device
from .._grad import no_grad
from ._module import Module
from ._parameter import Parameter
from .functional._embedding import check_options, row_of
from .init import normal_


class Embedding(Module):
    """A table of vectors, looked up by index: y = W[input].

    The weight is drawn from N(0, 1), and its row padding_idx is zero. The gradient of a row is the
    sum over the places that name it, in their order.

    Args:
        num_embeddings: the number of rows V.
        embedding_dim: the size D of each row.
        padding_idx: a row that gets no gradient; negative ones count from the end.
        max_norm: rows of a greater norm are scaled to this one, in place, when they are looked up.
        norm_type: p of the norm (Σ |w|ᵖ)^(1/p).
        scale_grad_by_freq: divides the gradient of a row by how often the input names it.
        sparse: `weight.grad` is `SparseRows`, of the rows that were looked up alone. `SGD` without
            momentum and weight_decay, `Adagrad` without weight_decay and `SparseAdam` take these.
            Where the weight has hooks or a dense gradient already, or an op made it, and from
            `autograd.grad`, the gradient is dense all the same.
        device: None or 'cpu'.
        dtype: float32 (the default) or float64.

    Attributes:
        weight: W, of shape (V, D).

    Shape:
        Input (...) of int64, output (..., D).

    Raises:
        IndexError: an index is not in 0 to V − 1.
        ValueError: a size is negative, or an option is out of range.
        TypeError: the input does not hold int64, or an option is of a wrong kind.

    Reference:
        Bengio, Ducharme, Vincent and Jauvin, "A Neural Probabilistic Language Model" (2003).

    Example:
        >>> import deepcore as dc
        >>> words = dc.nn.Embedding(10, 3, padding_idx=0)
        >>> words(dc.tensor([[1, 2], [4, 0]])).shape
        (2, 2, 3)
        >>> words(dc.tensor(0)).tolist()
        [0.0, 0.0, 0.0]

        With sparse=True, one optimizer for the table and one for all other parameters:

        >>> words, fc = dc.nn.Embedding(10, 3, sparse=True), dc.nn.Linear(3, 2)
        >>> optimizers = dc.optim.SparseAdam(words.parameters()), dc.optim.Adam(fc.parameters())
        >>> fc(words(dc.tensor([1, 2]))).sum().backward()
        >>> for optimizer in optimizers:
        ...     optimizer.step()
        ...     optimizer.zero_grad()
    """

    weight: Parameter

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        check_device(device)
        check_size("Embedding", "num_embeddings", num_embeddings)
        check_size("Embedding", "embedding_dim", embedding_dim)
        check_options(max_norm, norm_type, scale_grad_by_freq, sparse)
        check_flag("Embedding", "freeze", _freeze)
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = None if padding_idx is None else row_of(padding_idx, num_embeddings)
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.sparse = sparse
        if _weight is None:
            table = empty(num_embeddings, embedding_dim, dtype=dtype)
            self.weight = Parameter(table, requires_grad=not _freeze)
            self.reset_parameters()
        else:
            self._check_table(_weight)
            self.weight = Parameter(_weight, requires_grad=not _freeze)

    def _check_table(self, weight: Any) -> None:
        shape = (self.num_embeddings, self.embedding_dim)
        if not isinstance(weight, Tensor):
            raise TypeError(f"[Embedding] _weight must be a Tensor, got {type(weight).__name__}.")
        if weight.shape != shape:
            raise ValueError(
                f"[Embedding] _weight must have shape {shape}, (num_embeddings, embedding_dim), "
                f"got {weight.shape}."
            )

    def reset_parameters(self) -> None:
        """Draws the weight anew; the row of padding_idx becomes zero."""
        normal_(self.weight)
        if self.padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx] = 0

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Embedding:
        """An embedding whose weight shares the memory of a given table.

        Args:
            embeddings: the table, of shape (V, D).
            freeze: whether the weight is left as it is by training.
            padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse: see `Embedding`. The row
                of padding_idx keeps its values.

        Raises:
            ValueError: the table has not two axes.
            TypeError: it is no Tensor.

        Example:
            >>> import deepcore as dc
            >>> words = dc.nn.Embedding.from_pretrained(dc.tensor([[1.0, 2.0], [3.0, 4.0]]))
            >>> words(dc.tensor([1])).tolist(), words.weight.requires_grad
            ([[3.0, 4.0]], False)
        """
        if not isinstance(embeddings, Tensor):
            kind = type(embeddings).__name__
            raise TypeError(f"[Embedding] embeddings must be a Tensor, got {kind}.")
        if embeddings.ndim != 2:
            raise ValueError(
                "[Embedding] embeddings must have shape (num_embeddings, embedding_dim), "
                f"got {embeddings.shape}."
            )
        rows, columns = embeddings.shape
        return cls(
            num_embeddings=rows,
            embedding_dim=columns,
            _weight=embeddings.detach(),
            _freeze=freeze,
            padding_idx=padding_idx,
            max_norm=max_norm,
            norm_type=norm_type,
            scale_grad_by_freq=scale_grad_by_freq,
            sparse=sparse,
        )

    def forward(self, input: Tensor) -> Tensor:
        if self.max_norm is not None:
            _core.embedding_renorm_(self.weight, input, self.max_norm, self.norm_type)
        return _core.embedding(
            input, self.weight, self.padding_idx, self.scale_grad_by_freq, self.sparse
        )

    def extra_repr(self) -> str:
        text = f"{self.num_embeddings}, {self.embedding_dim}"
        if self.padding_idx is not None:
            text += f", padding_idx={self.padding_idx}"
        if self.max_norm is not None:
            text += f", max_norm={self.max_norm}"
        if self.norm_type != 2:
            text += f", norm_type={self.norm_type}"
        if self.scale_grad_by_freq:
            text += ", scale_grad_by_freq=True"
        return text + (", sparse=True" if self.sparse else "")
