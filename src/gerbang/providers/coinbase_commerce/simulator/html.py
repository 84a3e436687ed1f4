"""The hosted page, in the provider's name and plainly not the provider. Text in, bytes out; no script, no outside file."""

from html import escape
from typing import Final

from gerbang.providers.coinbase_commerce.simulator.charges import LEGACY, OPEN, Charge
from gerbang.providers.coinbase_commerce.simulator.views import shown

HEADERS: Final = (
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "no-store"),
    ("referrer-policy", "no-referrer"),
    (
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    ),
)
_STYLE: Final = """
:root{color-scheme:light dark;--ground:#f3f5f3;--paper:#fff;--line:#d3dad6;--edge:#788783;--ink:#0f2024;--ink2:#46565a;
--act:#0b5566;--on:#fff;--test:#f2b632;--testink:#1d1400}
@media(prefers-color-scheme:dark){:root{--ground:#0d1517;--paper:#142023;--line:#273538;--edge:#6f8286;--ink:#e6edeb;
--ink2:#aebcbb;--act:#4fadbf;--on:#06181c}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,"Segoe UI",Roboto,sans-serif}
.band{background:var(--test);color:var(--testink);text-align:center;font-size:13px;font-weight:600;padding:8px 16px}
main{max-width:440px;margin:0 auto;padding:24px 16px 48px;display:grid;gap:24px}
header{display:flex;justify-content:space-between;gap:16px;align-items:baseline;border-bottom:1px solid var(--line);padding-bottom:12px}
header span{color:var(--ink2);font-size:13px}h1{font-size:28px;line-height:1.15;margin:0}p{margin:0;color:var(--ink2)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:6px 16px;margin:0;font-size:14px}dt{color:var(--ink2)}
dd{margin:0;overflow-wrap:anywhere}dd.sum{font-size:22px;font-weight:650}form{display:grid;gap:16px}
button,a.btn{display:grid;place-items:center;min-height:48px;padding:0 24px;border:1px solid var(--edge);border-radius:4px;
background:var(--paper);color:var(--ink);font-family:inherit;font-weight:600;font-size:16px;text-decoration:none;cursor:pointer}
button.main,a.main{background:var(--act);border-color:var(--act);color:var(--on)}
:focus-visible{outline:2px solid var(--act);outline-offset:2px}code{font-family:ui-monospace,monospace}
"""


def page(charge: Charge, provider: str, path: str) -> bytes:
    """What the payer sees. `path` is the page's own, where the sandbox sends the browser back to after paying."""
    if charge.status in OPEN:
        return _page(
            "Bayar dengan kripto", _bill(charge) + _pay(charge, provider, path) + _back(charge, charge.cancel_url)
        )
    words = f"<p>Tagihan ini sudah selesai: {charge.status}. / This charge is over: {charge.status}.</p>"
    return _page("Status tagihan", _bill(charge) + words + _back(charge, charge.redirect_url))


def message(title: str, text: str) -> bytes:
    return _page(title, f"<p>{escape(text)}</p>")


def _bill(charge: Charge) -> str:
    rows = [
        ("Jumlah", f"{shown(charge.amount, charge.asset)} {charge.asset}"),
        ("Untuk", charge.name),
        ("Kode", charge.code),
    ]
    rows += [(f"Alamat {coin}", address) for coin, address in charge.addresses.items()]
    cells = [f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows[1:]]
    return f'<dl><dt>{rows[0][0]}</dt><dd class="sum">{escape(rows[0][1])}</dd>{"".join(cells)}</dl>'


def _pay(charge: Charge, provider: str, path: str) -> str:
    how = (
        "Kirim dari dompet uji / Send from the test wallet"
        if charge.generation == LEGACY
        else "Hubungkan dompet uji dan bayar / Connect the test wallet and pay"
    )
    fields = {"provider": provider, "reference": charge.id, "do": "pay", "back": path}
    hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in fields.items())
    return f'<form method="post" action="/do">{hidden}<button class="main">{how}</button></form>'


def _back(charge: Charge, url: str) -> str:
    if not url.startswith(("https://", "http://")):
        return ""
    main = "" if charge.status in OPEN else " main"
    return f'<a class="btn{main}" href="{escape(url)}">Kembali ke toko / Back to the shop</a>'


def _page(title: str, content: str) -> bytes:
    return f"""<!doctype html><html lang="id"><head><meta charset="utf-8"><title>UJI · {escape(title)} · Coinbase Commerce (simulator)</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head><body>
<div class="band">MODE UJI: simulator Coinbase Commerce, bukan Coinbase. Tidak ada uang yang bergerak. / No money moves.</div>
<main><header><b>Coinbase Commerce</b><span>simulator</span></header><h1>{escape(title)}</h1>{content}</main></body></html>""".encode()
