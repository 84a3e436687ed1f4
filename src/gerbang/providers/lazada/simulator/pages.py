"""The browser's pages in Lazada's place, plainly not Lazada: the seller's log-in and consent. Plain HTML, no script."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from gerbang.ports.simulator import Answer, Outcome
from gerbang.providers.lazada.simulator.config import App, Shop
from gerbang.providers.lazada.simulator.countries import COUNTRIES

_HEADERS: Final = (
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "no-store"),
    ("referrer-policy", "no-referrer"),
    ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
)
_STYLE: Final = (
    ":root{color-scheme:light dark}body{margin:0;font:16px/1.5 system-ui,sans-serif}main{max-width:480px;margin:0 auto;padding:24px 16px}"
    ".band{background:#f2b632;color:#1d1400;text-align:center;font-weight:600;padding:8px 16px;font-size:13px}"
    "fieldset{border:1px solid #8886;border-radius:8px;margin:0 0 16px}label{display:block;padding:8px 4px}"
    "button{font:inherit;padding:10px 18px;border-radius:8px;border:1px solid #8888;cursor:pointer;margin-right:8px}"
)
_CARRIED: Final = ("response_type", "force_auth", "redirect_uri", "client_id", "state")


def authorise(app: App, shops: Sequence[Shop], values: Mapping[str, str]) -> Outcome:
    """Whose log-in it is, and whether the app may act for them."""
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(values[name])}">' for name in _CARRIED if name in values
    )
    choices = "".join(
        f'<label><input type="radio" name="seller" value="{escape(shop.seller_id)}"{" checked" if not number else ""}> '
        f"{escape(shop.name)}, {COUNTRIES[shop.country].name} ({escape(shop.email)})</label>"
        for number, shop in enumerate(shops)
    )
    return _page(
        f"<h1>Authorise {escape(app.name)}</h1><p>The app may read orders, pack and ship them, and change stock and prices of the shop that logs in.</p>"
        f'<form method="post" action="">{hidden}<fieldset><legend>Log in as</legend>{choices or "There is no seller."}</fieldset>'
        '<button name="decision" value="agree">Log in and authorise</button> <button name="decision" value="refuse">Refuse</button></form>'
    )


def refused(why: str) -> Outcome:
    return _page(f"<h1>This cannot be authorised</h1><p>{escape(why)}</p>", 400)


def away(back: str, query: str) -> Outcome:
    address = f"{back}{'&' if '?' in back else '?'}{query}"
    return Outcome(Answer(303, b"", (("location", address), ("cache-control", "no-store"))))


def _page(main: str, status: int = 200) -> Outcome:
    html = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Sandbox seller log-in</title><style>{_STYLE}</style>"
        f'<div class="band">Sandbox: this is not Lazada, and no real shop is opened</div><main>{main}</main></html>'
    )
    return Outcome(Answer(status, html.encode(), _HEADERS))
