"""Which passwords are accepted, and the bounded work of hashing them (R31, R33)."""

import asyncio
import unicodedata

import pytest

from gerbang.core.identity.model import LoginBusy, WeakPassword
from gerbang.core.identity.passwords import Passwords, check_new


def reason(password: str, locale: str = "en") -> str:
    with pytest.raises(WeakPassword) as refused:
        check_new(password, email="sari@example.com", locale=locale)
    assert refused.value.errors[0].pointer == "/password"
    return refused.value.detail


def test_fourteen_characters_are_refused_and_fifteen_accepted_r31() -> None:
    assert "15 characters" in reason("kuda laut biru")
    check_new("kuda laut biru!", email="sari@example.com", locale="en")


def test_the_reason_is_told_in_the_customers_language_r31() -> None:
    assert "minimal 15 karakter" in reason("pendek", "id")


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password12345678",
        "P@ssw0rdP@ssw0rd",
        "123456789012345",
        "987654321098765",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "qwertyuiopasdfgh",
        "!!!!!!!!!!!!!!!!!!",
        "i love you forever",
        "rahasia negara 123",
        "AkuCintaPadamu2024",
        "correct horse battery staple",
        "bismillahirrahmanirrahim",
    ],
)
def test_what_everybody_tries_first_is_refused_r31(password: str) -> None:
    assert "common" in reason(password)


@pytest.mark.parametrize("password", ["my Gerbang account 7", "GERBANGGERBANGGERBANG", "g e r b a n g masuk sini"])
def test_the_products_name_is_refused_r31(password: str) -> None:
    assert "name of this product" in reason(password)


def test_the_email_address_is_no_password() -> None:
    assert "email address" in reason("Sari@Example.com")


@pytest.mark.parametrize(
    "password",
    [
        "k" + "uda laut " * 10,
        "   spasi di depan dan belakang   ",
        "🐟🐠🐡🦈🐙🦑🦐🦞🦀🐚🐳🐋🐬🐊🐢",
        "алфавит тут другой",
        "all lower case letters",
        "827361940572839",
        "love poems of an old harbour town",
    ],
)
async def test_long_spaced_foreign_and_plain_ones_are_accepted_whole_r31(password: str, cheap: Passwords) -> None:
    check_new(password, email="sari@example.com", locale="en")
    known = await cheap.hash(password)
    assert await cheap.matches(known, password)
    assert not await cheap.matches(known, password[:-1])
    assert not await cheap.matches(known, password + " ")


async def test_nothing_is_cut_off_r31(cheap: Passwords) -> None:
    long = "".join(chr(0x61 + n * 7 % 26) for n in range(1024))
    check_new(long, email="sari@example.com", locale="en")
    known = await cheap.hash(long)
    assert not await cheap.matches(known, long[:-1] + "!")
    assert "1024" in reason(long + "x")


async def test_the_same_characters_in_another_normal_form_are_the_same_password_r31(cheap: Passwords) -> None:
    composed = unicodedata.normalize("NFC", "café crème brûlée à Ambon")
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed
    known = await cheap.hash(composed)
    assert await cheap.matches(known, decomposed)
    assert not await cheap.matches(known, composed.upper())


async def test_nobody_matches_nothing_but_the_work_is_done_r33() -> None:
    passwords = Passwords()
    known = await passwords.hash("a password of somebody")
    loop = asyncio.get_running_loop()
    took: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(20):
        begun = loop.time()
        assert not await passwords.matches(known if turn % 2 else None, "another password altogether")
        took[bool(turn % 2)].append(loop.time() - begun)
    passwords.close()
    assert 0.5 < sorted(took[True])[5] / sorted(took[False])[5] < 2


async def test_beyond_the_line_that_may_wait_people_are_told_to_come_back() -> None:
    passwords = Passwords(concurrency=1, waiting=2)
    results = await asyncio.gather(*(passwords.hash("kuda laut biru tua") for _ in range(6)), return_exceptions=True)
    busy = [result for result in results if isinstance(result, LoginBusy)]
    assert len(busy) == 3
    assert busy[0].retry_after_s == 2
    assert await passwords.hash("there is room again")
    passwords.close()


async def test_hashes_are_argon2id_and_old_costs_are_noticed(cheap: Passwords) -> None:
    known = await cheap.hash("kuda laut biru tua")
    assert known.startswith("$argon2id$")
    assert not cheap.outdated(known)
    costly = Passwords()
    assert costly.outdated(known)
    costly.close()
