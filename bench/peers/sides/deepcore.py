"""deepcore, in the same words as PyTorch."""

import deepcore

from ..cases.classifier import Classifier
from ..cases.scalar import Scalar
from .eager import ScalarOp, Training


class Side:
    def __init__(self, threads: int) -> None:
        deepcore.set_num_threads(threads)

    def about(self) -> list[str]:
        return [f"deepcore {deepcore.__version__}", f"{deepcore.get_num_threads()} threads"]

    def classifier(self, case: Classifier) -> Training:
        return Training(deepcore, case)

    def scalar(self, case: Scalar) -> ScalarOp:
        return ScalarOp(deepcore, case)
