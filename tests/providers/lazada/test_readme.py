"""The provider's README says what the code has: credentials, settings with their defaults, statuses."""

from pathlib import Path

from gerbang.providers import lazada
from gerbang.providers.lazada.account import CREDENTIALS, SETTINGS, SHOP_CREDENTIALS, SHOP_SETTINGS
from gerbang.providers.lazada.orders import STATUSES

TEXT = (Path(lazada.__file__).parent / "README.md").read_text()


def rows(head: str) -> list[list[str]]:
    lines = TEXT.split(f"| {head} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def test_every_credential_is_told() -> None:
    assert [row[0] for row in rows("credential | for")] == [one.name for one in CREDENTIALS]
    assert [row[0] for row in rows("credential of a shop | for")] == [one.name for one in SHOP_CREDENTIALS]


def test_every_setting_is_told_with_its_default() -> None:
    assert [(row[0], row[1]) for row in rows("setting | default | meaning")] == [(o.name, o.default) for o in SETTINGS]
    told = [(row[0], row[1]) for row in rows("setting of a shop | default | meaning")]
    assert told == [(one.name, one.default) for one in SHOP_SETTINGS]


def test_every_status_is_told_with_its_meaning() -> None:
    assert {row[0]: row[1] for row in rows("their status of a unit | here")} == {
        said: status.value for said, status in STATUSES.items()
    }
