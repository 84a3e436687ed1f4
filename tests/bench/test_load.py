"""The load generators tell the truth: what was acknowledged, refused and never answered, and how long it took."""

import asyncio

from bench.load.closed import Plan, Shot, fire, percentile
from bench.load.paced import fire_on_beat
from tests.bench.listener import listening, ok


def _shots(count: int) -> list[Shot]:
    return [Shot(f"s{n}", f"GET /{n} HTTP/1.1\r\nHost: test\r\n\r\n".encode()) for n in range(count)]


async def test_every_shot_is_sent_once_and_every_success_is_kept_by_its_id() -> None:
    async with listening(ok) as there:
        result = await asyncio.to_thread(fire, Plan(there.port, 8, 5.0, keep_bodies=True), _shots(500))
    assert sorted(there.heard) == sorted(f"/{n}" for n in range(500))
    assert sorted(result.acknowledged) == sorted(f"s{n}" for n in range(500))
    assert len(result.latencies_s) == 500
    assert set(result.bodies.values()) == {b"ok"}
    assert not result.refused
    assert not result.unanswered


async def test_a_refusal_is_no_acknowledgement() -> None:
    def busy(path: str) -> bytes:
        return b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n" if path == "/3" else ok(path)

    async with listening(busy) as there:
        result = await asyncio.to_thread(fire, Plan(there.port, 2, 5.0), _shots(10))
    assert result.refused == [("s3", 503)]
    assert len(result.acknowledged) == 9


async def test_a_request_whose_line_is_cut_is_neither_acknowledged_nor_forgotten() -> None:
    async with listening(lambda path: None if path == "/3" else ok(path)) as there:
        result = await asyncio.to_thread(fire, Plan(there.port, 2, 5.0), _shots(10))
    assert result.unanswered == ["s3"]
    assert len(result.acknowledged) == 9


async def test_the_closed_loop_ends_with_its_time_however_many_shots_are_left() -> None:
    async with listening(ok) as there:
        result = await asyncio.to_thread(fire, Plan(there.port, 4, 0.3), _shots(200_000))
    assert 0.3 <= result.elapsed_s < 2.0
    assert 0 < len(result.acknowledged) < 200_000


async def test_the_open_loop_keeps_its_beat() -> None:
    async with listening(ok) as there:
        result = await asyncio.to_thread(fire_on_beat, Plan(there.port, 4, 1.0, keep_times=True), _shots(1_000), 100.0)
    assert len(result.acknowledged) == 100
    sent = [result.sent_at[f"s{n}"] for n in range(100)]
    assert 0.9 < sent[-1] - sent[0] < 1.1


def test_a_percentile_is_a_value_that_was_seen() -> None:
    values = [float(n) for n in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1.0)) == (51.0, 100.0, 100.0)
    assert percentile([], 0.5) == 0.0
