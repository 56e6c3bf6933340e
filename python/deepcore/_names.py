"""Errors for names that PyTorch or Keras have and deepcore lacks, with the closest that it has."""

from __future__ import annotations

from collections.abc import Iterable

# The least likeness: 'sofmax' has 0.92 to 'softmax', but 'sort' 0.75 to 'sqrt', which is something
# else. Long names are alike by chance more rarely: 'RandomFlip' has 0.67 to 'RandomHorizontalFlip'.
_SHORT, _ALIKE, _LONG_ALIKE = 10, 0.82, 0.63


def suggest(owner: str, name: str, known: Iterable[str], kind: str = "") -> str:
    """The text of an error about a name: what is missing, of which kind, and the closest match."""
    missing = f"[{owner}] there is no {kind + ' ' if kind else ''}{name!r}"
    if name.startswith("__"):  # the import system asks modules for such
        return f"{missing}."
    return f"{missing}{closest_hint(name, known)}"


def closest_hint(name: str, known: Iterable[str]) -> str:
    """The end of an error about a name: the closest of those known, if one is close enough."""
    import difflib  # here: it would add to every import of deepcore

    spelled = {k.lower(): k for k in known if not k.startswith("_")}
    cutoff = _ALIKE if len(name) < _SHORT else _LONG_ALIKE
    close = difflib.get_close_matches(name.lower(), spelled, n=1, cutoff=cutoff)
    return f"; did you mean {spelled[close[0]]!r}?" if close else "."
