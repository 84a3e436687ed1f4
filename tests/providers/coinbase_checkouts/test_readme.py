"""The provider's README says what the code has: credentials, settings with their defaults, statuses."""

from pathlib import Path

from gerbang.providers import coinbase_checkouts
from gerbang.providers.coinbase_checkouts.account import CREDENTIALS, PRODUCTION, SANDBOX, SETTINGS
from gerbang.providers.coinbase_checkouts.facts import STATES, State
from gerbang.providers.coinbase_checkouts.simulator.notify import EVENTS

TEXT = (Path(coinbase_checkouts.__file__).parent / "README.md").read_text()
WORDS = {
    State.OPEN: "nothing yet",
    State.PAID: "paid",
    State.FAILED: "failed",
    State.EXPIRED: "expired",
    State.CANCELLED: "cancelled",
}


def rows(after: str) -> list[list[str]]:
    lines = TEXT.split(after, 1)[1].lstrip("\n").split("\n\n", 1)[0].splitlines()
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def test_every_credential_is_told() -> None:
    assert [row[0] for row in rows("| credential | for |\n|---|---|")] == [one.name for one in CREDENTIALS]


def test_every_setting_is_told_with_its_default() -> None:
    told = {row[0]: row[1] for row in rows("| setting | default | meaning |\n|---|---|---|")}
    assert list(told) == [one.name for one in SETTINGS]
    for one in SETTINGS:
        if told[one.name] != "by the connection's mode":
            assert told[one.name] == one.default, one.name
    assert SANDBOX in TEXT
    assert PRODUCTION in TEXT


def test_every_status_is_told_with_its_meaning() -> None:
    told = {row[0]: row[1].split(",")[0] for row in rows("| their status | here |\n|---|---|")}
    assert told == {status: WORDS[state] for status, state in STATES.items()}


def test_the_subscription_names_every_event_that_is_sent() -> None:
    assert all(f'"{one}"' in TEXT for one in EVENTS)
