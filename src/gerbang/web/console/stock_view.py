"""What pages are told of products, their stock and the listings of shops. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

from markupsafe import Markup

from gerbang.base import formats, ids
from gerbang.base.formats import Locale
from gerbang.core.audit.model import Recorded
from gerbang.core.catalogue.allocation import available, free_in, limited_by
from gerbang.core.catalogue.listings.model import LISTING_PREFIX, PENDING, Listing, PushState
from gerbang.core.catalogue.model import PREFIX, WRITE, Product, StockMovement
from gerbang.core.identity.model import Caller
from gerbang.web import texts
from gerbang.web.console.action_words import sentence
from gerbang.web.console.actors import Names, called
from gerbang.web.console.listing import Cell, Column, Row
from gerbang.web.console.objects import Action, Crumb, Fact, Facts, Lane, ObjectPage, Step, allowed
from gerbang.web.console.page_frame import stamp
from gerbang.web.texts.actions import Sentences

COLUMNS: Final = (
    Column("sku", "stock.sku", "a1", "mono"),
    Column("where", "stock.where", "off lg"),
    Column("pool", "stock.pool", "off lg", "num"),
    Column("reserved", "stock.reserved", "off", "num"),
    Column("free", "stock.free", "a2", "num"),
    Column("shops", "stock.shops", "c1", "wrap"),
    Column("differs", "stock.differs", "d1", "wrap"),
    Column("time", "stock.since", "off lg", "num", newest_first=True),
)
LEVELS: Final = (
    Column("where", "stock.where", "a1"),
    Column("pool", "stock.pool", "k1", "num"),
    Column("reserved", "stock.reserved", "k2", "num"),
    Column("free", "stock.free", "a2", "num"),
)
MOVES: Final = (
    Column("kind", "stock.move.kind", "a1"),
    Column("where", "stock.where", "b1"),
    Column("change", "stock.move.change", "a2", "num"),
    Column("pool", "stock.pool", "off lg", "num"),
    Column("for", "stock.move.for", "off lg", "mono"),
    Column("time", "stock.move.time", "b2", "num", newest_first=True),
)
LISTINGS: Final = (
    Column("theirs", "lst.theirs", "a1", "mono"),
    Column("shop", "lst.shop", "b1", "mono"),
    Column("ours", "lst.ours", "b2", "mono"),
    Column("there", "lst.there", "a2", "num"),
    Column("state", "lst.state", "c1", "wrap"),
    Column("seen", "lst.seen", "off lg", "num"),
    Column("act", "lst.push", "d1"),
)
_READ_ONLY: Final = tuple(one for one in LISTINGS if one.key != "act")
_MARKS: Final[Mapping[PushState, str]] = {
    PushState.CURRENT: "paid",
    PushState.DUE: "pending",
    PushState.UNCLEAR: "pending",
    PushState.LOCKED: "unknown",
    PushState.NOT_MINE: "unknown",
    PushState.REFUSED: "failed",
    PushState.NO_WAREHOUSE: "unknown",
}


def listing_columns(caller: Caller) -> tuple[Column, ...]:
    """The columns of listings: who may only see has no buttons."""
    return LISTINGS if caller.may(WRITE) else _READ_ONLY


def place_of(product: Product) -> str:
    """The page of a product."""
    return f"/console/stock/{quote(product.sku, safe='')}"


def row_of(one: Product, listings: Sequence[Listing], locale: Locale) -> Row:
    """A product as one line of the list."""
    own = one.own_stock
    counted = bool(own) and not one.components
    first, *more = differences(one, listings, locale)
    shops = [f"{listing.connection} {_there(listing)}" for listing in listings]
    cells = {
        "sku": Cell(one.sku, href=place_of(one), below=(one.name,)),
        "where": Cell(", ".join(level.warehouse for level in one.stock)),
        "pool": Cell(str(sum(level.quantity for level in own)) if counted else "–"),
        "reserved": Cell(str(sum(level.reserved for level in own)) if counted else "–"),
        "free": Cell(str(available(one)) if counted or one.components else "–"),
        "shops": Cell(shops[0] if shops else "–", below=tuple(shops[1:])),
        "differs": Cell(first, below=tuple(more)),
        "time": Cell(stamp(one.created_at, locale), at=one.created_at),
    }
    return Row(ids.show(PREFIX, one.id), cells)


def differences(one: Product, listings: Sequence[Listing], locale: Locale) -> list[Markup | str]:
    """What does not agree, the worst first; that all does, where it does."""
    say = texts.words(locale)
    missing = sum(max(0, level.reserved - level.quantity) for level in one.own_stock)
    said: list[Markup | str] = [say("stock.oversold", count=missing)] if missing else []
    for listing in listings:
        push = listing.stock
        if push is not None and push.state in PENDING:
            said.append(say(f"stock.state.{push.state.value}", shop=listing.connection, code=push.code))
        elif listing.differs:
            said.append(say("stock.shows", shop=listing.connection, count=_there(listing)))
        elif push is not None and push.due_at is not None and free_in(one):
            said.append(say("stock.waits", shop=listing.connection))
    if one.components:
        said.append(say("stock.bundle", sku=limited_by(one)))
    elif not one.stock:
        said.append(say("stock.not_counted"))
    elif not one.own_stock:
        said.append(say("stock.read_only.why", shop=one.stock[0].fulfilled_by))
    return said or [say("stock.matches")]


def page_of(
    one: Product,
    listings: Sequence[Listing],
    history: Sequence[Recorded],
    known: Sentences,
    caller: Caller,
    locale: Locale,
    names: Names,
) -> ObjectPage:
    """The head, the facts and the timeline of one."""
    say, here = texts.words(locale), place_of(one)
    count = () if one.components else ((WRITE, Action(say("stock.count"), f"{here}/count", look="main")),)
    return ObjectPage(
        name="stock",
        id=ids.show(PREFIX, one.id),
        crumb=Crumb(say("nav.stock"), "/console/stock"),
        heading=one.sku,
        lead=one.name,
        why=Markup("; ").join(differences(one, listings, locale)),
        actions=allowed(caller, *count, (WRITE, Action(say("stock.price.set"), f"{here}/price"))),
        facts=(_facts(one, locale),),
        steps=tuple(_step(entry, known, names, locale) for entry in history),
        watch="product",
        about=ids.show(PREFIX, one.id),
        template="stock_product.html",
    )


def levels_of(one: Product, locale: Locale) -> list[Row]:
    """Its stock, warehouse by warehouse."""
    say = texts.words(locale)
    if one.components:
        return [
            Row("", {"where": Cell(place), "pool": Cell("–"), "reserved": Cell("–"), "free": Cell(str(count))})
            for place, count in free_in(one).items()
        ]
    return [
        Row(
            "",
            {
                "where": Cell(
                    level.warehouse,
                    below=(say("stock.read_only.why", shop=level.fulfilled_by),) if level.fulfilled_by else (),
                ),
                "pool": Cell(str(level.quantity)),
                "reserved": Cell("–" if level.fulfilled_by else str(level.reserved)),
                "free": Cell(str(level.free)),
            },
        )
        for level in one.stock
    ]


def move_of(one: StockMovement, locale: Locale) -> Row:
    """A movement as one line."""
    cells = {
        "kind": Cell(texts.words(locale)(f"stock.move.{one.kind.value}")),
        "where": Cell(one.warehouse),
        "change": Cell(f"{one.change:+d}".replace("-", "−")),
        "pool": Cell(str(one.quantity)),
        "for": Cell(one.owner),
        "time": Cell(stamp(one.made_at, locale), at=one.made_at),
    }
    return Row(ids.show("stm", one.id), cells)


def listing_row(one: Listing, locale: Locale, *, may_write: bool) -> Row:
    """A listing as one line."""
    say, shown = texts.words(locale), ids.show(LISTING_PREFIX, one.id)
    here = f"/console/listings/{shown}"
    word, mark, below = _standing(one, locale)
    cells = {
        "theirs": Cell(one.seller_sku or one.variant, href=f"{here}/map" if may_write else "", below=(one.name,)),
        "shop": Cell(one.connection, href=f"/console/stock-rules/{one.connection}" if may_write else ""),
        "ours": Cell(one.sku or "–", href=f"/console/stock/{quote(one.sku, safe='')}" if one.sku else ""),
        "there": Cell(_there(one)),
        "state": Cell(word, mark=mark, below=below),
        "seen": Cell(stamp(one.seen_at, locale), at=one.seen_at),
        "act": Cell(say("lst.push"), press=f"{here}/push") if may_write and one.sku else Cell(),
    }
    return Row(shown, cells)


def _standing(one: Listing, locale: Locale) -> tuple[Markup, str, tuple[Markup | str, ...]]:
    """How a listing stands, its mark, and why."""
    say = texts.words(locale)
    if one.sku is None or one.stock is None:
        return say("lst.state.none"), "created", ()
    sent = one.stock.sent
    told = say("lst.sent", count=sum(sent.values())) if sent is not None else ""
    if one.differs:
        return say("lst.state.different"), "unknown", (told,)
    why = f"{one.stock.code} {one.stock.said}".strip() if one.stock.state in PENDING else ""
    return say(f"lst.state.{one.stock.state.value}"), _MARKS[one.stock.state], (why, told)


def _there(one: Listing) -> str:
    return str(sum(level.sellable for level in one.seen)) if one.seen else "–"


def _facts(one: Product, locale: Locale) -> Facts:
    say = texts.words(locale)
    price = formats.money(one.price.amount, one.price.currency, locale) if one.price else "–"
    facts = [
        Fact(say("stock.sku"), one.sku, "mono", copy="sku"),
        Fact(say("stock.price"), price, "num"),
        Fact(say("stock.free"), str(available(one)), "num"),
        Fact(say("stock.since"), f"{stamp(one.created_at, locale)} WIB"),
    ]
    facts += [Fact(say("stock.components"), f"{part.quantity} × {part.sku}", "mono") for part in one.components]
    return Facts(say("stock.facts"), tuple(facts))


def _step(entry: Recorded, known: Sentences, names: Names, locale: Locale) -> Step:
    currency = str(entry.detail.get("currency", ""))
    words = sentence(known, entry.action, entry.detail, called(entry.actor, names, locale), locale, currency)
    lane: Lane = "from" if entry.actor.startswith("key:") else "ins"
    return Step(entry.happened_at, lane, words, str(entry.detail.get("warehouse", "")))
