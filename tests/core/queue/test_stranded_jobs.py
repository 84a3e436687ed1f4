"""Jobs that nobody will run are told: by the kind, how many, and what mends it."""

from pathlib import Path

import pytest

from gerbang import app, settings
from gerbang.base.db import Database
from gerbang.core.queue import stranded_jobs
from gerbang.core.queue.processes import Workers
from gerbang.nouns import NOUNS
from gerbang.providers.sealed import ensure_root_key

ADD = """
    INSERT INTO jobs (kind, key, run_at, most_tries, parked_at) VALUES
        ('attempt.inquire', 'a', now(), 5, NULL), ('attempt.inquire', 'b', now(), 5, now()), ('attempt.inquire', 'c', now(), 5, now()),
        ('of.tomorrow', 'a', now(), 5, NULL), ('of.yesterday', 'a', now(), 5, now())
"""


@pytest.fixture
async def workers(db: Database) -> Workers:
    async with db.transaction() as tx:
        await tx.execute(ADD)
    view = Workers(db, ["attempt.inquire"])
    await view.look()
    return view


async def test_parked_jobs_and_unknown_kinds_are_told_in_notice_gauge_and_doctor(
    db: Database, workers: Workers
) -> None:
    found = await stranded_jobs.look(db, ["attempt.inquire"])
    assert (found.parked, found.unknown) == ({"attempt.inquire": 2, "of.yesterday": 1}, {"of.tomorrow": 1})
    assert workers.jobs() == {"parked": 3.0, "unknown": 1.0}
    notice = await workers.jobs_notice()
    assert notice is not None
    assert "1 jobs are of the kind 'of.tomorrow', which this version does not know" in notice
    assert "run a version that knows them" in found.lines()[-1][1]


async def test_nothing_is_told_where_every_job_will_be_run(db: Database) -> None:
    view = Workers(db, ["attempt.inquire"])
    await view.look()
    assert (await view.jobs_notice(), view.jobs()) == (None, {"parked": 0.0, "unknown": 0.0})


async def test_the_kinds_that_are_known_are_those_that_a_worker_runs(
    db: Database, database_url: str, tmp_path: Path
) -> None:
    """One that was forgotten would be told as unknown though it runs."""
    known = settings.load(data=tmp_path, database_url=database_url)
    ensure_root_key(known.root_key_path, create=True)
    async with app.core(known, "test") as core:
        assert set(core.nouns.jobs(core)) == set(NOUNS.job_kinds)
