"""The messages that WhatsApp approves: both languages alike, numbered as Meta asks, and filled in without what it refuses."""

import re
from typing import Any

import pytest

from gerbang.core.notifications.approved_wording import STEMS, approvable, wordings
from gerbang.core.notifications.audiences import told_on
from gerbang.core.notifications.model import Template
from gerbang.ports.messenger import Channel
from gerbang.ports.next_action import DisplayCode
from gerbang.providers.whatsapp.simulator.templates import FIRST
from tests.core.notifications.test_rendering import LUMBUNG, data_for

LINK = "https://toko.example/pay/pay_1?t=secret"


def filled(template: Template, locale: str = "id", **more: Any) -> tuple[str, ...]:
    return wordings(template, locale, data_for(template, **more), link=LINK, letterhead=LUMBUNG)[0].values


def test_what_is_to_be_approved_is_what_the_simulated_account_has_approved_word_for_word() -> None:
    """A sentence that changes is another template: it needs another version in its name, and new approval."""
    assert {(one.name, one.language): one.body for one in approvable()} == {k: one.body for k, one in FIRST.items()}


@pytest.mark.parametrize("one", approvable(), ids=lambda one: f"{one.name}.{one.language}")
def test_a_template_keeps_metas_rules(one: Any) -> None:
    places = [int(number) for number in re.findall(r"\{\{(\d+)\}\}", one.body)]
    assert places == list(range(1, len(one.examples) + 1))
    assert not re.search(r"\A\W*\{\{|\}\}\W*\Z", one.body), "no place at the start or the end"
    assert len(one.body) <= 1_024
    assert re.fullmatch(r"[a-z0-9_]{1,512}", one.name)


def test_both_languages_have_the_same_places_in_the_same_order() -> None:
    for name in {one.name for one in approvable()}:
        assert len({tuple(one.examples) for one in approvable() if one.name == name}) == 1, name


@pytest.mark.parametrize("template", sorted(told_on(Channel.WHATSAPP)))
@pytest.mark.parametrize("locale", ["id", "en"])
def test_every_place_is_filled_on_one_line_and_the_other_language_stands_ready(template: Template, locale: str) -> None:
    first, other = wordings(template, locale, data_for(template), link=LINK, letterhead=LUMBUNG)
    assert (first.language, {first.language, other.language}) == (locale, {"id", "en"})
    assert first.template == other.template
    assert all(value and not re.search(r"[\n\t]|     ", value) for value in first.values)
    assert first.text.endswith(LINK)
    assert "{{" not in first.text


def test_instructions_at_a_till_are_another_template_than_those_at_a_bank() -> None:
    at_bank = wordings(
        Template.PAYMENT_INSTRUCTIONS, "id", data_for(Template.PAYMENT_INSTRUCTIONS), link=LINK, letterhead=LUMBUNG
    )
    data = data_for(Template.PAYMENT_INSTRUCTIONS, next_action=DisplayCode("ALFAMART", "123456789012"))
    at_till = wordings(Template.PAYMENT_INSTRUCTIONS, "id", data, link=LINK, letterhead=LUMBUNG)
    assert (at_bank[0].template, at_till[0].template) == (
        "gerbang_payment_instructions_bank_1",
        "gerbang_payment_instructions_store_1",
    )
    assert at_till[0].values[2:4] == ("Alfamart", "1234 5678 9012")


def test_what_a_stranger_wrote_is_one_short_value() -> None:
    value = filled(Template.PAYMENT_PAID, description="Kopi\n\tGayo      " * 20)[2]
    assert value.startswith("Kopi Gayo Kopi Gayo")
    assert len(value) <= 40


def test_a_test_payment_says_so_where_the_business_is_named() -> None:
    said = wordings(
        Template.PAYMENT_PAID, "id", data_for(Template.PAYMENT_PAID, livemode=False), link="", letterhead=LUMBUNG
    )[0]
    assert said.values[0] == "UJI - Toko Lumbung"
    assert (
        said.text
        == "Pembayaran Anda kepada UJI - Toko Lumbung sebesar Rp 150.000 untuk Kopi Gayo 1 kg sudah masuk. Terima kasih."
    )


def test_every_stem_has_a_message_of_the_table() -> None:
    assert set(STEMS.values()) == told_on(Channel.WHATSAPP)
