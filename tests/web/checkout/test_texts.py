"""The payer's words: both languages alike, and the steps at every bank and store."""

import string

import pytest

from gerbang.base.formats import Locale
from gerbang.web import texts
from gerbang.web.views.payment_steps import BANK_TITLES, STORE_TITLES, at_the_till, how_to_pay, plain_steps


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
def test_every_bank_has_its_ways_with_name_and_amount_to_check(bank: str, locale: Locale) -> None:
    channels = how_to_pay(bank, locale, shop="Toko Lumbung", amount="Rp\u00a0150.000")
    assert len({channel.title for channel in channels}) == 4
    for channel in channels[:3] if bank == "BCA" else channels:
        assert any("**Toko Lumbung**" in step and "Rp\u00a0150.000" in step for step in channel.steps)
    assert not any("**" in step for step in plain_steps(bank, locale, shop="Toko Lumbung", amount="Rp\u00a0150.000"))


def test_whoever_has_another_bank_than_bca_is_told_before_a_transfer_bounces() -> None:
    steps = how_to_pay("BCA", "id", shop="x", amount="y")[3].steps
    assert steps == (
        "Virtual account BCA hanya menerima transfer dari rekening BCA. Punya bank lain? Ganti cara bayar di bawah.",
    )


@pytest.mark.parametrize("locale", ["id", "en"])
@pytest.mark.parametrize("store", list(STORE_TITLES))
def test_every_store_has_its_steps_and_what_helps_when_the_code_is_not_found(store: str, locale: Locale) -> None:
    till, lost = at_the_till(store, locale, shop="Toko Lumbung", amount="Rp\u00a0150.000")
    assert STORE_TITLES[store] in till.title
    assert any("**Toko Lumbung**" in step and "Rp\u00a0150.000" in step for step in till.steps)
    assert lost.steps
    assert plain_steps(store, locale, shop="x", amount="y")


def test_an_unknown_bank_has_no_invented_steps() -> None:
    assert how_to_pay("NOBANK", "id", shop="x", amount="y") == ()
    assert at_the_till("NOSTORE", "id", shop="x", amount="y") == ()
    assert plain_steps("NOBANK", "id", shop="x", amount="y") == ()


def test_the_steps_of_one_amount_are_put_together_once() -> None:
    """They are in each answer about a payment: a cache that nobody hit cost a twentieth of making one."""
    shown = [plain_steps("BCA", "id", shop="Toko Lumbung", amount="Rp\u00a0150.000") for _ in range(2)]
    assert shown[0] is shown[1]
