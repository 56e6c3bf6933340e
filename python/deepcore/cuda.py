"""What programs ask before they choose a device: there is none but the CPU."""

from __future__ import annotations


def is_available() -> bool:
    """False: deepcore runs on CPUs.

    Example:
        >>> import deepcore
        >>> deepcore.cuda.is_available()
        False
    """
    return False


def device_count() -> int:
    """0: deepcore runs on CPUs."""
    return 0
