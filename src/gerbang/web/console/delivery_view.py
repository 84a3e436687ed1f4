"""What pages are told of deliveries: one in a line, one whole with its attempts, and as steps of a payment's timeline. Pure."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from markupsafe import Markup

from gerbang.base import formats, ids
from gerbang.base.card_numbers import masked
from gerbang.base.formats import Locale
from gerbang.core.endpoints.model import Delivery, DeliveryStatus, Endpoint, Tried, host_of
from gerbang.core.endpoints.overview import DeliveryLine
from gerbang.core.endpoints.service import MOST_ATTEMPTS
from gerbang.web import texts
from gerbang.web.console.listing import Cell, Column, Row
from gerbang.web.console.objects import Action, Crumb, Fact, Facts, ObjectPage, Step
from gerbang.web.console.page_frame import exact, stamp
from gerbang.web.console.raw import text_of
from gerbang.web.input.masking import without_card_numbers

S = DeliveryStatus
_MARKS: Final[Mapping[str, str]] = {
    "pending": "created",
    "retrying": "pending",
    "held": "held",
    "succeeded": "paid",
    "failed": "failed",
    "cancelled": "cancelled",
}
COLUMNS: Final = (
    Column("state", "dl.state", "a1"),
    Column("event", "dl.event", "b1", "mono"),
    Column("object", "dl.object", "off", "mono dim"),
    Column("endpoint", "dl.endpoint", "c1", "dim wrap"),
    Column("answer", "dl.answer", "a2", "num"),
    Column("took", "dl.took", "off lg", "num"),
    Column("tries", "dl.tries", "off", "num"),
    Column("at", "dl.at", "b2", "num", newest_first=True),
)
OF_ONE: Final = tuple(one for one in COLUMNS if one.key != "endpoint")
_MOST_CURL: Final = 32_768
_HIDDEN_HEADERS: Final = frozenset({"set-cookie", "www-authenticate"})
_PREFIXES: Final[Mapping[str, str]] = {"payment": "pay", "refund": "ref", "endpoint": "ep"}
_PAGES: Final[Mapping[str, str]] = {"payment": "/console/payments/", "endpoint": "/console/endpoints/"}
_WIDE: Final = 300.0  # of the waterfall, in its own units


@dataclass(frozen=True, slots=True)
class Bar:
    """A step of one attempt: where it begins and how wide it is, of 300; `look` is whose time it was."""

    name: str
    look: str
    x: float
    width: float
    took_ms: int


@dataclass(frozen=True, slots=True)
class AttemptTexts:
    """One attempt as its page tells it."""

    number: int
    tried: Tried
    answer: Markup | str
    bars: Sequence[Bar]
    took: str
    sent_headers: Sequence[tuple[str, str]]
    headers: Sequence[tuple[str, str]]
    body: str
    curl: str


def request_line(url: str) -> str:
    """What the request of every attempt begins with."""
    parts = urlsplit(url)
    return f"POST {parts.path or '/'}{f'?{parts.query}' if parts.query else ''} HTTP/1.1"


def answer_of(status_code: int | None, error: str | None, locale: Locale) -> Markup | str:
    """`200`, or in a few words why there was no answer."""
    if status_code is not None:
        return str(status_code)
    key = f"dl.error.{(error or '').partition(':')[0]}"
    return texts.words(locale)(key if texts.knows(key) else "dl.error.other") if error else "–"


def state_of(line: DeliveryLine) -> str:
    """The word of its state: what waits may wait for the first time, again, or behind an earlier event."""
    return _state(line.status, is_tried=line.at is not None, held_by=line.held_by)


def _state(status: DeliveryStatus, *, is_tried: bool, held_by: int | None) -> str:
    if status is not S.PENDING:
        return status.value
    return "held" if held_by is not None else "retrying" if is_tried else "pending"


def row_of(line: DeliveryLine, locale: Locale, base: str = "/console/deliveries") -> Row:
    """A delivery as one line of a list; its page stands below `base`."""
    say, state, id_ = texts.words(locale), state_of(line), ids.show("dlv", line.id)
    waits = say("dl.waits_for", sequence=line.held_by) if line.held_by is not None else ""
    at = line.at or line.made_at
    cells = {
        "state": Cell(say(f"dl.status.{state}"), mark=_MARKS[state]),
        "event": Cell(line.type, href=f"{base}/{id_}"),
        "object": Cell(_numbered(_short(shown_object(line.object_type, line)), line.sequence)),
        "endpoint": Cell(host_of(line.url)),
        "answer": Cell(waits or answer_of(line.status_code, line.error, locale)),
        "took": Cell(formats.duration(line.duration_ms, locale) if line.duration_ms is not None else "–"),
        "tries": Cell(str(line.tries)),
        "at": Cell(stamp(at, locale), at=at),
    }
    return Row(id_, cells)


def shown_object(object_type: str, line: DeliveryLine | Delivery) -> str:
    """The id of what an event is about, as the API shows it; the type of one that has no such id."""
    return ids.show(_PREFIXES[object_type], line.object_id) if object_type in _PREFIXES else object_type


def status_of(one: Delivery, held_by: int | None, locale: Locale) -> Cell:
    """How far a delivery is: its mark and word."""
    state = _state(one.status, is_tried=bool(one.attempts), held_by=held_by)
    return Cell(texts.words(locale)(f"dl.status.{state}"), mark=_MARKS[state])


def _numbered(object_: str, sequence: int) -> str:
    return f"{object_} #{sequence}" if sequence else object_


def _short(id_: str) -> str:
    """An id as short as it can be told apart by eye; the delivery's own page has it whole."""
    head, mark, tail = id_.partition("_")
    return f"{head}_…{tail[-6:]}" if mark else id_


def page_of(one: Delivery, endpoint: Endpoint, held_by: int | None, locale: Locale) -> ObjectPage:
    """The head and the facts of one delivery."""
    say, id_ = texts.words(locale), ids.show("dlv", one.id)
    state = _state(one.status, is_tried=bool(one.attempts), held_by=held_by)
    here, of = f"/console/deliveries/{id_}", f"/console/endpoints/{ids.show('ep', endpoint.id)}"
    acts = [Action(say("dl.resend"), press=f"{here}/resend", look="main" if one.status is S.FAILED else "")]
    if one.status is S.PENDING:
        acts.append(Action(say("dl.cancel"), f"{here}/cancel", look="bad"))
    return ObjectPage(
        name="endpoints",
        id=id_,
        crumb=Crumb(host_of(endpoint.url), of),
        heading=one.type,
        mark=_MARKS[state],
        word=say(f"dl.status.{state}"),
        why=_why(one, endpoint, state, held_by, locale),
        actions=tuple(acts) if endpoint.disabled is None else (),
        facts=(_facts(one, endpoint, of, locale),),
        watch="endpoint",
        template="delivery.html",
    )


def _facts(one: Delivery, endpoint: Endpoint, of: str, locale: Locale) -> Facts:
    say = texts.words(locale)
    shown, page = shown_object(one.object_type, one), _PAGES.get(one.object_type, "")
    facts = [
        Fact(say("dl.endpoint"), host_of(endpoint.url), "mono", href=of),
        Fact(say("dl.object"), shown, "mono", href=f"{page}{shown}" if page else ""),
        Fact(say("dl.sequence"), str(one.sequence) if one.sequence else "–"),
        Fact(say("dl.event.id"), ids.show("evt", one.event_id), copy="evid"),
        Fact(say("dl.made"), f"{stamp(one.created_at, locale)} WIB"),
        Fact(say("dl.tries"), str(one.tries)),
    ]
    if one.next_attempt_at is not None:
        facts.append(Fact(say("dl.next.try"), f"{stamp(one.next_attempt_at, locale)} WIB"))
    if one.sending_until is not None:
        until = stamp(one.sending_until, locale)
        facts.append(Fact(say("dl.sending"), say("dl.sending.until", at=until)))
    return Facts(say("dl.facts"), tuple(facts))


def _why(one: Delivery, endpoint: Endpoint, state: str, held_by: int | None, locale: Locale) -> Markup:
    last = one.attempts[-1] if one.attempts else None
    return texts.words(locale)(
        f"dl.why.{state}",
        host=host_of(endpoint.url),
        answer=answer_of(last.status_code, last.error, locale) if last else "–",
        took=formats.duration(last.duration_ms, locale) if last else "–",
        tries=one.tries,
        next=stamp(one.next_attempt_at, locale) if one.next_attempt_at else "–",
        sequence=held_by,
    )


def attempts_of(one: Delivery, endpoint: Endpoint, body: bytes | None, locale: Locale) -> list[AttemptTexts]:
    """The attempts that are shown, the newest first."""
    first = one.tries - len(one.attempts) + 1 if len(one.attempts) == MOST_ATTEMPTS else 1
    told = [_attempt(first + place, tried, endpoint, body, locale) for place, tried in enumerate(one.attempts)]
    return told[::-1]


def _attempt(number: int, tried: Tried, endpoint: Endpoint, body: bytes | None, locale: Locale) -> AttemptTexts:
    headers = [
        (name, "•••" if name in _HIDDEN_HEADERS else masked(value)) for name, value in tried.response_headers.items()
    ]
    return AttemptTexts(
        number=number,
        tried=tried,
        answer=answer_of(tried.status_code, tried.error, locale),
        bars=bars_of(tried),
        took=formats.duration(tried.duration_ms, locale),
        sent_headers=list(tried.request_headers.items()),
        headers=headers,
        body=text_of(without_card_numbers(tried.response_body)),
        curl=curl_of(endpoint.url, tried.request_headers, body) if body is not None else "",
    )


def bars_of(tried: Tried) -> list[Bar]:
    """Where the time of an attempt went, step after step; what no step saw was spent before the first, or after the last that was seen."""
    seen = [(name, tried.timings.get(f"{name}_ms")) for name in ("dns", "connect", "tls", "first_byte")]
    known = [(name, ms) for name, ms in seen if ms is not None]
    total = max(1, tried.duration_ms, sum(ms for _, ms in known))
    spent = sum(ms for _, ms in known)
    end = "rest" if tried.status_code is not None else "silence"
    steps = [*known, (end, total - spent)] if total > spent else known
    bars, at = [], 0
    for name, ms in steps:
        look = "er" if name == "silence" else "th" if name == "first_byte" else "own"
        bars.append(Bar(name, look, round(at / total * _WIDE, 1), round(max(ms / total * _WIDE, 1.0), 1), ms))
        at += ms
    return bars


def curl_of(url: str, headers: Mapping[str, str], body: bytes) -> str:
    """The very request as a command line; empty for a body that is no text, or too long for one."""
    if len(body) > _MOST_CURL:
        return ""
    lines = ["curl -i -X POST " + shlex.quote(url)]
    lines += [f"  -H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items()]
    return " \\\n".join([*lines, f"  --data-binary {shlex.quote(body.decode(errors='replace'))}"])


def steps_of(lines: Sequence[DeliveryLine], locale: Locale, *, may_open: bool) -> list[Step]:
    """What the shop's own systems were told, oldest first, as steps of a timeline."""
    return [_step(one, locale, may_open=may_open) for one in sorted(lines, key=_moment)]


def _moment(line: DeliveryLine) -> tuple[object, int]:
    return line.at or line.made_at, line.sequence


def _step(line: DeliveryLine, locale: Locale, *, may_open: bool) -> Step:
    say, state = texts.words(locale), state_of(line)
    link = Markup(' <a href="/console/deliveries/{}">{}</a>').format(ids.show("dlv", line.id), say("tl.webhook.open"))
    says = say(
        f"tl.webhook.out.{state}",
        answer=answer_of(line.status_code, line.error, locale),
        took=formats.duration(line.duration_ms or 0, locale),
        next=exact(line.next_attempt_at, locale)[:8] if line.next_attempt_at else "",
    )
    return Step(
        at=line.at or line.made_at,
        lane="to",
        title=say("tl.webhook.out", type=line.type, host=host_of(line.url)),
        says=says + link if may_open else says,
        bad=line.status is S.FAILED,
    )
