"""The gate itself: what `make test` runs side by side shares what was set up for it, and what it leaves out it says."""

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_side_by_side_one_worker_has_all_tests_of_a_file() -> None:
    """Else each worker sets up everything once more: a second Gerbang for the journeys, a second run of chaos."""
    files = ("tests/base/test_ids.py", "tests/base/test_ip.py")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-n", "2", "-p", "no:cacheprovider", *files],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
        timeout=120,
    )
    workers = defaultdict(set)
    for worker, file in re.findall(r"\[(gw\d)\].* PASSED (\S+?)::", ran.stdout):
        workers[file].add(worker)
    assert workers.keys() == set(files), ran.stdout
    assert {len(who) for who in workers.values()} == {1}, workers


def test_a_run_that_fails_says_how_to_run_just_what_failed(tmp_path: Path) -> None:
    failing = tmp_path / "test_fails.py"
    failing.write_text("def test_it() -> None:\n    assert not 'this one fails'\n", encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.conftest", str(failing)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=120,
    )
    assert 'make test ARGS="--last-failed"' in ran.stdout
