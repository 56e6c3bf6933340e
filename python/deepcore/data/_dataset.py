"""Data sets: whatever has samples by index, or one after another."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from ._convert import Tensor, check_indices, row, take_rows, to_tensor

T_co = TypeVar("T_co", covariant=True)


class Dataset(Generic[T_co]):
    """Samples by index; a subclass has `__getitem__` and, for nearly every use, `__len__`.

    Example:
        >>> from deepcore.data import Dataset
        >>> class Squares(Dataset):
        ...     def __len__(self):
        ...         return 10
        ...     def __getitem__(self, index):
        ...         return index, index**2
        >>> Squares()[3]
        (3, 9)
    """

    def __getitem__(self, index: int) -> T_co:
        raise NotImplementedError(f"[data] {type(self).__name__} must define __getitem__(index).")

    def __add__(self, other: Dataset[T_co]) -> ConcatDataset[T_co]:
        return ConcatDataset([self, other])


class IterableDataset(Dataset[T_co]):
    """Samples one after another, where there is no index; a subclass has `__iter__`.

    Example:
        >>> from deepcore.data import DataLoader, IterableDataset
        >>> class Countdown(IterableDataset):
        ...     def __iter__(self):
        ...         return iter([3, 2, 1])
        >>> [batch.tolist() for batch in DataLoader(Countdown(), batch_size=2)]
        [[3, 2], [1]]
    """

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError(f"[data] {type(self).__name__} must define __iter__().")


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """Tensors side by side: sample i is the tuple of their rows i.

    A slice or a list of indices gives the tuple of those rows, and a DataLoader takes whole
    batches. A NumPy array shares its memory with the data set where a Tensor can have its dtype and
    layout, and is copied otherwise: what writes into a sample of shared memory writes into the
    array.

    Args:
        tensors: Tensors or arrays of equal first axis.

    Raises:
        ValueError: no tensor, one without an axis, or first axes that differ.

    Example:
        >>> import numpy as np
        >>> from deepcore.data import TensorDataset
        >>> data = TensorDataset(np.zeros((5, 3), np.float32), np.arange(5))
        >>> len(data), data[2][1].item()
        (5, 2)
    """

    def __init__(self, *tensors: Any) -> None:
        self.tensors: tuple[Tensor, ...] = tuple(to_tensor(t, "TensorDataset") for t in tensors)
        shapes = [tuple(t.shape) for t in self.tensors]
        if not shapes or not all(shapes) or len({shape[0] for shape in shapes}) > 1:
            raise ValueError(
                "[TensorDataset] tensors must be one or more with equal first axes, got shapes "
                f"{', '.join(map(str, shapes)) or 'of none'}; the first axis counts the samples."
            )

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        if isinstance(index, (slice, list, np.ndarray, Tensor)):
            return tuple(tensor[index] for tensor in self.tensors)
        return tuple(row(tensor, index) for tensor in self.tensors)

    def __len__(self) -> int:
        return len(self.tensors[0])

    def take(self, indices: NDArray[np.int64]) -> list[Tensor]:
        """The rows of these indices, one tensor for each of `tensors`."""
        return [take_rows(tensor, indices) for tensor in self.tensors]


class Subset(Dataset[T_co]):
    """The samples of another data set at these indices.

    Args:
        dataset: the whole.
        indices: which samples, in which order.

    Raises:
        TypeError: indices is a mask of bools.

    Example:
        >>> from deepcore.data import Subset
        >>> list(Subset("abcdef", [4, 0]))
        ['e', 'a']
    """

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        check_indices("Subset", indices)
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, index: int) -> T_co:
        try:
            place = self.indices[index]
        except IndexError as error:
            raise self._outside(index) from error
        sample: T_co = self.dataset[place]
        return sample

    def __len__(self) -> int:
        return len(self.indices)

    def take(self, indices: NDArray[np.int64]) -> list[Tensor]:
        """The samples of these indices as one batch, where `dataset` can do so."""
        try:
            rows = np.array([self.indices[i] for i in indices.tolist()], np.int64)
        except IndexError as error:
            raise self._outside(f"{indices.min()} to {indices.max()}") from error
        taken: list[Tensor] = self.dataset.take(rows)
        return taken

    def _outside(self, index: object) -> IndexError:
        size = len(self)
        return IndexError(
            f"[Subset] index must be in [-{size}, {size}), got {index}; a sampler or its lengths "
            "must be of this part, not of the whole."
        )


class ConcatDataset(Dataset[T_co]):
    """Data sets one after the other.

    Args:
        datasets: those with indices.

    Raises:
        ValueError: there is none.
        TypeError: one is an IterableDataset.

    Example:
        >>> from deepcore.data import ConcatDataset
        >>> list(ConcatDataset(["ab", "c"]))
        ['a', 'b', 'c']
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise ValueError("[ConcatDataset] datasets must be one or more, got none.")
        if any(isinstance(dataset, IterableDataset) for dataset in self.datasets):
            raise TypeError(
                "[ConcatDataset] datasets must have indices, got an IterableDataset; "
                "itertools.chain joins those."
            )
        self.cumulative_sizes = list(itertools.accumulate(map(len, self.datasets)))

    def __getitem__(self, index: int) -> T_co:
        size = len(self)
        position = index + size if index < 0 else index
        if not 0 <= position < size:
            raise IndexError(f"[ConcatDataset] index must be in [-{size}, {size}), got {index}.")
        which = bisect.bisect_right(self.cumulative_sizes, position)
        before = self.cumulative_sizes[which - 1] if which else 0
        sample: T_co = self.datasets[which][position - before]
        return sample

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]


class TransformedDataset(Dataset[tuple[Any, ...]]):
    """Another data set whose first part goes through a transform, anew each time it is taken.

    Where a DataLoader or a Trainer takes whole batches of `dataset` (a TensorDataset or a Subset
    of one), the transform is given whole batches too; elsewhere it is given single images.

    Args:
        dataset: gives samples (image, …).
        transform: a function of a batch of images and of one image.

    Raises:
        TypeError: transform cannot be called.

    Example:
        >>> import numpy as np
        >>> from deepcore.data import DataLoader, TensorDataset, TransformedDataset
        >>> from deepcore.data.transforms import Normalize
        >>> images = TensorDataset(np.zeros((6, 1, 2, 2), np.uint8), np.arange(6))
        >>> data = TransformedDataset(images, Normalize(0.5, 0.5))
        >>> [x.mean().item() for x, y in DataLoader(data, batch_size=4)]
        [-1.0, -1.0]
    """

    def __init__(self, dataset: Any, transform: Callable[[Any], Any]) -> None:
        if not callable(transform):
            kind = type(transform).__name__
            raise TypeError(f"[TransformedDataset] transform must be a function, got {kind}.")
        self.dataset = dataset
        self.transform = transform

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        image, *others = self.dataset[index]
        return self.transform(image), *others

    def __len__(self) -> int:
        return len(self.dataset)

    def take(self, indices: NDArray[np.int64]) -> list[Any]:
        """The samples of these indices as one batch, where `dataset` can do so."""
        images, *others = self.dataset.take(indices)
        return [self.transform(images), *others]


def in_memory(dataset: Any) -> bool:
    """Whether all samples are there, the same each time they are taken, and `take` gives many."""
    return _is_tensors(dataset, (Subset.__getitem__,))


def takes_batches(dataset: Any) -> bool:
    """Whether `take` gives what collating single samples would: no subclass changes a sample."""
    return _is_tensors(dataset, (Subset.__getitem__, TransformedDataset.__getitem__))


def _is_tensors(dataset: Any, around: tuple[Any, ...]) -> bool:
    while getattr(type(dataset), "__getitem__", None) in around:
        dataset = dataset.dataset
    return getattr(type(dataset), "__getitem__", None) is TensorDataset.__getitem__
