"""In which moods NICEPAY is asked what, of which way to pay: one table of what each of its switches bears on, and the sample that is taken.

The product is too large to be tried whole. Without a mood everything is asked of every way to pay. A mood is tried at every operation; where
it bears on one, by every question about it and by every way to pay that it bears on; and where it bears on some ways only, by every question
to each of them (`shows`). test_behaviours.py proves it.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from random import Random
from typing import Final

import pytest

from gerbang.providers.nicepay.simulator import NicepaySimulator
from tests.providers.conformance import Operation, Question, Way
from tests.providers.sampling import diagonal, sampled

CHOICES: Final = NicepaySimulator([]).quirk_choices()
SNAP: Final = [switch for switch in CHOICES if switch.startswith("snap_")]
V2: Final = [switch for switch in CHOICES if switch not in SNAP]


class Kind(StrEnum):
    """What differs in a mood."""

    WORD = "by which word a state is told"
    FORM = "how a message is written"
    MONEY = "how much is told, and how much goes back"
    REFUSAL = "what is refused, and how"
    DAY = "the money goes back on another day"
    MIXTURE = "everything"


@dataclass(frozen=True, slots=True)
class Bearing:
    """The ways to pay and the operations whose answers a mood changes."""

    kind: Kind
    ways: tuple[str, ...]
    operations: frozenset[Operation]

    @property
    def is_special(self) -> bool:
        """Whether it bears on some ways to pay only, and so may bear on each in its own manner."""
        return self.ways not in (EVERY, BY_SNAP)


ANY: Final = frozenset(Operation)
ASK: Final = frozenset({Operation.INQUIRY})
BACK: Final = frozenset({Operation.REFUND})
CLOSE: Final = frozenset({Operation.CANCEL})
MAKE: Final = frozenset({Operation.REGISTRATION})
TELL: Final = frozenset({Operation.NOTIFICATION})
BY_PARTNER: Final = ("ovo", "dana", "akulaku", "jenius")
GIVEN_BACK: Final = ("card", "qris", *BY_PARTNER)
EVERY: Final = ("virtual_account", "store", *GIVEN_BACK)
BY_SNAP: Final = ("virtual_account", "qris", "dana", "ovo")
SWITCHES: Final[Mapping[str, Bearing]] = {
    "cancelled_va_status": Bearing(Kind.WORD, ("virtual_account", "store"), CLOSE | ASK),
    "second_cancel": Bearing(Kind.REFUSAL, EVERY, CLOSE | BACK),
    "trans_before_payment": Bearing(Kind.FORM, EVERY, ASK),
    "empty_fields": Bearing(Kind.FORM, EVERY, ANY - TELL),
    "amount_number": Bearing(Kind.FORM, EVERY, MAKE | ASK),
    "issuer_field": Bearing(Kind.FORM, ("card",), TELL),
    "card_statuses": Bearing(Kind.WORD, ("card",), ASK | CLOSE | BACK),
    "reference_after_end": Bearing(Kind.REFUSAL, EVERY, MAKE),
    "error_http_status": Bearing(Kind.REFUSAL, EVERY, ANY - TELL),
    "past_expiry": Bearing(Kind.REFUSAL, ("virtual_account", "store"), MAKE),
    "unknown_transaction": Bearing(Kind.REFUSAL, EVERY, ASK),
    "inquiry_mismatch": Bearing(Kind.REFUSAL, EVERY, ASK),
    "inquiry_amount_when_mispaid": Bearing(Kind.MONEY, ("virtual_account", "store"), ASK),
    "notified_amount_when_mispaid": Bearing(Kind.MONEY, ("virtual_account", "store"), TELL),
    "notified_trans_time": Bearing(Kind.FORM, EVERY, TELL),
    "notification_accepts": Bearing(Kind.REFUSAL, EVERY, TELL),
    "notification_on_cancel": Bearing(Kind.FORM, GIVEN_BACK, TELL | BACK),
    "inquiry_message": Bearing(Kind.WORD, EVERY, ASK),
    "status_after_partial_refund": Bearing(Kind.WORD, GIVEN_BACK, BACK),
    "cancel_amount": Bearing(Kind.MONEY, GIVEN_BACK, BACK),
    "partial_refunds": Bearing(Kind.MONEY, GIVEN_BACK, BACK),
    "partial_refunds_elsewhere": Bearing(Kind.MONEY, GIVEN_BACK, BACK),
    "before_payment_step": Bearing(Kind.WORD, BY_PARTNER, ASK),
    "qris_request": Bearing(Kind.FORM, ("qris",), MAKE),
    "payment_url": Bearing(Kind.FORM, ("card", "jenius"), MAKE),
    "mandiri_number": Bearing(Kind.FORM, ("virtual_account",), MAKE),
    "billing_name_length": Bearing(Kind.REFUSAL, EVERY, MAKE),
    "fixed_account": Bearing(Kind.FORM, ("virtual_account",), MAKE),
    "cart_item_object": Bearing(Kind.FORM, ("dana", "akulaku"), MAKE),
    "timestamp_tolerance": Bearing(Kind.REFUSAL, EVERY, ANY - TELL),
    "snap_account_table": Bearing(Kind.WORD, ("virtual_account",), ASK | CLOSE),
    "snap_account_status": Bearing(Kind.FORM, ("virtual_account",), ASK | CLOSE),
    "snap_account_notice": Bearing(Kind.FORM, ("virtual_account",), TELL),
    "snap_status_names": Bearing(Kind.MONEY, ("virtual_account", "qris"), ASK | CLOSE | BACK),
    "snap_status_words": Bearing(Kind.WORD, BY_SNAP, ASK | CLOSE | BACK),
    "snap_external_id": Bearing(Kind.REFUSAL, BY_SNAP, ANY - TELL),
    "snap_new_token": Bearing(Kind.REFUSAL, BY_SNAP, ANY - TELL),
    "snap_qris_service_code": Bearing(Kind.FORM, ("qris",), ASK | BACK),
    "snap_lookup": Bearing(Kind.REFUSAL, ("dana", "ovo"), MAKE | ASK),
    "snap_unknown": Bearing(Kind.REFUSAL, ("dana", "ovo"), MAKE | ASK),
    "snap_mismatch": Bearing(Kind.REFUSAL, BY_SNAP, ASK),
    "snap_void_status": Bearing(Kind.WORD, ("dana", "ovo"), BACK),
    "snap_refund": Bearing(Kind.MONEY, ("qris", "dana", "ovo"), BACK),
    "snap_refund_again": Bearing(Kind.REFUSAL, ("qris", "dana", "ovo"), BACK),
}


@dataclass(frozen=True, slots=True)
class Mood:
    """How this NICEPAY behaves: its switches, and whether orders are given back on the day after they were paid."""

    name: str
    quirks: Mapping[str, str] = field(default_factory=dict)
    next_day: bool = False

    def __str__(self) -> str:
        return self.name

    def says(self, switch: str) -> str:
        """The position of a switch."""
        return self.quirks.get(switch, CHOICES[switch][0])

    @property
    def bearing(self) -> Bearing | None:
        """On what; None for no mood at all. What may bear on everything is met by the ways to pay in turn."""
        if len(self.quirks) > 1:
            return Bearing(Kind.MIXTURE, (), ANY)
        alone = [SWITCHES[switch] for switch in self.quirks]
        if self.next_day:
            return Bearing(Kind.DAY, alone[0].ways if alone else GIVEN_BACK, BACK)
        return alone[0] if alone else None


@dataclass(frozen=True, slots=True)
class Case:
    """A question about a way to pay, in a mood."""

    mood: Mood
    way: Way
    question: str

    @property
    def parameters(self) -> pytest.ParameterSet:
        return pytest.param(self.mood, self.way.choice, id=f"{self.mood}-{self.way.name}")


def each_position(switches: Sequence[str]) -> list[Mood]:
    """No mood, and then every other position of every switch, one at a time."""
    others = [(name, position) for name in switches for position in CHOICES[name][1:]]
    return [Mood("defaults"), *(Mood(f"{name}={position}", {name: position}) for name, position in others)]


def next_days(switches: Sequence[str]) -> list[Mood]:
    """What only shows when the money goes back a day later: a refund instead of a void."""
    others = [(name, position) for name in switches for position in CHOICES[name][1:]]
    plain = Mood("next-day", next_day=True)
    return [plain, *(Mood(f"next-day,{name}={position}", {name: position}, True) for name, position in others)]


def mixtures(switches: Sequence[str], count: int, seed: int) -> list[Mood]:
    """Every switch in a position drawn by the seed, on either day."""
    chance = Random(seed)
    drawn = [{name: chance.choice(CHOICES[name]) for name in switches} for _ in range(count)]
    return [Mood(f"mixture-{seed}-{n}", quirks, chance.random() < 0.5) for n, quirks in enumerate(drawn)]


def cases(
    moods: Sequence[Mood], ways_in: Callable[[Mood], Sequence[Way]], questions: Mapping[str, Question]
) -> list[Case]:
    """The sample. The ways to pay have their turns one after another, those that the mood bears on before the others."""

    def everything() -> Iterator[Case]:
        for turn, mood in enumerate(moods):
            ways = ways_in(mood)
            ways = [*ways[turn % len(ways) :], *ways[: turn % len(ways)]]
            named = mood.bearing.ways if mood.bearing else ()
            first, rest = [way for way in ways if way.name in named], [way for way in ways if way.name not in named]
            for question, way in chain(diagonal(list(questions), first), diagonal(list(questions), rest)):
                if questions[question].is_for(way):
                    yield Case(mood, way, question)

    return sampled(everything(), lambda case: shows(case, questions[case.question].about))


def shows(case: Case, about: Operation | None) -> Iterator[Hashable]:
    """All that one case is tried for."""
    bearing = case.mood.bearing
    if bearing is None:
        yield case.question, case.way.name
    elif about is not None:
        yield case.mood.name, about
        yield case.way.name, bearing.kind
        if about in bearing.operations:
            yield case.mood.name, case.question
        if about in bearing.operations and case.way.name in bearing.ways:
            yield case.mood.name, case.way.name, case.question if bearing.is_special else about
