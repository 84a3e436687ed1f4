"""The hook endpoint over real HTTP: genuine messages are kept before they are answered, once; others leave nothing but a digest."""

import asyncio
import hashlib
import json

import pytest

from gerbang.base import ids
from gerbang.base.http import Answer
from gerbang.core.inbox.model import EventFilters
from gerbang.core.payments.model import PaymentDetail
from gerbang.web.input.masking import without_card_numbers

from .conftest import World

FORM = {"content-type": "application/x-www-form-urlencoded"}


def letter(world: World, details: PaymentDetail, *, key: str = "", amount: int = 150_000) -> bytes:
    """A notification as NICEPAY signs it, or under another key."""
    keys = json.loads((world.core.settings.data / "sandbox.json").read_text())
    attempt = details.attempts[-1]
    plain = f"LUMBUNGVA1{attempt.provider_reference}{amount}{key or keys['LUMBUNGVA1']}"
    token = hashlib.sha256(plain.encode()).hexdigest()
    return (
        f"tXid={attempt.provider_reference}&referenceNo={ids.show('att', attempt.id)}&amt={amount}&merchantToken={token}"
        "&matchCl=1&status=0&payMethod=02&currency=IDR&transDt=20261123&transTm=140000"
    ).encode()


async def send(world: World, body: bytes, connection: str = "nicepay-uji") -> Answer:
    address = f"{world.core.settings.base_url}/hooks/{connection}"
    return await world.core.http.send("POST", address, headers=FORM, body=body)


async def test_a_genuine_message_is_committed_before_it_is_answered(world: World) -> None:
    """R16: whoever reads 200 finds the very bytes, on another connection, at once."""
    body = letter(world, (await world.create()).details)
    answer = await send(world, body)
    async with world.owner.reading() as tx:
        stored = await tx.fetchval("SELECT body FROM inbox WHERE connection = 'nicepay-uji'")
    assert (answer.status, bytes(stored)) == (200, body)


async def test_the_answer_does_not_wait_for_the_work(world: World) -> None:
    """R16: a worker that is held up holds up no answer."""
    details = (await world.create()).details
    async with world.owner.transaction() as tx:
        await tx.execute("SELECT id FROM payments WHERE id = $1 FOR UPDATE", details.payment.id)
        answer = await asyncio.wait_for(send(world, letter(world, details)), 1)
    assert answer.status == 200


async def test_the_same_message_a_hundred_times_at_once_is_one_event(world: World) -> None:
    """R17."""
    body = letter(world, (await world.create()).details)
    answers = await asyncio.gather(*(send(world, body) for _ in range(100)))
    assert {answer.status for answer in answers} == {200}
    (event,) = await world.core.inbox.page(EventFilters(), None, 10)
    assert event.times_seen == 100


async def test_a_card_number_in_a_genuine_message_is_masked_before_it_is_kept_and_the_money_still_comes(
    world: World,
) -> None:
    """R14: refusing it would lose what it says about money."""
    details = (await world.create()).details
    body = letter(world, details) + b"&cardNo=4111111111111111&vacctNo=4111111111111111"
    answer = await send(world, body)
    (event,) = await world.core.inbox.page(EventFilters(), None, 10)
    async with world.owner.reading() as tx:
        kept = await tx.fetchval("SELECT body FROM inbox WHERE connection = 'nicepay-uji'")
    assert (answer.status, bytes(kept)) == (200, body.replace(b"cardNo=4111111111111111", b"cardNo=411111******1111"))
    assert event.subject == ids.show("att", details.attempts[-1].id)
    async with world.owner.reading() as tx:
        noted = await tx.fetch("SELECT object, detail FROM audit WHERE action = 'card_data.masked'")
    assert [dict(row) for row in noted] == [{"object": "connection:nicepay-uji", "detail": {}}]


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b'{"pan":4111111111111111,"n":1}', b'{"pan":4111110000001111,"n":1}'),
        (b'{"pan":"4111 1111 1111 1111","n":"\xff"}', b'{"pan":"4111 11** **** 1111","n":"\xff"}'),
        (b'{"tXid":"TNICEVA02402202611291405331234"}', b'{"tXid":"TNICEVA02402202611291405331234"}'),
    ],
)
def test_only_a_card_number_of_a_message_is_changed(body: bytes, kept: bytes) -> None:
    assert without_card_numbers(body) == kept


async def test_a_forged_changed_or_unsigned_message_is_refused_and_not_kept(world: World) -> None:
    """R15."""
    details = (await world.create()).details
    good = letter(world, details)
    forged = [
        letter(world, details, key="another key"),
        good.replace(b"amt=150000", b"amt=150001"),
        b"",
        b"\xff\xfe",
        good.replace(b"merchantToken=", b"token="),
    ]
    for body in forged:
        answer = await send(world, body)
        assert answer.status == 401, body
        assert b"150000" not in answer.body
    assert await world.core.inbox.page(EventFilters(), None, 10) == []
    kept = await world.core.inbox.rejections()
    assert len(kept) == len(forged)
    assert kept[-1].body_digest == hashlib.sha256(forged[0]).digest()


async def test_a_hook_that_does_not_exist_is_not_found_and_a_huge_body_is_refused(world: World) -> None:
    assert (await send(world, b"x", "nobody")).status == 404
    assert (await send(world, b"x" * 300_000)).status == 413
