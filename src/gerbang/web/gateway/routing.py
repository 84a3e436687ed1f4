"""From method and path to the row of the policy table. Unknown paths are 404, known ones with another method 405."""

from collections.abc import Sequence
from typing import Final

from gerbang.web.policy_rows import Row
from gerbang.web.problems import MethodNotAllowed, RouteNotFound

_REST: Final = "*"
_ONE: Final = "{}"


class _Node:
    __slots__ = ("next", "rows")

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.rows: dict[str, Row] = {}


class Routes:
    """The table as a tree of path segments; literal segments win over parameters, `{name:path}` takes the rest."""

    def __init__(self, table: Sequence[Row]) -> None:
        self._root = _Node()
        self._exact: dict[tuple[str, str], Row] = {}
        for row in table:
            if "{" not in row.path:
                self._exact[row.method, row.path] = row
            node = self._root
            for segment in row.path.split("/")[1:]:
                name = _REST if segment.endswith(":path}") else _ONE if segment.startswith("{") else segment
                node = node.next.setdefault(name, _Node())
            node.rows[row.method] = row

    def find(self, method: str, path: str) -> tuple[Row, list[str]]:
        """The row and the values of its parameters; HEAD is answered as GET. Raises RouteNotFound, MethodNotAllowed."""
        asked = "GET" if method == "HEAD" else method
        if (row := self._exact.get((asked, path))) is not None:
            return row, []
        params: list[str] = []
        node = self._walk(path.split("/")[1:], params)
        if node is None or not node.rows:
            raise RouteNotFound("No such address; /docs lists them all.")
        found = node.rows.get(asked)
        if found is None:
            allowed = ", ".join(sorted(node.rows))
            raise MethodNotAllowed(f"This address takes {allowed}.")
        return found, params

    def _walk(self, segments: list[str], params: list[str]) -> _Node | None:
        node = self._root
        for place, segment in enumerate(segments):
            following = node.next.get(segment)
            if following is None and segment and (following := node.next.get(_ONE)) is not None:
                params.append(segment)
            if following is None:
                rest = node.next.get(_REST)
                if rest is not None:
                    params.append("/".join(segments[place:]))
                return rest
            node = following
        return node
