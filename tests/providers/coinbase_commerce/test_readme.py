"""The provider's README says what the code has: credentials, settings with their defaults, states."""

from pathlib import Path

from gerbang.providers import coinbase_commerce
from gerbang.providers.coinbase_commerce.account import CREDENTIALS, PRODUCTION, SETTINGS
from gerbang.providers.coinbase_commerce.states import STATES

TEXT = (Path(coinbase_commerce.__file__).parent / "README.md").read_text()


def rows(after: str) -> list[list[str]]:
    lines = TEXT.split(after, 1)[1].lstrip("\n").split("\n\n", 1)[0].splitlines()
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def test_every_credential_is_told() -> None:
    assert [row[0] for row in rows("| credential | for |\n|---|---|")] == [one.name for one in CREDENTIALS]


def test_every_setting_is_told_with_its_default() -> None:
    told = {row[0]: row[1] for row in rows("| setting | default | meaning |\n|---|---|---|")}
    assert told == {one.name: one.default for one in SETTINGS}
    assert PRODUCTION in TEXT


def test_every_state_is_told() -> None:
    told = " ".join(row[0] for row in rows("| theirs | ours |\n|---|---|"))
    assert {word for state in STATES for word in state.split()} <= set(told.replace(",", "").split())
