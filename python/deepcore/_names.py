"""Errors for names that PyTorch or Keras have and deepcore lacks, with the closest that it has."""

from __future__ import annotations

from collections.abc import Iterable


def suggest(owner: str, name: str, known: Iterable[str], kind: str = "") -> str:
    """The text of an error about a name: what is missing, of which kind, and the closest match."""
    missing = f"[{owner}] there is no {kind + ' ' if kind else ''}{name!r}"
    if name.startswith("__"):  # the import system asks modules for such
        return f"{missing}."
    import difflib  # here: it would add to every import of deepcore

    spelled = {k.lower(): k for k in known if not k.startswith("_")}
    close = difflib.get_close_matches(name.lower(), spelled, n=1)
    hint = f"; did you mean {spelled[close[0]]!r}?" if close else "."
    return f"{missing}{hint}"
