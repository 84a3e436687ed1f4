"""The provider's README says what the code has: credentials, settings with their defaults, banks."""

from pathlib import Path

from gerbang.providers import nicepay
from gerbang.providers.nicepay.account import BANKS, CREDENTIALS, PRODUCTION, SANDBOX, SETTINGS

TEXT = (Path(nicepay.__file__).parent / "README.md").read_text()


def rows(after: str) -> list[list[str]]:
    lines = TEXT.split(after, 1)[1].lstrip("\n").split("\n\n", 1)[0].splitlines()
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def test_every_credential_is_told() -> None:
    assert [row[0] for row in rows("| credential | for |\n|---|---|")] == [one.name for one in CREDENTIALS]


def test_every_setting_is_told_with_its_default() -> None:
    told = {row[0]: row[1] for row in rows("| setting | default | meaning |\n|---|---|---|")}
    assert list(told) == [one.name for one in SETTINGS]
    in_words = {"imid_virtual_account", "imid_card", "base_url", "banks"}
    for one in SETTINGS:
        if one.name not in in_words:
            assert told[one.name] == one.default, one.name
    assert SANDBOX in TEXT
    assert PRODUCTION in TEXT


def test_every_bank_is_told() -> None:
    assert {row[0]: row[1] for row in rows("| our bank | `bankCd` |\n|---|---|")} == BANKS
