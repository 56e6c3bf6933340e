"""PyTorch, eager, with its own OpenMP threads."""

from typing import Any

import torch

from ..cases.classifier import Classifier
from ..cases.convolution import Convolution
from ..cases.network import Network
from ..cases.scalar import Scalar
from .eager import ConvolutionOp, Inference, ScalarOp, Training


class Side:
    """With `channels_last`, images and the weights of convolutions lie so; only they differ."""

    def __init__(self, threads: int, channels_last: bool = False, **adam: bool) -> None:
        torch.set_num_threads(threads)
        self.channels_last, self.adam = channels_last, adam

    def about(self) -> list[str]:
        level, threads = torch.backends.cpu.get_cpu_capability(), torch.get_num_threads()
        return [f"torch {torch.__version__}", f"level {level}", f"{threads} threads"]

    def arrange(self, tensor_or_module: Any) -> Any:
        if not self.channels_last:
            return tensor_or_module
        return tensor_or_module.to(memory_format=torch.channels_last)

    def classifier(self, case: Classifier) -> Training | None:
        if self.channels_last and not case.images:
            return None
        return Training(torch, case, self.arrange, **self.adam)

    def convolution(self, case: Convolution) -> ConvolutionOp:
        return ConvolutionOp(torch, case, self.arrange)

    def network(self, case: Network) -> Inference:
        return Inference(torch, case, self.arrange)

    def scalar(self, case: Scalar) -> ScalarOp | None:
        return None if self.channels_last else ScalarOp(torch, case)
