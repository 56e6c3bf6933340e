"""PyTorch, eager, with its own OpenMP threads."""

import torch

from ..cases.classifier import Classifier
from ..cases.scalar import Scalar
from .eager import ScalarOp, Training


class Side:
    def __init__(self, threads: int, **adam: bool) -> None:
        torch.set_num_threads(threads)
        self.adam = adam

    def about(self) -> list[str]:
        level, threads = torch.backends.cpu.get_cpu_capability(), torch.get_num_threads()
        return [f"torch {torch.__version__}", f"level {level}", f"{threads} threads"]

    def classifier(self, case: Classifier) -> Training:
        return Training(torch, case, **self.adam)

    def scalar(self, case: Scalar) -> ScalarOp:
        return ScalarOp(torch, case)
