"""What the pages of the pack station are told. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup

from gerbang.base import ids
from gerbang.base.formats import Locale
from gerbang.core.orders.model import PREFIX, OrderDetails
from gerbang.core.orders.scanning import PackLine
from gerbang.core.orders.waves_model import WAVE_PREFIX, Wave, WaveOrder
from gerbang.ports.marketplace_orders import ItemStatus
from gerbang.web import texts
from gerbang.web.console.page_frame import refusal, stamp

STATION: Final = "/console/pack"
# What the address may say was just done, and how it looks: a stop is red, what waits for a look is amber.
_SAID: Final[Mapping[str, str]] = {
    "packed": "is-good",
    "wrong": "is-stop",
    "too_many": "is-stop",
    "unknown": "is-stop",
    "incomplete": "is-stop",
    "changed": "is-stop",
    "cancelled": "is-stop",
    "already": "is-held",
    "refused": "is-stop",
    "bad_limit": "is-stop",
    "other": "is-held",
    "waits": "is-held",
    "nothing": "is-held",
}
Words = Markup | str


@dataclass(frozen=True, slots=True)
class Said:
    """What a scan or a press came to: its look, a heading and what to do."""

    look: str
    heading: Words
    cure: Words


@dataclass(frozen=True, slots=True)
class State:
    """The station as it stands. `say` is the one thing to do now; `action` is where the scan box goes, by POST where a bare Enter packs. `got` are the counts, `label`
    is where the label of the order is, empty where there is none.
    """

    say: Words
    about: Words = ""
    order: str = ""
    number: str = ""
    link: str = ""
    lines: Sequence[PackLine] = ()
    now: PackLine | None = None
    got: Sequence[str] = ()
    is_complete: bool = False
    action: str = STATION
    label: str = ""
    said: Said | None = None
    ship_by: str = ""


def state_of(order: OrderDetails | None, lines: Sequence[PackLine], query: Mapping[str, Any], locale: Locale) -> State:
    """What the station shows of an order, None: it waits for one."""
    say, said = texts.words(locale), said_of(query, locale)
    if order is None:
        return State(say("pack.scan_order"), said=said)
    one, shown = order.order, ids.show(PREFIX, order.order.id)
    label = f"/console/orders/{shown}/label" if order.packages and one.connection is not None else ""
    got = [got_of(line) for line in lines if line.counted]
    now = next((line for line in lines if not line.is_complete), None)
    is_complete = bool(lines) and now is None
    if now is not None:
        heading = say("pack.scan_item", name=now.name)
    elif is_complete:
        heading = say("pack.complete")
    elif one.status is ItemStatus.CANCELLED:
        heading = say("pack.cancelled")
    else:
        heading = say("pack.done" if label else "pack.not_here", status=say(f"ord.status.{one.status.value}"))
    return State(
        heading,
        say("pack.about", shop=one.connection or say("ords.own")),
        shown,
        one.number,
        f"/console/orders/{shown}",
        lines,
        now,
        got,
        is_complete,
        f"{STATION}/{shown}?{urlencode([('got', count) for count in got])}" if is_complete else STATION,
        label,
        said,
        stamp(one.ship_by, locale) if one.ship_by and lines else "",
    )


def said_of(query: Mapping[str, Any], locale: Locale) -> Said | None:
    """What the address says was done; it cannot say anything else."""
    say, done = texts.words(locale), str(query.get("done", ""))
    if done not in _SAID:
        return None
    why = refusal(str(query.get("why", "")), locale)
    heading = say(f"pack.said.{done}", last=str(query.get("last", ""))[:120])
    return Said(_SAID[done], heading, say(f"pack.cure.{done}", why=why))


def got_of(line: PackLine) -> str:
    """How an address says what was counted of a SKU."""
    return f"{line.counted} {line.sku}"


def wave_row(one: Wave, locale: Locale) -> Mapping[str, Any]:
    """A wave as the pages show it."""
    say, shown = texts.words(locale), ids.show(WAVE_PREFIX, one.id)
    return {
        "place": f"{STATION}/waves/{shown}",
        "made": stamp(one.created_at, locale),
        "status": say(f"pack.wave.{one.status.value}"),
        "progress": say(
            "pack.wave.progress", packed=one.packed, total=one.total, printed=one.printed, shipped=one.shipped
        ),
        "failed": one.failed,
        "printed": one.printed,
        "is_open": one.status.value not in ("done", "shipped"),
        "can_ship": one.status.value in ("done", "shipped") and one.shipped < one.packed,
        "is_again": one.status.value == "shipped",
    }


def failure_row(one: WaveOrder, own: str) -> Mapping[str, str]:
    """An order that fell out of a wave; `own` names the shop of those that are our own."""
    shown = ids.show(PREFIX, one.order_id)
    return {
        "order": shown,
        "place": f"/console/orders/{shown}",
        "shop": one.connection or own,
        "why": one.reason or one.code,
    }
