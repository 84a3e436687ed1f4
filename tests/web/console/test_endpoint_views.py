"""What pages say of endpoints and deliveries: states, shares, where the time of an attempt went, and what others were told on a payment's timeline."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from gerbang.base.formats import NBSP
from gerbang.core.endpoints.model import DeliveryStatus, DisabledReason, Endpoint, Profile, Signing, Tried
from gerbang.core.endpoints.overview import DeliveryLine, Standing
from gerbang.web.console import delivery_view, endpoint_view
from gerbang.web.console.objects import Step
from gerbang.web.console.timeline import with_deliveries

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)


def endpoint(**more: Any) -> Endpoint:
    given: dict[str, Any] = {
        "id": UUID(int=1),
        "url": "https://shop.example/in?key=geheim",
        "description": "",
        "events": ("*",),
        "signing": Signing.HMAC,
        "ordered": False,
        "rate_per_s": None,
        "profile": Profile.STANDARD,
        "include": (),
        "disabled": None,
        "failing_since": None,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Endpoint(**given | more)


def standing(tried: int = 0, arrived: int = 0, newest_at: datetime | None = NOW) -> Standing:
    return Standing(((0, 0),) * 24, tried, arrived, 41 if tried else None, 0, None, newest_at)


def line(at: datetime | None = NOW, **more: Any) -> DeliveryLine:
    given: dict[str, Any] = {
        "id": UUID(int=2),
        "endpoint_id": UUID(int=1),
        "url": "https://shop.example/in?key=geheim",
        "event_id": UUID(int=3),
        "type": "payment.paid",
        "object_type": "payment",
        "object_id": UUID(int=4),
        "sequence": 3,
        "status": DeliveryStatus.SUCCEEDED,
        "tries": 1,
        "made_at": NOW,
        "next_attempt_at": None,
        "at": at,
        "status_code": 200,
        "duration_ms": 41,
        "error": None,
    }
    return DeliveryLine(**given | more)


@pytest.mark.parametrize(
    ("changed", "how", "state"),
    [
        ({}, standing(newest_at=None), "new"),
        ({}, standing(), "on"),
        ({"failing_since": NOW}, standing(3, 0), "failing"),
        ({"failing_since": NOW}, standing(3, 2), "slow"),
        ({"failing_since": NOW, "disabled": DisabledReason.FAILING}, standing(3, 0), "off"),
    ],
)
def test_an_endpoint_that_takes_nothing_is_told_from_one_that_catches_up(
    changed: dict[str, Any], how: Standing, state: str
) -> None:
    assert endpoint_view.state_of(endpoint(**changed), how) == state


def test_a_share_is_never_rounded_up_to_all() -> None:
    told = [endpoint_view.share(standing(tried, arrived), "id") for tried, arrived in ((1999, 1998), (3, 3), (0, 0))]
    assert told == [f"99,9{NBSP}%", f"100{NBSP}%", "–"]


@pytest.mark.parametrize(
    ("more", "cure"),
    [
        ({"status_code": 302, "error": "http_302"}, "redirect"),
        ({"status_code": 403, "error": "http_403"}, "denied"),
        ({"status_code": 404, "error": "http_404"}, "missing"),
        ({"status_code": 503, "error": "http_503"}, "broken"),
        ({"status_code": 429, "error": "http_429"}, "other"),
        ({"status_code": None, "error": "upstream_unreachable: Could not connect."}, "unreachable"),
        ({"status_code": None, "error": "target_refused: No such host."}, "forbidden"),
        ({"status_code": None, "error": "outcome_unknown: It was sent."}, "silent"),
    ],
)
def test_each_kind_of_failure_has_a_cure_of_its_own(more: dict[str, Any], cure: str) -> None:
    assert endpoint_view.cure_of(line(**more)) == cure


def test_the_steps_of_an_attempt_fill_its_time_and_name_the_silence() -> None:
    timings = {"dns_ms": 3, "connect_ms": 9, "tls_ms": None, "first_byte_ms": None, "total_ms": 30_000}
    bars = delivery_view.bars_of(Tried(NOW, None, 30_000, "outcome_unknown: …", timings=timings))
    assert [(bar.name, bar.took_ms) for bar in bars] == [("dns", 3), ("connect", 9), ("silence", 29_988)]
    assert round(bars[-1].x + bars[-1].width) == 300


def test_a_request_is_copied_as_a_command_that_a_shell_reads_back() -> None:
    told = delivery_view.curl_of("https://shop.example/in", {"webhook-id": "evt_1"}, b'{"note": "it\'s"}')
    assert told.splitlines()[0] == "curl -i -X POST https://shop.example/in \\"
    assert """--data-binary '{"note": "it'"'"'s"}'""" in told
    assert delivery_view.curl_of("https://shop.example/in", {}, b"x" * 40_000) == ""


def test_a_payment_tells_what_its_webhook_was_answered_and_never_the_address() -> None:
    (step,) = delivery_view.steps_of([line()], "en", may_open=True)
    assert "shop.example" in step.title
    assert f"answered 200 in 41{NBSP}ms" in step.says
    assert "/console/deliveries/dlv_" in step.says
    assert "geheim" not in step.title + step.says
    assert "<a" not in delivery_view.steps_of([line()], "en", may_open=False)[0].says


def test_webhooks_stand_among_what_happened_and_only_on_the_part_of_the_timeline_that_is_shown() -> None:
    def step(minute: int, title: str) -> Step:
        return Step(NOW + timedelta(minutes=minute), "ins", title)

    happened, told = (step(2, "b"), step(4, "d")), (step(1, "a"), step(3, "c"), step(5, "e"))
    whole = with_deliveries(happened, told, from_start=True, to_end=True)
    assert "".join(str(one.title) for one in whole) == "abcde"
    middle = with_deliveries(happened, told, from_start=False, to_end=False)
    assert "".join(str(one.title) for one in middle) == "bcd"
