"""Large networks in eval mode, with the memory that a process needs for them."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import drawn

BARS = {"infer": 1.0, "peak": 1.0}


def models_of(lib: Any) -> Any:
    """Return the module with the library's builders of networks."""
    if lib.__name__ == "deepcore":
        return lib.models
    from ..sides import torch_models

    return torch_models


@dataclass(frozen=True)
class Network:
    name: str
    builder: str
    batch: int
    size: int
    options: dict[str, bool] = field(default_factory=dict)
    bars: dict[str, float] = field(default_factory=lambda: dict(BARS))
    kind = "network"

    def images(self) -> np.ndarray:
        return drawn.images(self.batch, 3, self.size)

    def module(self, lib: Any) -> Any:
        """Build the network, and write every parameter in its place: there is no second copy."""
        model = getattr(models_of(lib), self.builder)(**self.options)
        with lib.no_grad():
            for key, value in model.state_dict().items():
                if not key.endswith("num_batches_tracked"):
                    value.numpy()[...] = drawn.parameter(key, tuple(value.shape))
        return model.eval()


PLAIN = {"aux_logits": False}

CASES = (
    Network("resnet50-1", "resnet50", 1, 224),
    Network("resnet50-8", "resnet50", 8, 224),
    Network("inception-v3-1", "inception_v3", 1, 299, PLAIN),
    Network("inception-v3-8", "inception_v3", 8, 299, PLAIN),
)
