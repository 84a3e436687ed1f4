"""Every page of the payer from made-up payments: both languages, no inline anything, test mode unmistakable, hostile names harmless."""

import gzip
import re
import string
from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from gerbang.base.formats import Locale
from gerbang.ports.payment import Payer
from gerbang.web import pages, texts
from gerbang.web.checkout.view import page_of
from gerbang.web.steps import BANK_TITLES, how_to_pay, plain_steps

from . import stories
from .stories import RETURNED, STORIES

LINKS = {"id": "?lang=id", "en": "?lang=en"}
BUDGET_BYTES = 40 * 1024
SCRIPT_BYTES = 15 * 1024
EVERY = [(name, locale) for name in (*STORIES, "asking") for locale in ("id", "en")]


def rendered(name: str, locale: Locale) -> str:
    whole = RETURNED if name == "asking" else STORIES[name]
    visit = stories.visit(locale, returned=name == "asking", seen=stories.SEEN.get(name, ()))
    template, values = page_of(whole, visit, stories.choice())
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
def test_nothing_is_inline_and_nothing_is_asked_of_anybody_else(name: str, locale: Locale) -> None:
    """R47: the strict policy of every page would refuse all of these."""
    html = rendered(name, locale)
    assert not re.search(r"<[^>]+\sstyle\s*=", html)
    assert not re.search(r"<[^>]+\son\w+\s*=", html)
    assert "<style" not in html
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))
    loads = re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="([^"]+)"', html)
    assert loads
    assert all(address.startswith("/static/") for address in loads)


@pytest.mark.parametrize("locale", ["id", "en"])
@pytest.mark.parametrize("name", list(STORIES))
def test_test_mode_cannot_be_mistaken_and_live_mode_has_none_of_it(name: str, locale: Locale) -> None:
    whole = STORIES[name]
    for livemode in (True, False):
        told = changed(whole, payment=changed(whole.payment, livemode=livemode))
        template, values = page_of(told, stories.visit(locale), stories.choice())
        html = pages.render(template, locale, LINKS, **values)
        signs = ("test-band", "test-frame", "is-test", 'class="uji"', {"id": "UJI · ", "en": "TEST · "}[locale])
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


def test_a_receipt_says_the_amount_in_words_and_prints_alone() -> None:
    assert "seratus lima puluh ribu rupiah" in rendered("paid", "id")
    assert "one hundred fifty thousand rupiah" in rendered("paid", "en")
    assert "Terima kasih, Sari." in rendered("paid", "id")
    assert "setelah waktunya habis" in rendered("paid-late", "id")
    assert "Anda membayar dua kali" in rendered("paid-twice", "id")
    assert "Anda membayar lebih Rp\u00a020.000" in rendered("paid-surplus", "id")


def test_a_closed_bill_offers_no_new_number() -> None:
    assert "?choose=1" in rendered("expired", "id")
    assert "?choose=1" not in rendered("expired-closed", "id")
    assert "?choose=1" in rendered("declined", "id")
    assert "?choose=1" not in rendered("declined-closed", "id")


def test_html_in_names_is_text() -> None:
    """R47: whatever a shop or a payer calls things, it is shown and not obeyed."""
    evil = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}**b**'
    for name, whole in STORIES.items():
        hostile = changed(
            whole,
            payment=changed(
                whole.payment,
                description=evil,
                order_reference=evil,
                items=({"name": evil, "note": evil, "amount": 1},),
            ),
            payer=Payer(name=evil, email=f"{evil}@example.com"),
        )
        visit = replace(stories.visit("id"), shop=evil)
        template, values = page_of(hostile, visit, stories.choice(wrong=evil))
        html = pages.render(template, "id", LINKS, **values)
        assert "<script>" not in html, name
        assert "<img" not in html, name
        assert "49" not in html.split("7*7")[0][-3:], name
        assert "&lt;script&gt;" in html, name


def test_the_script_and_a_whole_page_stay_small() -> None:
    assert len(pages.STATIC["pay.js"].content) <= SCRIPT_BYTES
    files = sum(
        len(gzip.compress(pages.STATIC[name].content)) for name in ("tokens.css", "base.css", "payer.css", "pay.js")
    )
    page = max(len(gzip.compress(rendered(name, "id").encode())) for name in STORIES)
    assert files + page + len(pages.STATIC["fonts/plex-sans.woff2"].content) <= BUDGET_BYTES


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


def test_every_word_has_both_languages_and_the_same_places_in_them() -> None:
    for key, (indonesian, english) in texts.TABLE.items():
        assert indonesian.strip(), key
        assert english.strip(), key
        assert _places(indonesian) == _places(english), key
        assert "!" not in indonesian + english, f"{key}: no exclamation marks"
        assert "Ups" not in indonesian, key


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("locale", ["id", "en"])
@pytest.mark.parametrize("bank", list(BANK_TITLES))
def test_every_bank_has_its_three_ways_with_name_and_amount_to_check(bank: str, locale: Locale) -> None:
    channels = how_to_pay(bank, locale, shop="Toko Lumbung", amount="Rp\u00a0150.000")
    assert len(channels) == 3
    assert len({channel.title for channel in channels}) == 3
    for channel in channels:
        assert any("**Toko Lumbung**" in step and "Rp\u00a0150.000" in step for step in channel.steps)
    assert not any("**" in step for step in plain_steps(bank, locale, shop="Toko Lumbung", amount="Rp\u00a0150.000"))


def test_an_unknown_bank_has_no_invented_steps() -> None:
    assert how_to_pay("NOBANK", "id", shop="x", amount="y") == ()


def test_a_static_address_carries_the_digest_of_what_it_serves() -> None:
    assert re.fullmatch(r"/static/[0-9a-f]{12}/pay\.js", pages.static_url("pay.js"))
    with pytest.raises(AssertionError):
        pages.static_url("missing.js")
