"""A form of a page as a browser would send it if nobody touched it: what an old tab holds."""

from html.parser import HTMLParser


class _Reader(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._action = action
        self._is_inside = False
        self._chosen = self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_inside = given.get("action") == self._action
        elif (
            self._is_inside
            and tag == "input"
            and (given.get("type") not in ("checkbox", "radio") or "checked" in given)
        ):
            self.fields[given["name"]] = given.get("value", "")
        elif self._is_inside and tag == "select":
            self._chosen = given["name"]
        elif self._is_inside and tag == "option" and ("selected" in given or self._chosen not in self.fields):
            self.fields[self._chosen] = given["value"]
        elif self._is_inside and tag == "textarea":
            self._text = given["name"]
            self.fields[self._text] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = ""

    def handle_data(self, data: str) -> None:
        if self._text:
            self.fields[self._text] += data.removeprefix("\n").replace("\n", "\r\n")


def open_form(page: str, action: str) -> dict[str, str]:
    """The fields of the form that is sent to this address."""
    reader = _Reader(action)
    reader.feed(page)
    assert reader.fields, action
    return reader.fields
