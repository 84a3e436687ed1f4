"""The judge: one verdict for every transfer, and the same facts in whatever order the chain was looked at."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as replace_struct

from gerbang.core.payments.crypto.transfers import (
    ClassifiedTransfer,
    State,
    affected_attempts,
    agreeing,
    classify,
    facts,
    gone,
    keep_depth,
)
from gerbang.core.payments.machine import advance
from gerbang.core.payments.model import Attempt, AttemptStatus, DisputeState
from gerbang.ports.chain import NATIVE_LOG, Asset, Head, Network, Transfer
from gerbang.ports.facts import Mismatched
from gerbang.ports.payment import Lookup, Method, Quote, SubmissionEffect

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=15)
TOKEN = "0x" + "a" * 40
BASE = Network("base", 8_453, (Asset("USDC", TOKEN, 6), Asset("ETH", "", 18)), 10, finalized=False, settled_after=100)
ATTEMPT = Attempt(
    id=UUID(int=1),
    payment_id=UUID(int=2),
    number=1,
    status=AttemptStatus.PENDING,
    method=Method.CRYPTO,
    options={},
    connection="dompet",
    effect=SubmissionEffect.INSTRUCTS,
    lookup=Lookup.NONE,
    amount=100,
    currency="USD",
    captured=0,
    refunded=0,
    refund_reserved=0,
    dispute=DisputeState.NONE,
    provider_reference="0x1",
    next_action=None,
    failure=None,
    asked_at=None,
    unsent=False,
    created_at=NOW,
    updated_at=NOW,
    expires_at=LATER,
    look_at=None,
    quote=Quote(
        asset="USDC",
        network="base",
        decimals=6,
        amount="1000000",
        rate="1",
        source="settings",
        spread_bp=0,
        tolerance="0",
        holder="wallet:base:USDC",
        locked_at=NOW,
        expires_at=LATER,
    ),
    received=0,
    deposit=0,
)
MINED = Transfer(
    transaction="0x9",
    log=3,
    contract=TOKEN,
    sender="0xf",
    recipient="0x1",
    amount=1_000_000,
    block=50,
    block_hash="0xb",
    at=NOW,
)


def seen(depth: int, finalized: int | None = None) -> Head:
    """The chain with the transfer's block so deep in it."""
    return Head(MINED.block + depth - 1, "0x1", NOW, finalized)


FINAL = replace(BASE, finalized=True)


@pytest.mark.parametrize(
    ("transfer", "network", "head", "state", "verdict"),
    [
        (MINED, BASE, seen(0), State.SEEN, "waits"),
        (MINED, BASE, seen(9), State.SEEN, "waits"),
        (MINED, BASE, seen(10), State.COUNTED, "counts"),
        (MINED, BASE, seen(100), State.SETTLED, "counts"),
        (MINED, FINAL, seen(99), State.SEEN, "waits"),
        (MINED, FINAL, seen(99, 49), State.SEEN, "waits"),
        (MINED, FINAL, seen(2, 50), State.COUNTED, "counts"),
        (replace(MINED, amount=0), BASE, seen(10), State.IGNORED, "worthless"),
        (replace(MINED, contract="0xbad"), BASE, seen(10), State.IGNORED, "unknown_token"),
        (replace(MINED, contract="", log=NATIVE_LOG), BASE, seen(10), State.COUNTED, "wrong_asset"),
        (replace(MINED, at=NOW - timedelta(minutes=3)), BASE, seen(10), State.IGNORED, "too_early"),
        (MINED, replace(BASE, name="polygon", chain_id=137), seen(10), State.COUNTED, "wrong_network"),
    ],
)
def test_every_transfer_has_one_verdict(
    transfer: Transfer, network: Network, head: Head, state: State, verdict: str
) -> None:
    judged = classify(ATTEMPT, network, transfer, head)
    assert (judged.state, judged.verdict) == (state, verdict)


def test_only_what_is_ours_to_take_holds_a_payment() -> None:
    spam = classify(ATTEMPT, BASE, replace(MINED, contract="0xbad"), seen(100))
    coin = classify(ATTEMPT, BASE, replace(MINED, contract="", log=NATIVE_LOG), seen(100))
    assert facts(ATTEMPT, [spam]) == []
    assert [type(fact) for fact in facts(ATTEMPT, [spam, coin])] == [Mismatched]


def test_the_same_block_is_never_less_deep_and_another_block_starts_anew() -> None:
    counted = classify(ATTEMPT, BASE, MINED, seen(12))
    assert keep_depth(counted, classify(ATTEMPT, BASE, MINED, seen(3))) is counted
    moved = classify(ATTEMPT, BASE, replace(MINED, block_hash="0xc"), seen(3))
    assert keep_depth(counted, moved) is moved
    assert keep_depth(gone(counted), counted) is counted


def test_what_two_nodes_do_not_see_alike_waits() -> None:
    counted = classify(ATTEMPT, BASE, MINED, seen(12))
    assert agreeing(counted, doubted=False) is counted
    assert (agreeing(counted, doubted=True).state, agreeing(counted, doubted=True).verdict) == (State.SEEN, "waits")


def test_more_depth_alone_turns_nothing_and_another_owner_turns_both() -> None:
    counted = classify(ATTEMPT, BASE, MINED, seen(12))
    assert affected_attempts(counted, classify(ATTEMPT, BASE, MINED, seen(13))) == frozenset()
    assert affected_attempts(counted, replace_struct(counted, attempt=UUID(int=7))) == {ATTEMPT.id, UUID(int=7)}
    assert affected_attempts(None, counted) == {ATTEMPT.id}


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 700_000), st.sampled_from(["counts", "waits", "gone"])), max_size=12
    )
)
def test_whatever_was_seen_on_the_way_what_stands_at_the_end_is_what_was_received(
    looks: list[tuple[int, int, str]],
) -> None:
    attempt, known = ATTEMPT, dict[int, ClassifiedTransfer]()
    for log, amount, kind in looks:
        one = classify(ATTEMPT, BASE, replace(MINED, log=log, amount=amount), seen(1 if kind == "waits" else 20))
        known[log] = gone(one) if kind == "gone" else one
        for fact in facts(attempt, list(known.values())):
            attempt = advance(attempt, fact)
        standing = sum(one.transfer.amount for one in known.values() if one.verdict == "counts")
        assert (attempt.received, attempt.captured) == (standing, standing * 100 // 1_000_000)
