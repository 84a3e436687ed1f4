"""One call to a provider: what each error means, how many at once, and what an open breaker does and never does."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import (
    HTTP_CALLS,
    AnswerTooLong,
    HttpCall,
    OutcomeUnknown,
    ProviderRefused,
    TurnedAway,
    Unreachable,
)
from gerbang.core.connections.breaker import BreakerRules
from gerbang.core.connections.outbound_calls import AT_ONCE, CallResult, Operation, OutboundCalls, Outcome
from gerbang.ports.messenger import Refused
from tests.core.connections.unstored import Clock, outbound_calls

LOOK = Operation("inquiry", repeatable=True)
REGISTER = Operation("submit", repeatable=False)
RULES = BreakerRules(failures=3, window_s=60, pause_s=5, longest_pause_s=30)


def answers(value: str = "paid") -> Callable[[], Awaitable[str]]:
    async def call() -> str:
        return value

    return call


def fails(error: Exception, status: int | None = None) -> Callable[[], Awaitable[str]]:
    """A provider's call that ends so, after an HTTP call that brought this status."""

    async def call() -> str:
        made = HTTP_CALLS.get()
        assert made is not None
        made.append(HttpCall(0.01, status))
        raise error

    return call


async def opened(clock: Clock) -> OutboundCalls:
    """The calls of a process whose breaker for `down` three payments have opened."""
    outbound = outbound_calls(RULES, clock)
    for payment in range(3):
        await outbound.send("down", LOOK, fails(Unreachable("Could not connect")), about=payment)
    assert list(outbound.open_breakers()) == ["down"]
    return outbound


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ProviderRefused("unknown merchant"), Outcome.REFUSED),
        (Refused("550 5.1.1"), Outcome.REFUSED),
        (Unreachable("Could not connect"), Outcome.UNREACHABLE),
        (TurnedAway("450 4.2.0"), Outcome.UNREACHABLE),
        (OutcomeUnknown("Sent, then TimeoutError"), Outcome.UNKNOWN),
        (AnswerTooLong("longer than 1 MiB"), Outcome.UNKNOWN),
        (UpstreamFailed("something else"), Outcome.UNKNOWN),
    ],
)
async def test_each_error_of_a_provider_is_one_outcome(error: UpstreamFailed, outcome: Outcome) -> None:
    result = await outbound_calls().send("one", REGISTER, fails(error))
    assert (result.outcome, result.error, result.asked) == (outcome, error, True)


async def test_an_answer_is_the_answer_and_its_journal_says_what_was_asked() -> None:
    result = await outbound_calls().send("one", LOOK, answers("paid"))
    assert result.value() == "paid"
    assert result.journal() == {"operation": "inquiry", "outcome": "answered", "took_ms": 0.0}


async def test_the_journal_says_why_nothing_came_back_and_repeats_no_word_of_a_provider() -> None:
    lost = await outbound_calls().send("one", REGISTER, fails(OutcomeUnknown("Sent, then TimeoutError.")))
    assert (lost.journal()["outcome"], lost.journal()["why"]) == ("unknown", "Sent, then TimeoutError.")
    for error, status in ((OutcomeUnknown("sari@lumbung.example?"), 500), (ProviderRefused("Sari is unknown"), None)):
        said = await outbound_calls().send("one", REGISTER, fails(error, status))
        assert "why" not in said.journal()


async def test_an_unknown_outcome_of_what_must_not_be_sent_twice_is_never_an_error_that_is_retried() -> None:
    result: CallResult[str] = await outbound_calls().send("one", REGISTER, fails(OutcomeUnknown("no answer")))
    with pytest.raises(AssertionError, match="undecided: submit"):
        result.value()


async def test_an_unknown_outcome_of_a_look_may_be_asked_again() -> None:
    result: CallResult[str] = await outbound_calls().send("one", LOOK, fails(OutcomeUnknown("no answer")))
    with pytest.raises(OutcomeUnknown):
        result.value()


async def test_a_fault_of_ours_is_no_outcome() -> None:
    with pytest.raises(KeyError):
        await outbound_calls().send("one", LOOK, fails(KeyError("ours")))


async def test_one_connection_gets_so_many_calls_at_once_and_another_is_not_kept_waiting() -> None:
    outbound, under_way, go_on = outbound_calls(), list[int](), asyncio.Event()

    async def hangs() -> str:
        under_way.append(1)
        await go_on.wait()
        return ""

    waiting = [asyncio.create_task(outbound.send("slow", LOOK, hangs)) for _ in range(AT_ONCE + 5)]
    await asyncio.sleep(0)
    other = await outbound.send("quick", LOOK, answers())
    begun = len(under_way)
    go_on.set()
    await asyncio.gather(*waiting)
    assert (other.outcome, begun, len(under_way)) == (Outcome.ANSWERED, AT_ONCE, AT_ONCE + 5)


async def test_while_the_breaker_is_open_nothing_is_sent_and_that_is_said_to_be_certain() -> None:
    outbound, asked = await opened(Clock()), list[str]()

    async def call() -> str:
        asked.append("sent")
        return ""

    result = await outbound.send("down", REGISTER, call)
    assert (result.outcome, result.asked, asked) == (Outcome.UNREACHABLE, False, [])
    assert isinstance(result.error, Unreachable)
    assert result.error.retry_after_s == 5


async def test_the_breaker_of_one_connection_says_nothing_of_another() -> None:
    outbound = await opened(Clock())
    assert (await outbound.send("up", REGISTER, answers())).outcome is Outcome.ANSWERED


async def test_whoever_waited_for_a_turn_while_it_opened_is_not_sent() -> None:
    outbound, go_on, sent = outbound_calls(RULES), asyncio.Event(), list[str]()

    async def hangs() -> str:
        await go_on.wait()
        raise OutcomeUnknown("no answer")

    async def call() -> str:
        sent.append("sent")
        return ""

    hanging = [asyncio.create_task(outbound.send("down", LOOK, hangs)) for _ in range(AT_ONCE)]
    await asyncio.sleep(0)
    late = asyncio.create_task(outbound.send("down", REGISTER, call))
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(*hanging)
    assert ((await late).asked, sent) == (False, [])


@pytest.mark.parametrize("operation", [LOOK, REGISTER])
async def test_after_the_pause_any_call_is_the_trial_and_its_answer_closes_the_breaker(operation: Operation) -> None:
    clock = Clock()
    outbound = await opened(clock)
    clock.now += 5
    assert (await outbound.send("down", operation, answers())).outcome is Outcome.ANSWERED
    assert outbound.open_breakers() == {}
    assert outbound.breaker_gauge() == {"down": 0}


async def test_a_trial_that_is_lost_stays_unknown() -> None:
    clock = Clock()
    outbound = await opened(clock)
    clock.now += 5
    result = await outbound.send("down", REGISTER, fails(OutcomeUnknown("Sent, then TimeoutError.")))
    assert (result.outcome, result.asked) == (Outcome.UNKNOWN, True)


async def test_a_trial_that_was_broken_off_keeps_nobody_from_the_next() -> None:
    clock, never = Clock(), asyncio.Event()
    outbound = await opened(clock)

    async def hangs() -> str:
        await never.wait()
        return ""

    clock.now += 5
    trial = asyncio.create_task(outbound.send("down", LOOK, hangs))
    await asyncio.sleep(0)
    trial.cancel()
    await asyncio.gather(trial, return_exceptions=True)
    clock.now += 5
    assert (await outbound.send("down", LOOK, answers())).outcome is Outcome.ANSWERED


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ProviderRefused("bad credentials"), None),  # whatever it refuses, it is there
        (OutcomeUnknown("a code that we do not know"), 200),
        (Unreachable("turned away: too many at once"), 429),
        (TurnedAway("450 4.2.0 greylisted"), None),
    ],
)
async def test_whoever_answers_is_there_whatever_the_answer_is(error: UpstreamFailed, status: int | None) -> None:
    outbound = outbound_calls(RULES)
    for payment in range(10):
        await outbound.send("one", LOOK, fails(error, status), about=payment)
    assert outbound.open_breakers() == {}


async def test_answers_of_a_server_that_is_down_are_silence() -> None:
    outbound = outbound_calls(RULES)
    for payment in range(3):
        await outbound.send(
            "one", LOOK, fails(OutcomeUnknown("HTTP 503 with something else than JSON"), 503), about=payment
        )
    assert list(outbound.open_breakers()) == ["one"]


async def test_a_person_may_ask_while_it_is_open_and_an_answer_closes_it() -> None:
    outbound = await opened(Clock())
    await outbound.probe("down", LOOK, fails(Unreachable("still down")))
    assert list(outbound.open_breakers()) == ["down"]
    await outbound.probe("down", LOOK, answers())
    assert outbound.open_breakers() == {}


async def test_a_probe_whose_words_tell_of_a_silence_is_no_answer() -> None:
    outbound, probe = await opened(Clock()), Operation("probe", repeatable=True, tells_silence=True)

    async def says_that_nobody_answered() -> str:
        made = HTTP_CALLS.get()
        assert made is not None
        made.append(HttpCall(0.01, 500))
        return "the provider did not answer"

    await outbound.probe("down", probe, says_that_nobody_answered)
    assert list(outbound.open_breakers()) == ["down"]


async def test_who_counts_the_time_of_a_request_still_hears_of_each_http_call() -> None:
    counted = list[HttpCall]()
    HTTP_CALLS.set(counted)
    await outbound_calls().send("one", LOOK, fails(OutcomeUnknown("no answer"), 500))
    assert counted == [HttpCall(0.01, 500)]


async def test_why_it_opened_repeats_no_word_of_a_provider_to_whom_it_does_not_concern() -> None:
    outbound = outbound_calls(RULES)
    for payment in range(3):
        await outbound.send("one", LOOK, fails(OutcomeUnknown("HTTP 500: sari@lumbung.example"), 500), about=payment)
    assert "sari" not in (await outbound.send("one", LOOK, answers())).why
