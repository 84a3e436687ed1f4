"""Every page of the payer from made-up payments: both languages, no inline anything, test mode unmistakable, hostile names harmless."""

import base64
import gzip
import hashlib
import re
from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from gerbang.base.formats import Locale
from gerbang.core.payments.model import PaymentStatus
from gerbang.ports.payment import MethodOption, Payer
from gerbang.web import pages
from gerbang.web.checkout import qr
from gerbang.web.checkout.provider_signs import ProviderSigns
from gerbang.web.checkout.view import page_of
from tests.web.checkout import example_payments
from tests.web.checkout.example_payments import RETURNED, RETURNED_TO_PHONE, STORIES

LINKS = {"id": "?lang=id", "en": "?lang=en"}
FIRST_ANSWER_BYTES = 10 * 1460  # what a server sends before it waits for the first word back (RFC 6928)
SCRIPT_BYTES = 15 * 1024
TOKEN = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
RETURNS = {"asking": RETURNED, "asking-phone": RETURNED_TO_PHONE}
EVERY = [(name, locale) for name in (*STORIES, *RETURNS) for locale in ("id", "en")]


def rendered(name: str, locale: Locale) -> str:
    details = RETURNS.get(name) or STORIES[name]
    visit = example_payments.visit(
        locale,
        returned=name in RETURNS,
        seen=example_payments.SEEN.get(name, ()),
        signs=example_payments.signs_of(details),
    )
    template, values = page_of(details, visit, example_payments.choice())
    return pages.render(template, locale, LINKS, **values)


@pytest.mark.parametrize(("name", "locale"), EVERY)
def test_every_state_is_a_whole_page_in_both_languages(name: str, locale: Locale) -> None:
    html = rendered(name, locale)
    assert f'<html lang="{locale}">' in html
    assert len(re.findall(r"<h1[ >]", html)) == 1
    assert len(re.findall(r"<title>.+</title>", html)) == 1
    assert 'class="skip" href="#isi"' in html
    assert 'id="isi"' in html
    assert html.count("btn main") <= 1
    assert not re.search(r"\{\w+\}", html), "a placeholder was not filled"


@pytest.mark.parametrize(("name", "locale"), EVERY)
def test_nothing_is_inline_but_the_sheet_and_nothing_is_asked_of_anybody_else(name: str, locale: Locale) -> None:
    """R47: the strict policy of every page would refuse all of these; it names the sheet by its digest."""
    html = rendered(name, locale)
    assert not re.search(r"<[^>]+\sstyle\s*=", html)
    assert not re.search(r"<[^>]+\son\w+\s*=", html)
    sheets = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert html.count("<style") == len(sheets) == 1
    digest = base64.b64encode(hashlib.sha256(sheets[0].encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}';" in pages.HEADERS["content-security-policy"]
    assert all(address.startswith("/static/") for address in re.findall(r'url\("?([^")]+)', sheets[0]))
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))
    loads = re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="([^"]+)"', html)
    assert loads
    assert all(address.startswith("/static/") for address in loads)


@pytest.mark.parametrize("locale", ["id", "en"])
@pytest.mark.parametrize("name", list(STORIES))
def test_test_mode_cannot_be_mistaken_and_live_mode_has_none_of_it(name: str, locale: Locale) -> None:
    details = STORIES[name]
    for livemode in (True, False):
        told = changed(details, payment=changed(details.payment, livemode=livemode))
        template, values = page_of(told, example_payments.visit(locale), example_payments.choice())
        html = re.sub("<style>.*?</style>", "", pages.render(template, locale, LINKS, **values), flags=re.DOTALL)
        signs = ("test-band", "is-test", 'class="uji"', {"id": "UJI · ", "en": "TEST · "}[locale])
        assert all((sign in html) is not livemode for sign in signs)
        assert ({"id": "CONTOH, BUKAN BUKTI BAYAR", "en": "SAMPLE, NOT A PROOF"}[locale] in html) is (
            template == "pay/receipt.html" and not livemode
        )


@pytest.mark.parametrize("name", ["checking-unknown", "checking-held", "checking-disputed"])
def test_a_payer_never_reads_held_unknown_or_disputed(name: str) -> None:
    indonesian, english = rendered(name, "id"), rendered(name, "en")
    assert "Kami sedang memeriksa pembayaran Anda" in indonesian
    assert "Jangan bayar lagi dulu" in indonesian
    for word in ("Ditahan", "Belum pasti", "Disanggah", "Held", "Unknown", "Disputed", "choose"):
        assert word not in indonesian + english


def test_a_number_is_shown_in_fours_and_copied_whole() -> None:
    html = rendered("account", "id")
    assert "7001 4002 1648 0392" in html
    assert 'data-copy="7001400216480392"' in html
    assert 'data-copy="150000"' in html
    assert "s•••@example.com" in html
    assert "sari.wulandari@example.com" not in html


def test_what_is_missing_is_what_is_asked_for_when_a_part_came() -> None:
    html = rendered("part-paid", "id")
    assert "Masih kurang Rp\u00a020.000" in html
    assert 'data-copy="20000"' in html
    assert "?choose=1" not in html


@pytest.mark.parametrize(
    ("name", "says", "never"),
    [
        ("part-once", "The old number or code takes no more money.", "Send it to"),
        ("part-given-back", "We have received Rp\u00a080.000 of Rp\u00a0150.000.", "130.000"),
        ("cancelled-returning", "We will transfer Rp\u00a0130.000 back to you.", "?choose=1"),
        ("cancelled-returned", "Rp\u00a0130.000 was returned on", "Receipt"),
        ("paid-after-cancel", "Your money came after the bill was cancelled.", "The deadline was"),
        ("checking-taken-back", "Please do not pay again yet", "is preparing your order"),
    ],
)
def test_the_page_says_what_became_of_money_that_came_in_part_or_was_taken_back(
    name: str, says: str, never: str
) -> None:
    html = rendered(name, "en")
    assert says in html
    assert never not in html


@pytest.mark.parametrize("name", ["crypto-part-paid", "crypto-seen-a-part", "crypto-part-elsewhere"])
def test_qr_wallet_button_and_number_ask_for_what_is_still_due(name: str) -> None:
    html, due = rendered(name, "en"), {"crypto-part-elsewhere": "24254850"}.get(name, "28509700")
    drawn = qr.drawing(f"ethereum:{TOKEN}@8453/transfer?address={example_payments.ADDRESS}&uint256={due}")
    assert str(drawn) in html
    assert "uint256=48509700" not in html
    assert f"{due[:2]}.{due[2:]}\u00a0USDC" in html
    if name != "crypto-seen-a-part":  # there the address is shown again, and the wallet has sent already
        assert f"uint256={due}" in html


def test_a_code_for_the_whole_is_not_shown_once_a_part_came_elsewhere() -> None:
    html = rendered("qr-part-elsewhere", "en")
    assert "Rp\u00a020.000 still to pay" in html
    assert "qr.png" not in html
    assert "?choose=1" in html


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("reversed-chain", "The blockchain took back a transfer that we had counted."),
        ("reversed-over", "The time to pay was over on"),
        ("reversed-bank", "The bank took back a payment that we had received."),
    ],
)
def test_after_a_reversal_the_page_explains_and_keeps_the_deadline(name: str, says: str) -> None:
    html = rendered(name, "en")
    assert says in html
    assert 'role="timer"' not in html
    assert ("Pay again</summary>" in html) == (name == "reversed-chain"), (
        "a number whose payment the bank took back is dead"
    )


def test_a_transfer_that_is_recorded_again_is_shown_as_it_counts() -> None:
    visit = example_payments.visit("en", seen=example_payments.SEEN["crypto-seen"])
    assert page_of(STORIES["reversed-chain"], visit)[0] == "pay/crypto.html"


@pytest.mark.parametrize("name", ["part-paid", "over-part-paid", "part-closed", "crypto-part-paid"])
def test_the_bill_says_what_is_left_of_it(name: str) -> None:
    html = rendered(name, "en")
    assert "left of" in html.split("<h1>", maxsplit=1)[0]
    assert "Already paid" in html
    assert "150.000" not in html.split("</title>", maxsplit=1)[0]


def test_a_receipt_says_the_amount_in_words_and_prints_alone() -> None:
    assert "seratus lima puluh ribu rupiah" in rendered("paid", "id")
    assert "one hundred fifty thousand rupiah" in rendered("paid", "en")
    assert "Terima kasih, Sari." in rendered("paid", "id")
    assert "setelah waktunya habis" in rendered("paid-late", "id")
    assert "Anda membayar dua kali" in rendered("paid-twice", "id")
    assert "Anda membayar lebih Rp\u00a020.000" in rendered("paid-surplus", "id")


@pytest.mark.parametrize("name", ["cancelled", "expired-closed", "declined-closed", "part-closed-late"])
def test_a_closed_bill_offers_no_way_to_pay(name: str) -> None:
    html = rendered(name, "id")
    assert "?choose=1" not in html
    assert "/choose" not in html
    assert ("Tagihan ini sudah ditutup. Pesan lagi di Toko Lumbung." in html) is (name == "expired-closed")


def test_what_has_run_out_is_started_again_the_same_way_by_one_press() -> None:
    html = rendered("expired", "id")
    form = html.partition('action="/pay/pay_')[2].partition("</form>")[0]
    assert form.partition('"')[0].endswith("/choose")
    assert set(re.findall(r'name="(\w+)" value="([^"]*)"', form)) == {
        ("key", "k1"),
        ("method", "virtual_account"),
        ("bank", "BCA"),
    }
    assert "Buat nomor baru" in form
    assert 'name="coin" value="USDC.base"' in rendered("expired-crypto", "id")
    assert 'name="key"' not in rendered("expired-unchosen", "id"), "nothing was chosen that could be taken again"
    assert "?choose=1" in rendered("expired-unchosen", "id")
    assert 'name="method" value="card"' in rendered("declined", "id")


def test_whoever_sent_money_too_late_reads_what_becomes_of_it() -> None:
    assert "Uang yang datang terlambat tetap kami terima" in rendered("expired", "id")
    assert "the money is not lost" in rendered("over", "en")
    assert (
        "Batasnya 23\u00a0Nov\u00a02026 13.57\u00a0WIB, uangnya masuk 23\u00a0Nov\u00a02026 14.19\u00a0WIB."
        in rendered("paid-late", "id")
    )


def test_when_the_time_is_up_the_old_number_is_gone_before_the_bank_has_said_so() -> None:
    html = rendered("over", "id")
    assert "Waktunya habis" in html
    assert "7001 4002" not in html
    assert "data-watch" in html, "the page looks on by itself"
    assert "Buat nomor baru" in html


def test_a_qris_is_drawn_saved_and_named_as_the_app_will_name_it() -> None:
    html = rendered("qr", "id")
    assert re.search(r'class="qrbox" role="img" aria-label="Kode QRIS untuk Toko Lumbung, Rp\u00a0150.000"><svg', html)
    assert re.search(r'href="/pay/pay_\w+/qr.png" download', html)
    assert "Jumlahnya sudah ada di dalam kode" in html
    assert "nama <b>Toko Lumbung</b>, jumlah <b>Rp\u00a0150.000</b>" in html
    assert "Ketik jumlah ini di aplikasinya" in rendered("qr-plain", "id")


def test_a_wallet_is_named_where_it_is_waited_for() -> None:
    pushed = rendered("app", "id")
    assert "Permintaan bayar dikirim ke OVO" in pushed
    assert "•••417" in pushed
    assert "812-0000" not in pushed, "only the end of the number"
    assert "Tidak ada yang muncul di HP?" in pushed
    assert "Buka DANA, bayar Rp\u00a0150.000" in rendered("away-wallet", "id")
    assert "kartu" not in rendered("away-wallet", "id")
    assert "mengirim permintaan bayar ke HP Anda" in rendered("away-phone", "id")
    back = rendered("asking-phone", "id")
    assert "Kami menunggu HP Anda." in back
    assert "Tidak ada yang muncul di HP?" in back
    assert "Tidak ada yang muncul di HP?" not in rendered("asking", "id")


def test_a_wallet_that_asks_on_the_phone_asks_for_its_number_and_shows_no_more_of_a_known_one_than_its_end() -> None:
    html = rendered("choose", "id")
    assert re.search(r'name="wallet" value="OVO" data-phone', html)
    assert re.search(r'name="wallet" value="DANA"(?! data-phone)', html)
    assert "Nomor HP di OVO" in html
    known = changed(STORIES["choose"], payer=replace(example_payments.PAYER, phone="+628120000417"))
    template, values = page_of(known, example_payments.visit("id"), example_payments.choice())
    html = pages.render(template, "id", LINKS, **values)
    assert "Kosongkan untuk memakai nomor •••417." in html
    assert "812000" not in html


def test_the_chooser_opens_at_what_was_chosen_last_and_says_what_would_be_kept() -> None:
    details = STORIES["account"]
    template, values = page_of(details, replace(example_payments.visit("id"), choosing=True), example_payments.choice())
    html = pages.render(template, "id", LINKS, **values)
    assert re.search(r'value="virtual_account" required checked', html)
    assert re.search(r'name="bank" value="BCA" checked', html)
    assert "Tetap pakai Virtual account BCA" in html
    assert "Nomor atau kode yang lama ditutup" in html


def test_a_sole_way_to_pay_is_chosen_already_and_one_out_of_reach_never() -> None:
    one = example_payments.choice(offers=example_payments.OFFERS[:1])
    template, values = page_of(STORIES["choose"], example_payments.visit("id"), one)
    assert re.search(r'value="virtual_account" required checked', pages.render(template, "id", LINKS, **values))
    code = changed(STORIES["code"], payment=changed(STORIES["code"].payment, status=PaymentStatus.EXPIRED))
    template, values = page_of(code, replace(example_payments.visit("id"), choosing=True), example_payments.choice())
    assert re.search(r'value="convenience_store" required disabled', pages.render(template, "id", LINKS, **values))


def test_a_bank_is_called_the_same_everywhere_whatever_its_provider_calls_it() -> None:
    formal = replace(example_payments.OFFERS[0], options=(MethodOption("MANDIRI", "PT Bank Mandiri (Persero) Tbk"),))
    template, values = page_of(
        STORIES["choose"], example_payments.visit("id"), example_payments.choice(offers=(formal,))
    )
    html = pages.render(template, "id", LINKS, **values)
    assert ">Mandiri</label>" in html
    assert "Persero" not in html


def test_the_rest_of_a_part_can_be_paid_another_way() -> None:
    assert "Bayar sisanya Rp\u00a020.000" in rendered("part-closed", "id")
    assert "akan menghubungi Anda tentang sisanya" in rendered("part-closed-late", "id")
    template, values = page_of(
        STORIES["part-closed"], replace(example_payments.visit("id"), choosing=True), example_payments.choice()
    )
    html = pages.render(template, "id", LINKS, **values)
    assert "Sudah kami terima Rp\u00a0130.000." in html
    assert "Lanjut bayar Rp\u00a020.000" in html


def test_whoever_needs_help_reaches_the_shop_where_it_said_how() -> None:
    template, values = page_of(STORIES["account"], example_payments.visit("id"), example_payments.choice())
    html = pages.render(template, "id", LINKS, contact="mailto:halo@lumbung.example", **values)
    assert 'Hubungi <a href="mailto:halo@lumbung.example">Toko Lumbung</a>.' in html
    assert "Hubungi Toko Lumbung." in rendered("account", "id")


def test_html_in_names_is_text() -> None:
    """R47: whatever a shop or a payer calls things, it is shown and not obeyed."""
    evil = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{9999*9999}}**b**'
    for name, details in STORIES.items():
        hostile = changed(
            details,
            payment=changed(
                details.payment,
                description=evil,
                order_reference=evil,
                items=({"name": evil, "note": evil, "amount": 1},),
            ),
            payer=Payer(name=evil, email=f"{evil}@example.com"),
        )
        visit = replace(example_payments.visit("id"), shop=evil)
        template, values = page_of(hostile, visit, example_payments.choice(wrong=evil))
        html = pages.render(template, "id", LINKS, **values)
        assert "<script>" not in html, name
        assert "<img" not in html, name
        assert "99980001" not in html, name
        assert "&lt;script&gt;" in html, name


def test_the_script_and_a_whole_page_stay_small() -> None:
    assert len(pages.STATIC["pay.js"].content) <= SCRIPT_BYTES
    page = max(len(gzip.compress(rendered(name, "id").encode(), 6)) for name in STORIES)
    assert page <= FIRST_ANSWER_BYTES
    script, font = pages.STATIC["pay.js"].packed, pages.STATIC["fonts/plex-sans.woff2"].content
    assert page + len(script) + len(font) <= 40 * 1024


def test_the_script_writes_no_markup_and_asks_nobody_else() -> None:
    script = pages.STATIC["pay.js"].content.decode()
    for forbidden in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "http://",
        "https://",
    ):
        assert forbidden not in script


def test_a_static_address_carries_the_digest_of_what_it_serves() -> None:
    assert re.fullmatch(r"/static/[0-9a-f]{12}/pay\.js", pages.static_url("pay.js"))
    with pytest.raises(AssertionError):
        pages.static_url("missing.js")


def test_what_only_its_provider_knows_is_called_as_the_provider_calls_it() -> None:
    """What the market has a name for is called by that, whatever its provider says."""
    story = STORIES["away-wallet"]
    for word, title in (("GIZIPAY", "Gizi Pay"), ("DANA", "DANA")):
        attempt = changed(story.attempts[0], options={"wallet": word})
        signs = ProviderSigns(titles={word: "Gizi Pay"})
        template, values = page_of(
            changed(story, attempts=(attempt,)), example_payments.visit("id", signs=signs), example_payments.choice()
        )
        assert values["option"] == title
        assert f"Buka {title}" in pages.render(template, "id", LINKS, **values)
