"""What a training loop does to parameters and gradients besides the optimizer's step."""

from ._clip import clip_grad_norm_

__all__ = ["clip_grad_norm_"]
