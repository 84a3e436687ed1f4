"""Finding in the reference: by words of operations, guides, errors, events and fields. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

MOST: Final = 40


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to be found: `kind` is what it is, `title` weighs more than `words`."""

    kind: str
    title: str
    says: str
    address: str
    words: str = ""


class Index:
    """All that can be found."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = [(one, one.title.lower(), f"{one.title} {one.says} {one.words}".lower()) for one in entries]

    def find(self, asked: str) -> Sequence[Entry]:
        """What holds every word that was asked for: first what is called so, then what begins so, then what only tells of it."""
        words = asked.lower().split()
        if not words:
            return ()
        whole = " ".join(words)
        found = [
            (0 if title == whole else 1 if title.startswith(whole) else 2 if all(w in title for w in words) else 3, one)
            for one, title, text in self._entries
            if all(word in text for word in words)
        ]
        return [one for _, one in sorted(found, key=lambda pair: pair[0])][:MOST]
