"""F4: what Gerbang acknowledged survives a SIGKILL of PostgreSQL and all its children, under load."""

from bench.ackcheck import check


async def test_no_acknowledged_webhook_is_lost_when_postgresql_is_killed_under_load() -> None:
    verdict = await check(seconds=5.0, kills=1, seed=20)
    assert not verdict.lost, verdict
    assert verdict.acknowledged > 200, verdict
    assert verdict.not_acknowledged > 0, f"the kill hit nothing: {verdict}"
