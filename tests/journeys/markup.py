"""A page's markup as far as a screen reader depends on it: what is wrong with headings, labels, descriptions and ids. No browser."""

from collections import Counter
from html.parser import HTMLParser

_FIELDS = frozenset({"input", "select", "textarea"})
_UNLABELLED = frozenset({"hidden", "submit", "button"})


class Markup(HTMLParser):
    """Collects while it reads; `wrong` tells what it found."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._ids: Counter[str] = Counter()
        self._labels: set[str] = set()
        self._named: list[tuple[str, str]] = []
        self._fields: list[tuple[dict[str, str], bool]] = []
        self._inside_label = 0
        self.headings: list[int] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One element begins."""
        given = {name: value or "" for name, value in attrs}
        self._ids.update([given["id"]] if "id" in given else [])
        for name in ("aria-describedby", "aria-labelledby"):
            self._named += [(name, one) for one in given.get(name, "").split()]
        if tag in ("h1", "h2", "h3"):
            self.headings.append(int(tag[1]))
        if tag == "label":
            self._inside_label += 1
            self._labels.add(given.get("for", ""))
        if tag in _FIELDS and given.get("type") not in _UNLABELLED:
            self._fields.append((given, self._inside_label > 0))

    def handle_endtag(self, tag: str) -> None:
        """One element ends."""
        self._inside_label -= tag == "label"

    def wrong(self) -> list[str]:
        """What somebody who does not see the page would miss."""
        return [
            *(f"id {name} stands {count} times" for name, count in self._ids.items() if count > 1),
            *(f"{kind} names {name}, which is not there" for kind, name in self._named if not self._ids[name]),
            *([f"headings {self.headings}"] if self.headings[:1] != [1] or self.headings.count(1) != 1 else []),
            *(
                f"a level is left out: {self.headings}"
                for a, b in zip(self.headings, self.headings[1:], strict=False)
                if b > a + 1
            ),
            *(
                f"no label for {given.get('name')}"
                for given, inside in self._fields
                if not inside and given.get("id", "-") not in self._labels and "aria-label" not in given
            ),
            *(
                f"the complaint about {given.get('name')} is not tied to it"
                for given, _ in self._fields
                if "aria-invalid" in given and "aria-describedby" not in given
            ),
        ]
