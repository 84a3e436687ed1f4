"""GET of many: /charges, /events and /checkouts by pages (notes 2.1)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl, urlencode

from gerbang.ports.simulator import Request
from gerbang.providers.coinbase_commerce.simulator.refusals import Refused

_DEFAULT: Final = 25
_MOST: Final = 100
T = TypeVar("T")


def page(request: Request, items: Sequence[tuple[str, T]]) -> tuple[Sequence[T], Mapping[str, Any]]:
    """The page that the query asks of `items` (newest first, each with its id), and the pagination object beside it. Raises Refused."""
    query = dict(parse_qsl(request.query.decode("utf-8", "replace")))
    limit, order = _limit(query.get("limit", "")), query.get("order", "desc")
    if order not in {"asc", "desc"}:
        raise Refused("validation_error", "order is asc or desc")
    wanted = list(items) if order == "desc" else list(reversed(items))
    ids = [id_ for id_, _ in wanted]
    first, last = 0, len(wanted)
    if after := query.get("starting_after"):
        first = _place(ids, after) + 1
    if before := query.get("ending_before"):
        last = _place(ids, before)
        first = max(first, last - limit)
    shown = wanted[first:last][:limit]
    names = [id_ for id_, _ in shown]
    pagination = {
        "order": order,
        "starting_after": query.get("starting_after"),
        "ending_before": query.get("ending_before"),
        "total": len(wanted),
        "limit": limit,
        "yielded": len(shown),
        "cursor_range": [names[0], names[-1]] if names else [],
        "previous_uri": _uri(request, limit, order, "ending_before", names[0]) if names and first else None,
        "next_uri": _uri(request, limit, order, "starting_after", names[-1])
        if names and names[-1] != ids[-1]
        else None,
    }
    return [item for _, item in shown], pagination


def _limit(text: str) -> int:
    if not text:
        return _DEFAULT
    if not (text.isascii() and text.isdigit()) or int(text) > _MOST:
        raise Refused("validation_error", f"limit is 0 to {_MOST}")
    return int(text)


def _place(ids: Sequence[str], id_: str) -> int:
    if id_ not in ids:
        raise Refused("not_found", "There is no such cursor")
    return ids.index(id_)


def _uri(request: Request, limit: int, order: str, cursor: str, id_: str) -> str:
    return f"{request.base_url}{request.path}?{urlencode({'limit': limit, 'order': order, cursor: id_})}"
