"""A list page of any noun: what it shows is declared once (columns, filters, what an empty list teaches), the handler reads and makes rows.

The template `console/list.html` draws it; a page that has more extends that.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response
from markupsafe import Markup

from gerbang.web import texts
from gerbang.web.console import charts
from gerbang.web.console import filters as filtering
from gerbang.web.console.charts import Slot
from gerbang.web.console.objects import Action
from gerbang.web.console.page_frame import show
from gerbang.web.cursors import Cursors, Place
from gerbang.web.input.cleaning import cleaned
from gerbang.web.pages import locale_of, services_of

T = TypeVar("T")
ROWS: Final = 50
_ANY: Final[Mapping[str, Collection[str]]] = {}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `title` is the key of its words; `place` where its cell stands on a narrow screen (`a1 a2 / b1 b2`, `c1`, `d1` and `e1` a whole
    line, `k1 k2` a third line of two, `off` nowhere) and `lg` that it needs a wide one; `look` is `num`, `mono`, `dim`, `wrap`, or
    `said`: named by its title on a narrow screen, where no head stands above it.
    """

    key: str
    title: str
    place: str = ""
    look: str = ""
    newest_first: bool = False
    is_money: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """One field of the filters. `words` is the beginning of the keys of its options' words, empty where an option is its own word; `of` the kind
    of ids that it takes; `shown` the options that have a tab, all where empty; `after` a day or a minute means its end.
    """

    name: str
    title: str
    kind: Literal["tabs", "choice", "text", "day", "moment", "id"] = "text"
    options: tuple[str, ...] = ()
    words: str = ""
    of: str = ""
    shown: tuple[str, ...] = ()
    after: bool = False
    most: int = 120


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list. All words are keys; `name` its page in the sidebar, `watch` its line of its noun's `watched`, empty for a list that stands still."""

    name: str
    path: str
    title: str
    caption: str
    columns: tuple[Column, ...]
    empty: str
    filters: tuple[Filter, ...] = ()
    lead: str = ""
    how: str = ""
    command: str = ""
    watch: str = ""
    template: str = "list.html"


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one cell: a status with its mark, a moment, a link, or words; with further lines `below`; `slots` is drawn
    as a sparkline before the words; `copy` is the id of the element whose text can be copied: that of `whole`, below, where the text is a name;
    `press` is where a button posts to.
    """

    text: Markup | str = ""
    href: str = ""
    mark: str = ""
    sign: str = ""
    at: datetime | None = None
    below: tuple[Markup | str, ...] = ()
    slots: tuple[Slot, ...] = ()
    copy: str = ""
    whole: str = ""
    press: str = ""

    @property
    def spark(self) -> Markup:
        """The sparkline of the slots; empty where there are none."""
        return charts.spark(self.slots) if self.slots else Markup("")


@dataclass(frozen=True, slots=True)
class Row:
    """One line; its `id` tells which line it was when the list is loaded again."""

    id: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of a list: what was typed, what it means, what is wrong with it, and from where on."""

    page: ListPage
    chosen: dict[str, str]
    values: dict[str, Any]
    wrong: dict[str, Markup]
    options: Mapping[str, Collection[str]]
    cursor: str | None
    place: Place | None

    @property
    def kept(self) -> dict[str, str]:
        """The filters that are set."""
        return {name: value for name, value in self.chosen.items() if value}

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells this question from others, for those who share its answer."""
        return self.page.name, tuple(sorted(self.kept.items())), self.cursor

    def word(self, name: str) -> str | None:
        """The value of a `tabs`, `choice` or `text` filter."""
        found: str | None = self.values[name]
        return found

    def day(self, name: str) -> datetime | None:
        """The value of a `day` or `moment` filter."""
        found: datetime | None = self.values[name]
        return found

    def id(self, name: str) -> UUID | None:
        """The value of an `id` filter."""
        found: UUID | None = self.values[name]
        return found


async def read(request: Request[Any, Any, Any], page: ListPage, options: Mapping[str, Collection[str]] = _ANY) -> Asked:
    """What the address asks; `options` are those of filters whose words are not known before, a mapping where they have names. Raises Invalid for a cursor of another list."""
    chosen = {one.name: cleaned(one.name, request.query_params.get(one.name, ""))[: one.most] for one in page.filters}
    reader = filtering.Filters(chosen, texts.words(locale_of(request)))
    known = {one.name: options.get(one.name, one.options) for one in page.filters}
    values = {one.name: _value(reader, one, known[one.name]) for one in page.filters}
    cursor = request.query_params.get("cursor")
    place = await Cursors(services_of(request).secrets).read(cursor_of(page), cursor)
    return Asked(page=page, chosen=chosen, values=values, wrong=reader.wrong, options=known, cursor=cursor, place=place)


def part_of(found: Sequence[T], place_of: Callable[[T], Place]) -> tuple[Sequence[T], Place | None]:
    """Of what was read with one more than are shown: what is shown, and the place at which the list goes on."""
    shown = found[:ROWS]
    return shown, place_of(shown[-1]) if len(found) > ROWS else None


def cursor_of(page: ListPage) -> str:
    """The name under which the cursors of this list are made."""
    return f"console-{page.name}"


def _value(reader: filtering.Filters, one: Filter, known: Collection[str]) -> Any:
    match one.kind:
        case "tabs" | "choice":
            return reader.word(one.name, known)
        case "id":
            return reader.id(one.name, one.of)
        case "day":
            return reader.day(one.name, after=one.after)
        case "moment":
            return reader.moment(one.name, after=one.after)
        case "text":
            return reader.chosen[one.name] or None


async def show_list(
    request: Request[Any, Any, Any],
    asked: Asked,
    rows: Sequence[Row],
    onward: Place | None = None,
    *,
    actions: Sequence[Action] = (),
    said: Markup | str = "",
    **more: Any,
) -> Response[bytes]:
    """The page with these rows, which goes on at `onward`; `more` is what a template that extends the list wants to know."""
    page, say = asked.page, texts.words(locale_of(request))
    part = await Cursors(services_of(request).secrets).onward(cursor_of(page), rows, onward)
    drawn = {
        "path": page.path,
        "title": say(page.title),
        "lead": say(page.lead) if page.lead else "",
        "caption": say(page.caption),
        "columns": page.columns,
        "fields": [_drawn(one, asked, say) for one in page.filters],
        "chosen": asked.chosen,
        "wrong": asked.wrong,
        "filtered": bool(asked.kept),
        "rows": part.data,
        "newest": address(page, asked.kept) if asked.cursor else "",
        "older": address(page, asked.kept | {"cursor": part.next_cursor}) if part.next_cursor else "",
        "empty": say(page.empty),
        "how": say(page.how) if page.how else "",
        "command": page.command,
        "actions": actions,
        "said": said,
    }
    status_code = 422 if asked.wrong else 200
    return await show(request, page.template, page.name, status_code=status_code, watch=page.watch, **(drawn | more))


def address(page: ListPage, values: Mapping[str, str]) -> str:
    """The list's address with filters."""
    kept = {name: value for name, value in values.items() if value}
    return page.path + (f"?{urlencode(kept)}" if kept else "")


def _word(one: Filter, value: str, known: Collection[str], say: texts.Words) -> str:
    if isinstance(known, Mapping):
        return str(known[value])
    key = f"{one.words}{value}"
    return say(key) if one.words and texts.knows(key) else value


def _drawn(one: Filter, asked: Asked, say: texts.Words) -> dict[str, Any]:
    """A filter as the template draws it."""
    known = asked.options[one.name]
    words = {value: _word(one, value, known, say) for value in known}
    return {
        "name": one.name,
        "kind": one.kind,
        "most": one.most,
        "label": say(one.title),
        "options": list(words.items()),
        "tabs": [(value, words[value]) for value in one.shown or known],
        "links": {value: address(asked.page, asked.kept | {one.name: value}) for value in ("", *known)},
    }
