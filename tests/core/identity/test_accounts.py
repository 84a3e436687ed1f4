"""People: registering, roles, the last admin, and the owner of a new installation (R30, R37)."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.identity.model import (
    EmailTaken,
    InvalidCredentials,
    InvalidProfile,
    LastAdmin,
    OwnerLinkInvalid,
    Role,
    UserNotFound,
    WeakPassword,
)
from tests.core.identity.conftest import HOME, PASSWORD, Process


async def test_whoever_registers_is_a_customer_and_can_sign_in(process: Process) -> None:
    user = await process.identity.accounts.register("Budi@Example.com", PASSWORD, " Budi ", "en", HOME)
    assert (user.email, user.name, user.locale, user.role) == ("budi@example.com", "Budi", "en", Role.CUSTOMER)
    assert (await process.login("budi@example.com")).access_token


async def test_an_address_is_taken_once_whatever_its_case(process: Process) -> None:
    results = await asyncio.gather(
        *(process.identity.accounts.register(e, PASSWORD, "Budi", "id", HOME) for e in ("b@x.id", "B@X.ID", "b@X.id")),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["EmailTaken", "EmailTaken", "User"]
    taken = next(result for result in results if isinstance(result, EmailTaken))
    assert "already registered" in taken.detail


@pytest.mark.parametrize(
    ("email", "name", "locale", "pointers"),
    [
        ("no address", "Budi", "id", ["/email"]),
        ("a@b\0c.id", "Budi", "id", ["/email"]),
        ("a@" + "b" * 300, "Budi", "id", ["/email"]),
        ("a@b.id", "", "id", ["/name"]),
        ("a@b.id", "x" * 201, "id", ["/name"]),
        ("a@b.id", "a\0b", "id", ["/name"]),
        ("a@b.id", "a\u202eb", "id", ["/name"]),
        ("a@b.id", "\ud800", "id", ["/name"]),
        ("a@b.id", "Budi", "fr", ["/locale"]),
        ("", "", "", ["/email", "/name", "/locale"]),
    ],
)
async def test_what_is_no_profile_is_refused_with_a_pointer(
    process: Process, email: str, name: str, locale: str, pointers: list[str]
) -> None:
    with pytest.raises(InvalidProfile) as refused:
        await process.identity.accounts.register(email, PASSWORD, name, locale, HOME)
    assert [error.pointer for error in refused.value.errors] == pointers


async def test_a_weak_password_is_refused_before_any_work_r31(process: Process, db: Database) -> None:
    with pytest.raises(WeakPassword):
        await process.identity.accounts.register("budi@example.com", "kuda laut biru", "Budi", "id", HOME)
    async with db.reading() as tx:
        assert await tx.fetchval("SELECT count(*) FROM rate_counters") == 0


async def test_a_password_is_changed_only_with_the_current_one(process: Process) -> None:
    await process.add_user()
    caller = await process.identity.caller_of(f"Bearer {(await process.login()).access_token}")
    with pytest.raises(InvalidCredentials):
        await process.identity.accounts.change_password(caller, "wrong", "soto ayam tanpa koya")
    with pytest.raises(WeakPassword):
        await process.identity.accounts.change_password(caller, PASSWORD, "short")
    await process.identity.accounts.change_password(caller, PASSWORD, "soto ayam tanpa koya")
    with pytest.raises(InvalidCredentials):
        await process.login()
    assert (await process.identity.sessions.login("sari@example.com", "soto ayam tanpa koya", HOME)).access_token


async def test_the_last_admin_stays_even_when_two_remove_each_other_at_once(process: Process) -> None:
    one = await process.add_user("one@example.com", Role.ADMIN)
    two = await process.add_user("two@example.com", Role.ADMIN)
    results = await asyncio.gather(
        process.identity.accounts.change("system:test", one.id, disabled=True),
        process.identity.accounts.change("system:test", two.id, role=Role.SUPPORT),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["LastAdmin", "User"]
    left = one if isinstance(results[0], LastAdmin) else two
    with pytest.raises(LastAdmin):
        await process.identity.accounts.change("system:test", left.id, role=Role.FINANCE)


async def test_a_disabled_user_is_enabled_again(process: Process) -> None:
    await process.add_user("boss@example.com", Role.ADMIN)
    user = await process.add_user()
    assert (await process.identity.accounts.change("system:test", user.id, disabled=True)).disabled
    with pytest.raises(InvalidCredentials):
        await process.login()
    assert not (await process.identity.accounts.change("system:test", user.id, disabled=False)).disabled
    assert (await process.login()).access_token


async def test_an_unknown_user_is_not_found(process: Process) -> None:
    with pytest.raises(UserNotFound):
        await process.identity.accounts.get(ids.new())
    with pytest.raises(UserNotFound):
        await process.identity.accounts.change("system:test", ids.new(), disabled=True)


async def test_users_are_listed_newest_first_by_pages(process: Process) -> None:
    made = [await process.add_user(f"u{number}@example.com") for number in range(5)]
    first = await process.identity.accounts.page(None, 3)
    rest = await process.identity.accounts.page(first[-1].id, 3)
    assert [user.id for user in (*first, *rest)] == sorted((user.id for user in made), reverse=True)


async def test_a_new_installation_has_nobody_until_the_link_makes_the_owner_r37(
    process: Process, db: Database, audited: Callable[[], Awaitable[list[str]]]
) -> None:
    accounts = process.identity.accounts
    async with db.reading() as tx:
        assert await tx.fetchval("SELECT count(*) FROM users") == 0
    assert await accounts.needs_owner()
    token = await accounts.make_owner_link()
    owner = await accounts.claim_ownership(token, "owner@example.com", PASSWORD, "Owner", "en")
    assert owner.role is Role.ADMIN
    assert not await accounts.needs_owner()
    assert await audited() == ["owner_link.made", "user.created"]
    with pytest.raises(OwnerLinkInvalid):
        await accounts.claim_ownership(token, "second@example.com", PASSWORD, "Second", "en")
    with pytest.raises(OwnerLinkInvalid):
        await accounts.make_owner_link()


async def test_the_owner_link_works_once_for_half_an_hour_and_only_the_newest_r37(
    process: Process, db: Database
) -> None:
    accounts = process.identity.accounts
    old = await accounts.make_owner_link()
    new = await accounts.make_owner_link()
    with pytest.raises(OwnerLinkInvalid):
        await accounts.claim_ownership(old, "owner@example.com", PASSWORD, "Owner", "en")
    async with db.transaction() as tx:
        left = await tx.fetchval("SELECT extract(epoch FROM expires_at - now()) FROM owner_links WHERE used_at IS NULL")
        assert 1790 < left <= 1800
        await tx.execute("UPDATE owner_links SET expires_at = now() - interval '1 second'")
    with pytest.raises(OwnerLinkInvalid):
        await accounts.claim_ownership(new, "owner@example.com", PASSWORD, "Owner", "en")
    with pytest.raises(OwnerLinkInvalid):
        await accounts.claim_ownership("\ud800", "owner@example.com", PASSWORD, "Owner", "en")
    assert await accounts.needs_owner()


async def test_of_ten_claims_at_once_one_makes_the_owner_r37(process: Process, db: Database) -> None:
    token = await process.identity.accounts.make_owner_link()
    results = await asyncio.gather(
        *(
            process.identity.accounts.claim_ownership(token, f"o{n}@example.com", PASSWORD, "Owner", "en")
            for n in range(10)
        ),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["OwnerLinkInvalid"] * 9 + ["User"]
    async with db.reading() as tx:
        assert "grb" not in str(await tx.fetchval("SELECT encode(digest, 'escape') FROM owner_links LIMIT 1"))
        assert await tx.fetchval("SELECT count(*) FROM users") == 1
