"""`python -m tests.chaos`: faults under load, judged from fsynced journals. Exit status 1 when anything is wrong."""

import argparse
import asyncio
import json
import sys
import time

from tests.chaos.run import chaos, table
from tests.chaos.scenarios import SCENARIOS


def main() -> None:
    """Read the arguments, run, print, exit."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--only", default=",".join(SCENARIOS), help="scenarios, with commas between")
    parser.add_argument("--kills", type=int, default=50, help="how often to kill; every scenario takes its share")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="replays the schedule of a run")
    parser.add_argument("--seconds", type=float, default=90.0, help="the longest that one scenario does harm")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    asked = parser.parse_args()
    only = [name for name in SCENARIOS if name in asked.only.split(",")]
    if not only:
        parser.error(f"--only takes {', '.join(SCENARIOS)}")
    report = asyncio.run(
        chaos(only=only, kills=asked.kills, seed=asked.seed, seconds=asked.seconds, workers=asked.workers)
    )
    sys.stdout.write((json.dumps(report.as_json()) if asked.json else table(report)) + "\n")
    sys.exit(1 if report.findings else 0)


if __name__ == "__main__":
    main()
