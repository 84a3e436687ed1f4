"""A small sale on the eleventh of November for every full run; and for every run, that its judge would find what is wrong."""

import asyncio
import json

import pytest

from tests.chaos.eleven import eleven, table
from tests.chaos.eleven_judge import Truth, differences, events
from tests.core.endpoints.receiver import Came, Receiver

SEED = 20_261_111


@pytest.mark.full
def test_every_order_of_a_sale_is_here_once_whatever_dies_and_whatever_lazada_answers() -> None:
    """11.11."""
    report = asyncio.run(eleven(orders=150, minutes=0.5, seed=SEED))
    assert not report.findings, table(report)
    assert report.kills["postgres"] == 3, table(report)
    assert report.push_stopped > 0, table(report)
    assert report.faults.total() > 0, table(report)


def _said(number: str, status: str) -> dict[str, object]:
    return {"connection": "a", "external_id": number, "id": number, "items": [{"external_id": "1", "status": status}]}


def _came(id_: str, type_: str, order: str, sequence: int) -> Came:
    body = {"type": type_, "sequence": sequence, "data": {"id": order}}
    return Came({"webhook-id": id_}, json.dumps(body).encode())


def test_an_order_that_is_missing_doubled_of_nobody_or_elsewhere_would_be_found() -> None:
    truth = Truth({("a", "1"): {"1": "pending"}, ("a", "2"): {"1": "cancelled"}})
    assert differences(truth, [_said("1", "pending"), _said("2", "cancelled")]) == []
    for wrong in (
        [_said("1", "pending")],
        [_said("1", "pending"), _said("2", "cancelled"), _said("2", "cancelled")],
        [_said("1", "pending"), _said("2", "cancelled"), _said("3", "pending")],
        [_said("1", "pending"), _said("2", "pending")],
    ):
        assert len(differences(truth, wrong)) == 1


def test_an_event_that_is_missing_or_under_two_ids_would_be_found_and_one_that_came_again_is_none() -> None:
    first, then = _came("e1", "order.created", "1", 1), _came("e2", "order.cancelled", "1", 2)
    said = [_said("1", "cancelled")]
    assert events(Receiver(came=[first, then, then]), said) == []
    for wrong in (
        [then],
        [first, then, _came("e3", "order.cancelled", "1", 2)],
        [first, _came("e1", "order.cancelled", "1", 2)],
    ):
        assert events(Receiver(came=wrong), said)
