"""All words that people read on pages, Indonesian first and English second, in one table. Numbers and dates are base/formats.py's."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from markupsafe import Markup, escape

from gerbang.base.formats import Locale
from gerbang.web.texts import (
    actors,
    audit,
    claims,
    consent,
    console,
    crypto,
    customers,
    data_requests,
    declines,
    endpoint_owner,
    endpoints,
    links,
    lists,
    marketplace_shops,
    message_texts,
    notifications,
    orders,
    pack,
    payer,
    preferences,
    provider_calls,
    push,
    refunds,
    refusals,
    search,
    settlements,
    shared,
    shop,
    stock,
    unsubscribe,
    work,
)

_TABLES: Final = (
    shared.WORDS,
    payer.WORDS,
    settlements.WORDS,
    shop.WORDS,
    orders.WORDS,
    pack.WORDS,
    claims.WORDS,
    stock.WORDS,
    push.WORDS,
    consent.WORDS,
    crypto.WORDS,
    customers.WORDS,
    data_requests.WORDS,
    refunds.WORDS,
    declines.WORDS,
    console.WORDS,
    links.WORDS,
    work.WORDS,
    search.WORDS,
    endpoints.WORDS,
    endpoint_owner.WORDS,
    actors.WORDS,
    audit.WORDS,
    lists.WORDS,
    marketplace_shops.WORDS,
    notifications.WORDS,
    preferences.WORDS,
    message_texts.WORDS,
    refusals.WORDS,
    provider_calls.WORDS,
    unsubscribe.WORDS,
)
TABLE: Final[Mapping[str, tuple[str, str]]] = {key: pair for table in _TABLES for key, pair in table.items()}
assert len(TABLE) == sum(len(table) for table in _TABLES), "a key stands in two tables"
_BOLD: Final = re.compile(r"\*\*(.+?)\*\*")
_MONO: Final = re.compile(r"`(.+?)`")

Words = Callable[..., Markup]


def marked(text: str) -> Markup:
    """`**bold**` and `` `mono` `` as HTML; everything else is escaped."""
    return Markup(_MONO.sub(r'<span class="mono">\1</span>', _BOLD.sub(r"<b>\1</b>", str(escape(text)))))  # noqa: S704 - escaped first


_READY: Final[Mapping[Locale, Mapping[str, Markup]]] = {
    "id": {key: marked(pair[0]) for key, pair in TABLE.items()},
    "en": {key: marked(pair[1]) for key, pair in TABLE.items()},
}


def words(locale: Locale) -> Words:
    """A function from key and values to words; values are escaped, an unknown key is a KeyError."""
    ready = _READY[locale]

    def say(key: str, **values: Any) -> Markup:
        text = ready[key]
        return text.format(**values) if values else text

    return say


def knows(key: str) -> bool:
    """Whether there are words under this key; for codes that come from elsewhere."""
    return key in TABLE
