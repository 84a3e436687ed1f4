"""The breaker: what opens it, what does not, and how it closes again. Time is a number that the test hands in."""

from gerbang.core.connections.breaker import Breaker, BreakerRules

RULES = BreakerRules(failures=3, window_s=60, pause_s=5, longest_pause_s=30)


def opened(at: float = 100.0) -> Breaker:
    """A breaker that three different payments have opened."""
    breaker = Breaker(RULES)
    assert [breaker.note_silence(f"payment {n}", began=at - 1, now=at) for n in range(3)] == [False, False, True]
    return breaker


def test_it_opens_after_calls_about_so_many_different_things_had_no_answer() -> None:
    breaker = opened(at=100)
    assert breaker.wait_s(100) == 5
    assert breaker.wait_s(104) == 1


def test_one_payment_that_the_provider_cannot_bear_keeps_no_other_from_it() -> None:
    breaker = Breaker(RULES)
    assert not any(breaker.note_silence("the same", began=at, now=at) for at in range(50))
    assert breaker.wait_s(50) == 0


def test_an_answer_in_between_begins_the_count_anew() -> None:
    breaker = Breaker(RULES)
    for n in range(2):
        breaker.note_silence(n, began=1, now=1)
    breaker.note_answer()
    for n in range(2, 4):
        breaker.note_silence(n, began=2, now=2)
    assert breaker.wait_s(2) == 0


def test_silence_that_is_older_than_the_window_does_not_count() -> None:
    breaker = Breaker(RULES)
    for n, at in enumerate((0.0, 61.0, 122.0, 183.0)):
        breaker.note_silence(n, began=at, now=at)
    assert breaker.wait_s(183) == 0


def test_after_the_pause_one_call_goes_through_and_no_second() -> None:
    breaker = opened(at=100)
    assert breaker.wait_s(105) == 0
    breaker.enter(105)
    assert breaker.wait_s(105) == 5


def test_a_trial_that_is_answered_closes_it() -> None:
    breaker = opened(at=100)
    breaker.enter(105)
    assert breaker.note_answer()
    assert (breaker.wait_s(105), breaker.is_open(105)) == (0, False)


def test_each_trial_without_an_answer_doubles_the_pause_up_to_the_longest() -> None:
    breaker, now, pauses = opened(at=100), 105.0, list[float]()
    for _ in range(4):
        breaker.enter(now)
        breaker.note_silence("trial", began=now, now=now)
        pauses.append(breaker.wait_s(now))
        now += pauses[-1]
    assert pauses == [10, 20, 30, 30]


def test_a_pause_begins_short_again_after_it_was_closed() -> None:
    breaker = opened(at=100)
    breaker.enter(105)
    breaker.note_silence("trial", began=105, now=105)
    breaker.note_answer()
    for n in range(3):
        breaker.note_silence(n, began=200, now=200)
    assert breaker.wait_s(200) == 5


def test_a_trial_that_hangs_or_was_cancelled_leaves_its_turn_to_another_one_pause_later() -> None:
    breaker = opened(at=100)
    breaker.enter(105)
    assert breaker.wait_s(110) == 0


def test_what_was_sent_before_it_opened_makes_no_pause_longer() -> None:
    breaker = opened(at=100)
    breaker.note_silence("slow", began=95, now=104)
    assert breaker.wait_s(104) == 1


def test_what_was_sent_before_it_opened_closes_it_when_it_is_answered() -> None:
    breaker = opened(at=100)
    assert breaker.note_answer()
    assert breaker.wait_s(101) == 0


def test_one_that_nobody_asks_any_more_is_not_called_open_for_ever() -> None:
    breaker = opened(at=100)
    assert (breaker.is_open(705), breaker.is_open(706)) == (True, False)


def test_an_open_breaker_says_for_how_long_nobody_has_tried_it_and_a_trial_begins_that_anew() -> None:
    breaker = opened(at=100)
    assert (breaker.untried_s(104), breaker.untried_s(115)) == (-1, 10)
    breaker.enter(115)
    assert breaker.untried_s(116) == -1
    breaker.note_answer()
    assert breaker.untried_s(1_000) == -1
