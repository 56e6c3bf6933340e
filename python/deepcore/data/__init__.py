"""Data sets, samplers, loaders and readers, under PyTorch's names."""

from typing import Any

from .._names import suggest
from . import datasets, transforms
from ._bptt import BPTTLoader
from ._bucket import BucketBatchSampler, pad_collate
from ._collate import default_collate, default_convert
from ._dataset import (
    ConcatDataset,
    Dataset,
    IterableDataset,
    Subset,
    TensorDataset,
    TransformedDataset,
)
from ._idx import read_idx, write_idx
from ._loader import DataLoader
from ._sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
from ._split import random_split, stratified_split
from ._vocab import Vocab
from ._wav import read_wav

__all__ = [
    "BPTTLoader",
    "BatchSampler",
    "BucketBatchSampler",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "IterableDataset",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "TransformedDataset",
    "Vocab",
    "WeightedRandomSampler",
    "datasets",
    "default_collate",
    "default_convert",
    "pad_collate",
    "random_split",
    "read_idx",
    "read_wav",
    "stratified_split",
    "transforms",
    "write_idx",
]


def __dir__() -> list[str]:
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    raise AttributeError(suggest("data", name, __all__))
