"""The provider's README says what the code has: credentials, settings with their defaults, banks."""

from pathlib import Path

from gerbang.providers import nicepay
from gerbang.providers.nicepay.account import (
    BANKS,
    CREDENTIALS,
    DEBITS,
    LENDERS,
    PAY_METHODS,
    PRODUCTION,
    SANDBOX,
    SETTINGS,
    STORES,
    WALLETS,
)

TEXT = (Path(nicepay.__file__).parent / "README.md").read_text()


def rows(after: str) -> list[list[str]]:
    lines = TEXT.split(after, 1)[1].lstrip("\n").split("\n\n", 1)[0].splitlines()
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def test_every_credential_is_told() -> None:
    told = [row[0] for header in ("credential", "SNAP credential") for row in rows(f"| {header} | for |\n|---|---|")]
    assert told == [one.name for one in CREDENTIALS]


def test_every_setting_is_told_with_its_default() -> None:
    both = [
        row
        for header in ("setting", "SNAP setting")
        for row in rows(f"| {header} | default | meaning |\n|---|---|---|")
    ]
    told = {row[0]: row[1] for row in both}
    assert list(told) == [one.name for one in SETTINGS]
    in_words = {"base_url", "banks", "stores", "wallets", "lenders", *[f"imid_{method}" for method in PAY_METHODS]}
    for one in SETTINGS:
        if one.name not in in_words:
            assert told[one.name] == one.default, one.name
    assert SANDBOX in TEXT
    assert PRODUCTION in TEXT


def test_every_method_is_told_with_its_code() -> None:
    told = rows(
        "| method | `payMethod` | registered by | the payer | unpaid: closed by NICEPAY | paid: given back by NICEPAY |\n|---|---|---|---|---|---|"
    )
    assert {row[0]: row[1] for row in told} == PAY_METHODS


def test_every_partner_is_told() -> None:
    told = rows("| our choice | their code | | our choice | their code |\n|---|---|---|---|---|")
    assert {pair[0]: pair[1] for row in told for pair in (row[:2], row[3:])} == {
        **STORES,
        **WALLETS,
        **LENDERS,
        **DEBITS,
    }


def test_every_bank_is_told() -> None:
    assert {row[0]: row[1] for row in rows("| our bank | `bankCd` |\n|---|---|")} == BANKS
