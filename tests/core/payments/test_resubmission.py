"""Registrations whose answers are lost, one after the other: when the next is sent, and when none is any more. Pure but for the last."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from gerbang.core.connections.breaker import BreakerRules
from gerbang.core.payments import schedule
from gerbang.core.payments.applying_facts import FactReport, apply_report
from gerbang.core.payments.model import Attempt, AttemptStatus, PaymentDetail
from gerbang.core.payments.unit_of_work import PaymentAggregate, PaymentEffects
from gerbang.ports.facts import AnswerLost
from tests.core.payments.provider_book import book_of, fault

from .conftest import World
from .test_machine import NOW, a_payment, an_attempt

S = AttemptStatus


def after_losses(losses: int, *, lasts: timedelta = timedelta(days=1)) -> PaymentAggregate:
    """A payment of which so many registrations were sent and never answered."""
    aggregate = PaymentAggregate(a_payment(), NOW, PaymentEffects())
    aggregate.put_attempt(an_attempt(expires_at=NOW + lasts))
    for _ in range(losses):
        apply_report(aggregate, FactReport(newest(aggregate).id, [AnswerLost("HTTP 500")], "submit"))
    return aggregate


def newest(aggregate: PaymentAggregate) -> Attempt:
    return max(aggregate.attempts.values(), key=lambda a: a.number)


@pytest.mark.parametrize(
    ("losses", "wait_s"), [(1, 0), (3, 0), (4, 30), (5, 60), (6, 120), (10, 1_920), (11, 3_600), (90, 3_600)]
)
def test_three_follow_at_once_and_each_later_one_after_a_longer_wait(losses: int, wait_s: int) -> None:
    aggregate = after_losses(losses)
    last = aggregate.effects.jobs[-1]
    assert (newest(aggregate).status, last.kind) == (S.SUBMITTING, schedule.SUBMIT)
    assert last.run_at == NOW + timedelta(seconds=wait_s)


def test_none_follows_that_would_be_sent_after_the_deadline() -> None:
    assert newest(after_losses(5, lasts=timedelta(seconds=50))).status is S.ABANDONED


@pytest.mark.parametrize(("losses", "waits"), [(3, False), (4, True)])
def test_only_one_that_is_not_sent_for_a_while_leaves_the_payer_to_choose(losses: int, waits: bool) -> None:
    aggregate = after_losses(losses)
    attempts = list(aggregate.attempts.values())
    assert schedule.waits_for_provider(attempts) is waits
    sent = [replace(a, unsent=False) for a in attempts]
    assert not schedule.waits_for_provider(sent), "it is at the provider now"


async def test_what_was_chosen_by_api_goes_on_by_itself_after_an_outage_with_few_payments(world: World) -> None:
    world.core.outbound._rules = BreakerRules(failures=5, pause_s=0.2, longest_pause_s=0.2)
    await fault(world, "http_500", "", count=1_000)
    made = [one.details for one in await asyncio.gather(*(world.create() for _ in range(3)))]
    await world.eventually(lambda: all_lost(world, made))

    await world.control("nicepay/faults", "DELETE")
    await world.eventually(lambda: all_shown(world, made))
    for one in made:
        details = await world.core.payments.get(one.payment.id)
        assert [a.status for a in details.attempts if a.status is not S.ABANDONED] == [S.PENDING]
        assert (await book_of(world, details)).registered == 1


async def all_lost(world: World, made: list[PaymentDetail]) -> bool:
    """Whether each has used up what is sent at once, time passing."""
    await world.advance(5)
    found = [await world.core.payments.get(one.payment.id) for one in made]
    return all(sum(a.status is S.ABANDONED for a in one.attempts) > 3 for one in found)


async def all_shown(world: World, made: list[PaymentDetail]) -> bool:
    await world.advance(60)
    found = [await world.core.payments.get(one.payment.id) for one in made]
    return all(one.attempts[-1].next_action is not None for one in found)
