"""The payer's page at a checkout's `url`, in Coinbase's place and plainly not Coinbase. Plain HTML; paying is done from a wallet."""

from html import escape
from typing import Final

from gerbang.ports.simulator import Answer
from gerbang.providers.coinbase_checkouts.simulator import views
from gerbang.providers.coinbase_checkouts.simulator.book import Checkout
from gerbang.providers.coinbase_checkouts.simulator.quirks import Quirks

_HEADERS: Final = (
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "no-store"),
    ("referrer-policy", "no-referrer"),
    ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
)
_STYLE: Final = (
    ":root{color-scheme:light dark}body{margin:0;font:16px/1.5 system-ui,sans-serif}main{max-width:440px;margin:0 auto;padding:24px 16px}"
    ".band{background:#f2b632;color:#1d1400;text-align:center;font-weight:600;padding:8px 16px;font-size:13px}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:6px 16px}dd{margin:0;overflow-wrap:anywhere}"
)


def payment(one: Checkout, quirks: Quirks) -> Answer:
    """What to send where, or what became of it."""
    rows = {
        "Amount": f"{views.money(one.amount, quirks)} USDC",
        "Network": views.NETWORKS[one.sandbox],
        "Address": one.address,
        "For": one.description or "—",
        "Status": one.status.value,
    }
    listed = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in rows.items())
    home = one.success_url if one.is_paid else one.fail_url
    back = f'<p><a href="{escape(home)}">Back to the shop</a></p>' if home else ""
    return _page(f"<h1>Pay with USDC</h1><dl>{listed}</dl>{back}")


def missing() -> Answer:
    return _page("<h1>There is no such payment link</h1>", 404)


def _page(main: str, status: int = 200) -> Answer:
    html = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Sandbox checkout</title><style>{_STYLE}</style>"
        f'<div class="band">Sandbox: this is not Coinbase, and no real money moves</div><main>{main}</main></html>'
    )
    return Answer(status, html.encode(), _HEADERS)
