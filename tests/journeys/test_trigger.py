"""Events that `gerbang trigger` makes happen beside a running `up`, as its own command is called."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gerbang import settings
from gerbang.cli.trigger_recipes import RECIPES
from tests.journeys.conftest import Running


def triggered(data: Path, event: str) -> dict[str, Any]:
    words = [sys.executable, "-m", "gerbang", "trigger", event, "--json", "--data", str(data)]
    done = subprocess.run(words, env=settings.child_environment({}), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_a_payment_is_made_and_paid_and_the_event_is_told(running: Running) -> None:
    told = triggered(running.data, "payment.paid")
    assert (told["type"], told["event"][:4], told["object"][:4]) == ("payment.paid", "evt_", "pay_")
    assert told["calls"][0] == "POST /v1/payments"


@pytest.mark.full
@pytest.mark.parametrize("event", [one for one in RECIPES if one != "payment.paid"])
def test_every_other_event_happens_too(running: Running, event: str) -> None:
    assert triggered(running.data, event)["type"] == event
