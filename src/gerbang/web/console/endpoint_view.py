"""What pages are told of an endpoint: how it stands, why, and how it is sent to. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup

from gerbang.base import formats, ids
from gerbang.base.formats import Locale
from gerbang.core.endpoints.model import PERSONAL, DisabledReason, Endpoint, host_of
from gerbang.core.endpoints.overview import DeliveryLine, Standing
from gerbang.core.endpoints.schedule import FAILING_MOST
from gerbang.web import texts
from gerbang.web.console.charts import Slot
from gerbang.web.console.delivery_view import answer_of
from gerbang.web.console.listing import Cell, Column, Row
from gerbang.web.console.objects import Action, Crumb, Fact, Facts, ObjectPage
from gerbang.web.console.page_frame import stamp

_MARKS: Final[Mapping[str, str]] = {
    "on": "paid",
    "slow": "part_paid",
    "failing": "disputed",
    "off": "cancelled",
    "new": "created",
}
_URGENCY: Final = ("failing", "slow", "on", "new", "off")
_REDIRECTS: Final = range(300, 400)
_MOST_COUNTED: Final = 1_000
COLUMNS: Final = (
    Column("state", "ep.state", "a1"),
    Column("address", "ep.endpoint", "b1", "wrap"),
    Column("events", "ep.events", "off lg", "mono wrap small"),
    Column("success", "ep.success", "a2", "num"),
    Column("p95", "ep.p95", "off lg", "num"),
    Column("queue", "ep.queue", "off", "num"),
    Column("newest", "ep.newest", "b2", "num"),
)


def state_of(endpoint: Endpoint, standing: Standing) -> str:
    """How it stands: `failing` takes nothing at all, `slow` failed and takes things again or may in a moment."""
    if endpoint.disabled is not None:
        return "off"
    if endpoint.failing_since is not None:
        return "slow" if standing.arrived else "failing"
    return "new" if standing.newest_at is None else "on"


def urgency(state: str) -> int:
    """Where it stands in a list: what needs a person first."""
    return _URGENCY.index(state)


def row_of(endpoint: Endpoint, standing: Standing, locale: Locale) -> Row:
    """An endpoint as one line of the list."""
    say, id_, state = texts.words(locale), ids.show("ep", endpoint.id), state_of(endpoint, standing)
    newest = standing.newest_at
    cells = {
        "state": Cell(say(f"ep.state.{state}"), mark=_MARKS[state]),
        "address": Cell(host_of(endpoint.url), href=f"/console/endpoints/{id_}", below=(endpoint.description,)),
        "events": Cell(" ".join(endpoint.events)),
        "success": Cell(share(standing, locale), slots=slots_of(standing)),
        "p95": Cell(_p95(standing, locale)),
        "queue": Cell(_counted(standing.waiting)),
        "newest": Cell(stamp(newest, locale), at=newest) if newest else Cell(say("ep.never")),
    }
    return Row(id_, cells)


def slots_of(standing: Standing) -> tuple[Slot, ...]:
    """The last 24 hours as a sparkline."""
    return tuple(Slot(count, failed) for count, failed in standing.hours)


def share(standing: Standing, locale: Locale) -> str:
    """`99,2 %` of what was tried arrived; `–` of nothing."""
    if not standing.tried:
        return "–"
    tenths = standing.arrived * 1000 // standing.tried  # never rounded up: 100 % means all
    whole, part = divmod(tenths, 10)
    mark = "," if locale == "id" else "."
    return f"{whole}{mark}{part}{formats.NBSP}%" if part else f"{whole}{formats.NBSP}%"


def share_of_day(standing: Standing, locale: Locale) -> Markup | str:
    """The share with what it is of; empty of nothing."""
    if not standing.tried:
        return ""
    return texts.words(locale)("ep.share", share=share(standing, locale), tried=standing.tried)


def page_of(endpoint: Endpoint, standing: Standing, last: DeliveryLine | None, locale: Locale) -> ObjectPage:
    """The head and the facts of one endpoint; `last` is the newest delivery that was tried."""
    say, id_, state = texts.words(locale), ids.show("ep", endpoint.id), state_of(endpoint, standing)
    return ObjectPage(
        name="endpoints",
        id=id_,
        crumb=Crumb(say("nav.endpoints"), "/console/endpoints"),
        heading=host_of(endpoint.url),
        mark=_MARKS[state],
        word=say(f"ep.state.{state}"),
        lead=endpoint.description,
        why=_why(endpoint, standing, state, last, locale),
        actions=_actions(endpoint, state, locale),
        facts=(_how(endpoint, standing, locale),),
        watch="endpoint",
        template="endpoint.html",
    )


def _actions(endpoint: Endpoint, state: str, locale: Locale) -> tuple[Action, ...]:
    say, here = texts.words(locale), f"/console/endpoints/{ids.show('ep', endpoint.id)}"
    edit, delete = Action(say("ep.edit"), f"{here}/edit"), Action(say("ep.delete"), f"{here}/delete", look="bad")
    if endpoint.disabled is not None:
        return Action(say("ep.enable"), press=f"{here}/enable", look="main"), edit, delete
    return (
        Action(say("ep.test"), press=f"{here}/test", look="main" if state == "new" else ""),
        edit,
        Action(say("ep.rotate"), f"{here}/rotate"),
        Action(say("ep.resend"), f"{here}/resend"),
        Action(say("ep.owner"), f"{here}/owner"),
        Action(say("ep.disable"), f"{here}/disable", look="bad"),
        delete,
    )


def _how(endpoint: Endpoint, standing: Standing, locale: Locale) -> Facts:
    say = texts.words(locale)
    trail = f"/console/audit?{urlencode({'object': ids.show('ep', endpoint.id)})}"
    waits = _counted(standing.waiting) if standing.waiting else say("ep.waits.none")
    at = standing.next_attempt_at
    facts = (
        Fact(say("ep.address"), endpoint.url, "mono", copy="url"),
        Fact(say("ep.events"), " ".join(endpoint.events), "mono"),
        Fact(say("ep.waits"), waits, small=say("ep.waits.next", at=stamp(at, locale)) if at else ""),
        Fact(say("ep.signing"), say(f"ep.signing.{endpoint.signing.value}")),
        Fact(say("ep.ordered"), say("ep.ordered.yes" if endpoint.ordered else "ep.ordered.no")),
        Fact(
            say("ep.rate"),
            say("ep.rate.of", count=endpoint.rate_per_s) if endpoint.rate_per_s else say("ep.rate.none"),
        ),
        Fact(say("ep.personal"), say("ep.personal.yes" if PERSONAL in endpoint.include else "ep.personal.no")),
        Fact(say("ep.retries"), say(f"ep.retries.{endpoint.profile.value}")),
        Fact(say("ep.made"), f"{stamp(endpoint.created_at, locale)} WIB"),
        Fact(say("ep.trail"), say("ep.trail.open"), href=trail),
    )
    return Facts(say("ep.how"), facts)


def _why(endpoint: Endpoint, standing: Standing, state: str, last: DeliveryLine | None, locale: Locale) -> Markup:
    """One sentence, and where it fails what to do about it."""
    say = texts.words(locale)
    if endpoint.disabled is not None:
        why = say(f"ep.why.off.{endpoint.disabled.value}")
        return _with_cure(why, last, locale) if endpoint.disabled is DisabledReason.FAILING else why
    if endpoint.failing_since is not None:
        off = stamp(endpoint.failing_since + FAILING_MOST, locale)
        return _with_cure(say("ep.why.failing", since=stamp(endpoint.failing_since, locale), off=off), last, locale)
    if state == "new":
        return say("ep.why.new")
    if not standing.tried:
        return say("ep.why.quiet")
    return say("ep.why.on", arrived=standing.arrived, tried=standing.tried, p95=_p95(standing, locale))


def _with_cure(why: Markup, last: DeliveryLine | None, locale: Locale) -> Markup:
    if last is None or last.error is None:
        return why
    say = texts.words(locale)
    answer = answer_of(last.status_code, last.error, locale)
    return Markup(" ").join([why, say("ep.cure.lead", answer=answer), say(f"ep.cure.{cure_of(last)}")])


def cure_of(last: DeliveryLine) -> str:
    """What is wrong at the receiver, as one of the cures that are known."""
    match last.status_code:
        case None:
            code = (last.error or "").partition(":")[0]
            known = {"upstream_unreachable": "unreachable", "target_refused": "forbidden", "outcome_unknown": "silent"}
            return known.get(code, "other")
        case status if status in _REDIRECTS:
            return "redirect"
        case 401 | 403 | 400:
            return "denied"
        case 404 | 405:
            return "missing"
        case status if status >= 500:
            return "broken"
        case _:
            return "other"


def last_tried(lines: Sequence[DeliveryLine]) -> DeliveryLine | None:
    """Of deliveries the one that was tried last."""
    tried = [one for one in lines if one.at is not None]
    return max(tried, key=lambda one: one.at or one.made_at, default=None)


def _p95(standing: Standing, locale: Locale) -> str:
    return formats.duration(standing.p95_ms, locale) if standing.p95_ms is not None else "–"


def _counted(waiting: int) -> str:
    return f"{_MOST_COUNTED}+" if waiting >= _MOST_COUNTED else str(waiting)
