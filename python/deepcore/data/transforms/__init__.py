"""Transforms of batches of images (N, C, H, W), under torchvision's names, and of sound.

Each image of a batch has a draw of its own. Random transforms draw from deepcore's generator, which
`manual_seed` starts, unless they are given one or a seed.

    augment = Compose([RandomCrop(32, padding=4), RandomHorizontalFlip(), Normalize(mean, std)])
    trainer.fit(TransformedDataset(TensorDataset(x, y), augment), batch_size=128)

`LogMelSpectrogram` and `MFCC` make features of waveforms, a row a frame.
"""

from typing import Any

from ..._names import suggest
from ._compose import Compose
from ._normalize import Normalize
from ._random import Cutout, RandomCrop, RandomHorizontalFlip
from ._spectrogram import MFCC, LogMelSpectrogram

__all__ = [
    "MFCC",
    "Compose",
    "Cutout",
    "LogMelSpectrogram",
    "Normalize",
    "RandomCrop",
    "RandomHorizontalFlip",
]


def __dir__() -> list[str]:
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    raise AttributeError(suggest("data.transforms", name, __all__))
