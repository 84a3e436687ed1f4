"""That the sample of moods leaves nothing out that it claims to try, in both dialects."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pytest

from tests.providers.conformance import Operation, Question, Way
from tests.providers.faults import FAULTS, Sort, met
from tests.providers.nicepay import simulated as v2
from tests.providers.nicepay.behaviours import CHOICES, SWITCHES, Case, Kind, Mood
from tests.providers.nicepay.snap import simulated as snap


@dataclass(frozen=True)
class Dialect:
    """What is tried of one dialect, and all that could be."""

    cases: Sequence[Case]
    moods: Sequence[Mood]
    questions: Mapping[str, Question]
    ways_in: Callable[[Mood], Sequence[Way]]

    @cached_property
    def product(self) -> Sequence[Case]:
        return [
            Case(mood, way, name)
            for mood in self.moods
            for way in self.ways_in(mood)
            for name, question in self.questions.items()
            if question.is_for(way)
        ]

    def about(self, case: Case) -> Operation | None:
        return self.questions[case.question].about

    def is_changed(self, case: Case) -> bool:
        """Whether the mood bears on the operation."""
        return case.mood.bearing is not None and self.about(case) in case.mood.bearing.operations


DIALECTS = {
    "v2": Dialect(v2.CASES, v2.MOODS, v2.QUESTIONS, v2.ways_in),
    "snap": Dialect(snap.CASES, snap.MOODS, snap.QUESTIONS, snap.ways_in),
}


@pytest.fixture(params=list(DIALECTS.values()), ids=list(DIALECTS))
def dialect(request: pytest.FixtureRequest) -> Dialect:
    chosen: Dialect = request.param
    return chosen


def test_the_table_names_every_switch() -> None:
    assert SWITCHES.keys() == CHOICES.keys()


def test_every_position_of_every_switch_is_a_mood() -> None:
    alone = {
        next(iter(mood.quirks.items())) for one in DIALECTS.values() for mood in one.moods if len(mood.quirks) == 1
    }
    assert alone == {(name, position) for name, positions in CHOICES.items() for position in positions[1:]}


def test_the_sample_asks_nothing_twice_and_nothing_that_cannot_be_asked(dialect: Dialect) -> None:
    asked = [(case.mood.name, case.way.name, case.question) for case in dialect.cases]
    assert len(set(asked)) == len(asked)
    assert set(asked) < {(case.mood.name, case.way.name, case.question) for case in dialect.product}


def test_without_a_mood_everything_is_asked_of_every_way_to_pay(dialect: Dialect) -> None:
    def plain(cases: Sequence[Case]) -> set[tuple[str, str]]:
        return {(case.way.name, case.question) for case in cases if case.mood.bearing is None}

    assert plain(dialect.cases) == plain(dialect.product)


def test_every_mood_meets_every_operation(dialect: Dialect) -> None:
    met_ = {(case.mood.name, dialect.about(case)) for case in dialect.cases}
    assert met_ >= {(mood.name, operation) for mood in dialect.moods for operation in Operation}


def test_every_way_to_pay_meets_every_kind_of_mood(dialect: Dialect) -> None:
    met_ = {(case.way.name, case.mood.bearing.kind) for case in dialect.cases if case.mood.bearing}
    assert met_ == {(case.way.name, kind) for case in dialect.product for kind in Kind}


def test_where_a_mood_bears_on_an_operation_all_that_is_asked_about_it_is_asked(dialect: Dialect) -> None:
    asked = {(case.mood.name, case.question) for case in dialect.cases}
    wanted = {(case.mood.name, case.question) for case in dialect.product if dialect.is_changed(case)}
    assert wanted
    assert wanted <= asked, wanted - asked


def test_where_a_mood_bears_on_a_way_to_pay_that_way_meets_it(dialect: Dialect) -> None:
    met_ = {(case.mood.name, case.way.name, dialect.about(case)) for case in dialect.cases}
    wanted = {
        (case.mood.name, case.way.name, dialect.about(case))
        for case in dialect.product
        if dialect.is_changed(case) and case.mood.bearing and case.way.name in case.mood.bearing.ways
    }
    assert wanted
    assert wanted <= met_, wanted - met_


def test_where_a_mood_bears_on_some_ways_only_each_is_asked_everything_that_it_changes(dialect: Dialect) -> None:
    asked = {(case.mood.name, case.way.name, case.question) for case in dialect.cases}
    wanted = {
        (case.mood.name, case.way.name, case.question)
        for case in dialect.product
        if (bearing := case.mood.bearing) and dialect.is_changed(case)
        if case.way.name in bearing.ways and len(bearing.ways) < len(dialect.ways_in(case.mood))
    }
    assert wanted
    assert wanted <= asked, wanted - asked


def test_every_fault_is_met_at_a_call_and_every_sort_of_fault_by_every_way_to_pay() -> None:
    for ways in (["card"], list(v2.TO_A_NUMBER), list(v2.EVERY), list(snap.EVERY)):
        pairs = met(ways)
        assert {fault for _, fault in pairs} == set(FAULTS)
        assert {(way, fault.sort) for way, fault in pairs} == {(way, sort) for way in ways for sort in Sort}
