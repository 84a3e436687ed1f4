"""A body with several faults hears of all of them at once, and of each what may stand there."""

from typing import Any, Literal

import msgspec
import pytest

from gerbang.base.email_address import BadEmail, read
from gerbang.base.errors import Invalid
from gerbang.base.formats import tongue
from gerbang.web.input.bodies import PaymentBody, RefundBody
from gerbang.web.input.body_errors import faults
from gerbang.web.input.validation import read_as

GOOD = {"amount": 150_000, "currency": "IDR", "description": "Kopi"}


def wrong(body: Any, shape: type[msgspec.Struct] = PaymentBody) -> dict[str, str]:
    def taken() -> None:
        read: Any = read_as(msgspec.json.encode(body), shape)
        read.check()

    with pytest.raises(Invalid) as refused:
        taken()
    return {one.pointer: one.detail for one in refused.value.errors}


def test_everything_that_is_missing_is_named() -> None:
    assert list(wrong({})) == ["/amount", "/currency", "/description"]


def test_a_field_that_is_none_is_answered_by_the_one_that_was_meant_or_by_those_that_there_are() -> None:
    assert wrong({**GOOD, "amout": 1, "orderReference": "x"}) == {
        "/amout": "There is no such field here. Did you mean amount?",
        "/orderReference": "There is no such field here. Did you mean order_reference?",
    }
    assert wrong({**GOOD, "customer": {"postcode": 1}})["/customer/postcode"].startswith(
        "There is no such field here. There are: id, "
    )


def test_nobody_agrees_to_messages_to_a_landline() -> None:
    told = {"phone": "021 555 0100", "sms_consent": {"where": "shop", "text": "yes", "at": "2026-11-29T10:00:00Z"}}
    read: Any = read_as(msgspec.json.encode({**GOOD, "customer": told}), PaymentBody)
    with pytest.raises(Invalid) as refused:
        read.check()
    assert [one.pointer for one in refused.value.errors] == ["/customer/phone"]
    assert "landline" in refused.value.errors[0].detail
    mobile: Any = read_as(msgspec.json.encode({**GOOD, "customer": {**told, "phone": "0812 3456 7890"}}), PaymentBody)
    assert [one.text for one in mobile.agreed(mobile.payer().phone)] == ["yes"]


def test_faults_of_every_depth_are_named_together() -> None:
    items = [{"name": "", "amount": 1, "kind": "x"}, {"amount": 2}]
    found = wrong({**GOOD, "items": items, "customer": {"locale": "fr", "no": 1}, "zzz": 1, "expires_in_s": 1})
    assert set(found) == {
        "/items/0/name",
        "/items/0/kind",
        "/items/1/name",
        "/customer/locale",
        "/customer/no",
        "/zzz",
        "/expires_in_s",
    }


def test_the_member_is_named_of_an_object_that_takes_any_name() -> None:
    found = wrong({**GOOD, "method": "virtual_account", "method_options": {"bank": 1, "asset": "USDC", "a/b": []}})
    assert set(found) == {"/method_options/bank", "/method_options/a~1b"}


def test_what_only_the_meaning_tells_is_named_together_too() -> None:
    found = wrong(
        {**GOOD, "amount": "150000", "return_url": "https://*.x/", "customer": {"email": "a", "phone": "1", "ip": "x"}}
    )
    assert set(found) == {"/amount", "/return_url", "/customer/email", "/customer/phone", "/customer/ip"}


def test_a_word_that_is_not_in_the_list_is_answered_by_the_list() -> None:
    assert wrong({**GOOD, "method": "cash"})["/method"].startswith("Must be one of: card, virtual_account")
    assert wrong({**GOOD, "customer": {"locale": "fr"}}) == {"/customer/locale": "Must be one of: id, en."}
    assert "IDR" in wrong({**GOOD, "currency": "ABC"})["/currency"]


def test_a_list_that_is_too_long_is_one_fault() -> None:
    assert wrong({**GOOD, "items": [1] * 101}) == {"/items": "Too many: at most 100."}


def test_a_list_that_is_no_object_is_one_fault() -> None:
    assert wrong([]) == {"": "Expected an object, not a list."}
    assert wrong({"reason": "x", "destination": []}, RefundBody) == {
        "/destination": "Expected an object or nothing (null), not a list."
    }


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("150000", "IDR", "without quotation marks: 150000"),
        ("1.5", "USD", "not text"),
        (150_000, "USDC", "text in quotation marks"),
    ],
)
def test_which_of_text_and_number_is_meant_is_said(amount: Any, currency: str, said: str) -> None:
    assert said in wrong({**GOOD, "amount": amount, "currency": currency})["/amount"]


@pytest.mark.parametrize(
    ("typed", "locale"),
    [
        ("id-ID", "id"),
        ("en_US", "en"),
        ("EN", "en"),
        ("in", "id"),
        ("in_ID", "id"),
        ("en_GB.UTF-8", "en"),
        ("ID", "id"),
        ("fr", None),
        ("", None),
        ("english", None),
    ],
)
def test_a_language_is_understood_however_it_is_written(typed: str, locale: str | None) -> None:
    assert tongue(typed) == locale
    if locale is not None:
        body = read_as(msgspec.json.encode({**GOOD, "customer": {"locale": typed}}), PaymentBody)
        assert body.customer.locale == locale


@pytest.mark.parametrize(
    "address", ["=?utf-8?q?a?=@b.co", "=?UTF-8?B?YUBiLmNv?=@c.co", "a=?x@b.co", "a@=?utf-8?q?b?=.co"]
)
def test_words_in_the_code_of_mail_headers_are_no_address(address: str) -> None:
    with pytest.raises(BadEmail):
        read(address)


def test_a_name_that_is_none_of_those_that_there_are_is_pointed_to_with_those() -> None:
    shape = dict[Literal["refunds", "security"], dict[Literal["email"], Literal["never"]]]
    (unknown,) = faults({"refund": {"email": "never"}}, shape)
    assert (unknown.pointer, unknown.detail) == ("/refund", "Must be one of: refunds, security.")
    (inner,) = faults({"refunds": {"sms": "never"}}, shape)
    assert (inner.pointer, inner.detail) == ("/refunds/sms", "Must be one of: email.")
