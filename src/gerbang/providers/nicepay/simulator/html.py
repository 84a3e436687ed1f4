"""The simulator's own pages, in the provider's name and plainly not the provider. Text in, bytes out; no script, no outside file."""

from collections.abc import Mapping
from html import escape
from typing import Final

from gerbang.providers.nicepay.simulator.cards import CVV, EXPIRY, TEST_CARDS
from gerbang.providers.nicepay.simulator.orders import DIRECT_DEBIT, QRIS, Order
from gerbang.providers.nicepay.simulator.partners import OVO, title

HEADERS: Final = (
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "no-store"),
    ("referrer-policy", "no-referrer"),
    ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
)
_STYLE: Final = """
:root{color-scheme:light dark;--ground:#f3f5f3;--paper:#fff;--line:#d3dad6;--edge:#788783;--ink:#0f2024;--ink2:#46565a;
--act:#0b5566;--on:#fff;--bad:#a8321f;--test:#f2b632;--testink:#1d1400}
@media(prefers-color-scheme:dark){:root{--ground:#0d1517;--paper:#142023;--line:#273538;--edge:#6f8286;--ink:#e6edeb;
--ink2:#aebcbb;--act:#4fadbf;--on:#06181c;--bad:#f28d78}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,"Segoe UI",Roboto,sans-serif}
.band{background:var(--test);color:var(--testink);text-align:center;font-size:13px;font-weight:600;padding:8px 16px}
main{max-width:440px;margin:0 auto;padding:24px 16px 48px;display:grid;gap:24px}
header{display:flex;justify-content:space-between;gap:16px;align-items:baseline;border-bottom:1px solid var(--line);padding-bottom:12px}
header b{letter-spacing:.04em}header span{color:var(--ink2);font-size:13px}
h1{font-size:28px;line-height:1.15;margin:0}p{margin:0;color:var(--ink2)}p.bad{color:var(--bad);font-weight:600}
dl{display:grid;grid-template-columns:max-content 1fr;gap:6px 16px;margin:0;font-size:14px}dt{color:var(--ink2)}
dd{margin:0;overflow-wrap:anywhere}dd.sum{font-size:22px;font-weight:650}form{display:grid;gap:16px}
label{display:grid;gap:4px;font-size:14px;font-weight:600}.two{display:grid;grid-template-columns:1fr 1fr;gap:16px}
input{min-height:48px;width:100%;padding:0 12px;border:1px solid var(--edge);border-radius:4px;background:var(--paper);color:inherit;font-family:inherit;font-weight:400;font-size:16px}
button,a.btn{display:grid;place-items:center;min-height:48px;padding:0 24px;border:1px solid var(--edge);border-radius:4px;
background:var(--paper);color:var(--ink);font-family:inherit;font-weight:600;font-size:16px;text-decoration:none;cursor:pointer}
button.main,a.main{background:var(--act);border-color:var(--act);color:var(--on)}
:focus-visible{outline:2px solid var(--act);outline-offset:2px}code{font-family:ui-monospace,monospace;overflow-wrap:anywhere}
main>*{min-width:0}
table{border-collapse:collapse;font-size:13px;width:100%}td,th{text-align:left;padding:6px 12px 6px 0;border-top:1px solid var(--line);font-weight:400}
"""


def rupiah(amount: int) -> str:
    return f"Rp\u00a0{amount:,}".replace(",", ".")


def card_form(order: Order, action: str, wrong: str = "") -> bytes:
    cards = "".join(f"<tr><th><code>{card.number}</code></th><td>{escape(card.title)}</td></tr>" for card in TEST_CARDS)
    error = f'<p class="bad" role="alert">{escape(wrong)}</p>' if wrong else ""
    return _page(
        "Bayar dengan kartu",
        f"""{_bill(order)}{error}
<form method="post" action="{escape(action)}"><input type="hidden" name="tXid" value="{escape(order.txid)}">
<label>Nomor kartu / Card number<input name="cardNo" inputmode="numeric" value="{TEST_CARDS[0].number}" required></label>
<div class="two"><label>Berlaku sampai (YYMM)<input name="cardExpYymm" inputmode="numeric" value="{EXPIRY}" required></label>
<label>CVV<input name="cardCvv" inputmode="numeric" value="{CVV}" required></label></div>
<label>Nama di kartu / Name on card<input name="cardHolderNm" value="{escape(order.buyer)}"></label>
<button class="main">Bayar {rupiah(order.amount)}</button></form>
<section><p>Hanya kartu uji ini yang diterima. / Only these test cards are taken.</p><table>{cards}</table></section>""",
    )


def secure_form(order: Order, action: str, hidden: Mapping[str, str]) -> bytes:
    inputs = "".join(f'<input type="hidden" name="{escape(k)}" value="{escape(v)}">' for k, v in hidden.items())
    return _page(
        "3-D Secure",
        f"""{_bill(order)}<p>Bank penerbit kartu <code>{escape(hidden["card"])}</code> meminta persetujuan Anda.
The card's bank asks for your approval.</p>
<form method="post" action="{escape(action)}">{inputs}
<label>OTP<input name="otp" inputmode="numeric" autocomplete="one-time-code" value="112233"></label>
<button class="main" name="decision" value="approve">Setujui / Approve</button>
<button name="decision" value="refuse">Tolak / Refuse</button></form>""",
    )


def account(order: Order) -> bytes:
    return _page(
        "Virtual account",
        f"{_bill(order)}<p>Transfer ke / to <code>{escape(order.bank)} {escape(order.number)}</code></p>",
    )


def banks(order: Order, action: str, choices: Mapping[str, str], wrong: str) -> bytes:
    """The payer chooses the bank whose number is paid to."""
    error = f'<p class="bad" role="alert">{escape(wrong)}</p>' if wrong else ""
    buttons = "".join(
        f'<button name="bankCd" value="{escape(code)}">{escape(name)}</button>' for code, name in choices.items()
    )
    return _page(
        "Pilih bank",
        f"""{_bill(order)}{error}<p>Pilih bank untuk transfer. / Choose the bank to transfer with.</p>
<form method="post" action="{escape(action)}"><input type="hidden" name="tXid" value="{escape(order.txid)}">{buttons}</form>""",
    )


def app(order: Order, action: str, back: str) -> bytes:
    """The wallet's, the lender's or the bank's own page; OVO asks on the phone instead, and this page waits beside it."""
    name = title(order.method, order.partner)
    asks = (
        f"Permintaan bayar dikirim ke aplikasi OVO di {order.phone}. / The request was pushed to the OVO app at {order.phone}."
        if order.partner == OVO
        else f"Anda berada di {name}. / You are at {name}."
    )
    cashtag = (
        '<label>Cashtag<input name="cashtag" value="$budi" required></label>' if order.method == DIRECT_DEBIT else ""
    )
    return _page(
        f"Bayar dengan {name}",
        f"""{_bill(order)}<p>{escape(asks)}</p>
<form method="post" action="{escape(action)}"><input type="hidden" name="tXid" value="{escape(order.txid)}">
<input type="hidden" name="callBackUrl" value="{escape(back)}">{cashtag}
<button class="main" name="decision" value="approve">Setujui / Approve {rupiah(order.amount)}</button>
<button name="decision" value="refuse">Tolak / Refuse</button></form>""",
        again_s=3 if order.partner == OVO else 0,
    )


def counter_or_qr(order: Order, action: str) -> bytes:
    """What the clerk does with a code, or a payer's app with a QR."""
    name, qr = title(order.method, order.partner), order.method == QRIS
    begin = "Pindai / Scan" if qr else "Cari kode / Look the code up"
    pay = "Bayar / Pay" if qr else "Terima uang tunai / Take the cash"
    refuse = '<button name="decision" value="refuse">Tolak / Refuse</button>' if qr else ""
    return _page(
        name,
        f"""{_bill(order)}<p>{"QR" if qr else "Kode / Code"} <code>{escape(order.number)}</code></p>
<form method="post" action="{escape(action)}"><input type="hidden" name="tXid" value="{escape(order.txid)}">
<button name="decision" value="begin">{begin}</button>
<button class="main" name="decision" value="approve">{pay} {rupiah(order.amount)}</button>{refuse}</form>""",
    )


def ended(order: Order, way_back: str) -> bytes:
    link = f'<a class="btn main" href="{escape(way_back)}">Kembali ke toko / Back to the shop</a>' if way_back else ""
    words = f"<p>Transaksi ini sudah selesai: {order.state.value}. / This transaction is over: {order.state.value}.</p>"
    return _page("Sudah selesai", f"{_bill(order)}{words}{link}")


def message(title: str, text: str) -> bytes:
    return _page(title, f"<p>{escape(text)}</p>")


def _bill(order: Order) -> str:
    return f"""<dl><dt>Jumlah</dt><dd class="sum">{rupiah(order.amount)}</dd><dt>Untuk</dt><dd>{escape(order.goods)}</dd>
<dt>Referensi</dt><dd><code>{escape(order.reference)}</code></dd></dl>"""


def _page(title: str, content: str, again_s: int = 0) -> bytes:
    """A whole page; one that waits for a phone is opened again after so many seconds."""
    again = f'<meta http-equiv="refresh" content="{again_s}">' if again_s else ""
    return f"""<!doctype html><html lang="id"><head><meta charset="utf-8"><title>UJI · {escape(title)} · NICEPAY (simulator)</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{again}<style>{_STYLE}</style></head><body>
<div class="band">MODE UJI: simulator NICEPAY, bukan NICEPAY. Tidak ada uang yang bergerak. / No money moves.</div>
<main><header><b>NICEPAY</b><span>simulator</span></header><h1>{escape(title)}</h1>{content}</main></body></html>""".encode()
