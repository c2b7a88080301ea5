"""How names are compared: tickers, classes, headings and keys."""

from collections.abc import Iterable
from difflib import get_close_matches


def label_key(label: str) -> str:
    """The form in which two spellings of one label are equal: trimmed, one space, any case."""
    return " ".join(label.replace("\xa0", " ").split()).casefold()


def did_you_mean(label: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """`` (did you mean 'Asset class'?)``, or nothing when no known label is as near as cutoff."""
    by_key = {label_key(name): name for name in known}
    near = get_close_matches(label_key(label), by_key, n=1, cutoff=cutoff)
    return f" (did you mean '{by_key[near[0]]}'?)" if near else ""


def repeated(labels: Iterable[str]) -> list[str]:
    """Labels that occur more than once, each once, in order of their second occurrence."""
    seen: set[str] = set()
    twice: dict[str, str] = {}
    for label in labels:
        key = label_key(label)
        if key in seen:
            twice.setdefault(key, label)
        seen.add(key)
    return list(twice.values())
