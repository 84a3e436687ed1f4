"""The merchants' page against the code: every method has its rows, its code and its way back; every setting and the example are real."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gerbang.base.http import Http
from gerbang.ports.payment import Account
from gerbang.providers import PROVIDERS
from gerbang.providers.nicepay.account import PAY_METHODS
from gerbang.providers.nicepay.adapter import NicepayPayments

PAGE = (Path(__file__).parent.parent.parent / "docs" / "how-to" / "nicepay.md").read_text(encoding="utf-8")
NICEPAY = PROVIDERS["nicepay"]
FIELDS = {field.name for field in NICEPAY.settings} | {field.name for field in NICEPAY.credentials}


def table(heading: str) -> dict[str, list[str]]:
    """The rows of the first table under a heading, by their first cell; the cells without backticks."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.+?) \|(.*)\|$", section, re.MULTILINE)
    return {name.strip("`"): [cell.strip() for cell in rest.split("|")] for name, rest in rows}


NEEDS, SEES = table("What NICEPAY must give you"), table("What your customer sees")
REFUNDS = table("How money goes back")


def test_every_method_that_is_spoken_stands_in_every_table() -> None:
    spoken = {method.value for method in PAY_METHODS}
    assert NEEDS.keys() == SEES.keys() == REFUNDS.keys()
    assert spoken <= NEEDS.keys(), f"add to every table: {spoken - NEEDS.keys()}"


def test_the_codes_are_those_that_are_sent() -> None:
    assert {m.value: code for m, code in PAY_METHODS.items()} == {m.value: NEEDS[m.value][0] for m in PAY_METHODS}


def test_what_goes_back_by_transfer_is_what_nicepay_cannot_give_back() -> None:
    settings = {"imid": "IONPAYTEST", "methods": " ".join(method.value for method in PAY_METHODS)}
    terms = NicepayPayments(Http()).terms(Account("nicepay", False, settings, {"merchant_key": [b"k"]}))
    assert {one.method for one in terms} == set(PAY_METHODS)
    assert {one.method.value: REFUNDS[one.method.value][0] for one in terms} == {
        one.method.value: "by NICEPAY" if one.refund else "by transfer" for one in terms
    }


def test_every_setting_that_is_named_exists() -> None:
    named = {name for cell in table("Connect it") for name in re.findall(r"\w+", cell)}
    expanded = {name.replace("METHOD", method.value) for name in named for method in PAY_METHODS}
    assert expanded <= FIELDS, f"no such setting: {expanded - FIELDS}"
    assert {"imid", "methods", "banks", "card_status_table", "imid_METHOD", "merchant_key_METHOD"} <= named


def example() -> Mapping[str, Any]:
    body: Mapping[str, Any] = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])
    return body


def test_the_example_is_a_connection_that_would_be_taken() -> None:
    body = example()
    assert list(NICEPAY.problems(body["settings"], body["secrets"])) == []
    assert body["provider"] == NICEPAY.name
    assert f"/v1/secrets/{body['secrets']['merchant_key_virtual_account']}" in PAGE


def test_a_wrong_word_in_the_example_would_be_noticed() -> None:
    body = example()
    assert list(NICEPAY.problems({**body["settings"], "imid_cards": "IONPAYTEST"}, body["secrets"]))
