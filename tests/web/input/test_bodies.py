"""What is refused at the door because it could not be done later (R65, R66): addresses, bills that contradict themselves, ways back."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from gerbang import settings
from gerbang.base.errors import Invalid
from gerbang.core.customers.consent_model import Agreement
from gerbang.ports.messenger import Channel
from gerbang.web.console import link_form
from gerbang.web.input.bodies import PaymentBody

NOBODY = link_form.Told(frozenset(), datetime(2026, 11, 30, tzinfo=UTC), "", "")
BILL: list[dict[str, Any]] = [
    {"name": "Kopi", "amount": 150_000, "quantity": 2},
    {"name": "Ongkos kirim", "amount": 20_000, "kind": "shipping"},
    {"name": "Potongan", "amount": -15_000, "kind": "discount"},
    {"name": "Voucher", "amount": -5_000, "kind": "voucher"},
]


def read(**more: Any) -> PaymentBody:
    body = msgspec.convert({"amount": 150_000, "currency": "IDR", "description": "Pesanan"} | more, PaymentBody)
    body.check()
    body.payer()
    return body


def refused(**more: Any) -> tuple[str, str]:
    """Pointer and words of the refusal."""
    with pytest.raises(Invalid) as caught:
        read(**more)
    (error,) = caught.value.errors
    return error.pointer, error.detail


def test_lines_that_add_up_are_taken_with_what_is_taken_off() -> None:
    assert [item.amount for item in read(items=BILL).items] == [150_000, 20_000, -15_000, -5_000]


def test_lines_that_do_not_add_up_are_refused_with_both_sums() -> None:
    assert refused(items=BILL, amount=155_000) == ("/items", "The lines add up to 150000, the amount is 155000.")
    assert refused(items=[{"name": "Kopi", "amount": 1}], amount="2", currency="USDC")[0] == "/items"


@pytest.mark.parametrize(
    ("kind", "amount"), [("goods", -1), ("shipping", -1), ("service", -1), ("discount", 1), ("voucher", 1)]
)
def test_a_line_goes_the_way_of_its_kind(kind: str, amount: int) -> None:
    rest = {"name": "Kopi", "amount": 150_000 - amount}
    assert refused(items=[rest, {"name": "x", "amount": amount, "kind": kind}])[0] == "/items/1/amount"


@pytest.mark.parametrize(
    ("more", "pointer"), [({"kind": "surcharge"}, "kind"), ({"method": "card", "kind": "service"}, "method")]
)
def test_a_line_for_one_way_to_pay_is_refused_with_the_reason(more: dict[str, str], pointer: str) -> None:
    items = [{"name": "Kopi", "amount": 149_000}, {"name": "Biaya kartu", "amount": 1_000, **more}]
    at, why = refused(items=items)
    assert (at, "Bank Indonesia" in why) == (f"/items/1/{pointer}", True)
    assert "Bank Indonesia" not in refused(items=items, currency="USD")[1]


@pytest.mark.parametrize("email", ["<a@b>", "a@b", "a@localhost", "Sari <sari@example.com>", "a@x.id, b@x.id"])
def test_an_address_that_nobody_can_write_to_is_pointed_at(email: str) -> None:
    assert refused(customer={"email": email})[0] == "/customer/email"


def test_an_address_is_kept_as_mails_are_sent_to_it() -> None:
    assert read(customer={"email": " sari@Bücher.example "}).payer().email == "sari@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "url",
    [
        "HTTPS:toko.example/",
        "ftp://toko.example",
        "https://",
        "https:///x",
        "https://a@toko.example",
        "https://toko.example:99999/",
        "https://toko.example:0/",
        "https://[::1",
        "javascript:alert(1)",
        "//toko.example",
        "/thanks",
        "https://toko.example/a b",
        "https:\\\\toko.example",
    ],
)
def test_a_way_back_that_would_not_be_shown_is_refused(url: str) -> None:
    assert refused(return_url=url)[0] == "/return_url"


def test_a_way_back_is_taken_with_port_and_query() -> None:
    assert read(return_url="http://toko.example:8000/thanks?a=1#x").return_url


def test_a_number_without_a_country_code_is_of_the_business_country() -> None:
    body = msgspec.convert(
        {"amount": 1_500, "currency": "SGD", "description": "Kopi", "customer": {"phone": "9123 4567"}}, PaymentBody
    )
    assert body.payer("SG").phone == "+6591234567"
    given = {**link_form.EMPTY, "amount": "15", "currency": "SGD", "description": "Kopi", "phone": "9123 4567"}
    new, wrong = link_form.read(given, "en", "SG", NOBODY)
    assert (new.payer.phone if new else "", wrong) == ("+6591234567", {})
    assert set(link_form.read(given, "en", "ID", NOBODY)[1]) == {"phone"}
    assert settings.load(business_country="SG", shop_contact="9123 4567").contact_link == "tel:+6591234567"


def test_an_operator_writes_down_that_the_payer_agreed_with_when_where_and_the_words() -> None:
    told = link_form.Told(
        {Channel.SMS, Channel.WHATSAPP}, datetime(2026, 11, 30, tzinfo=UTC), "said to Made", "They agreed."
    )
    given = {**link_form.EMPTY, "amount": "1500", "description": "Kopi", "phone": "0812 3456 7890"}
    plain, _ = link_form.read(given, "en", "ID", told)
    assert plain is not None
    assert plain.agreed == (), "unticked by default"
    new, wrong = link_form.read({**given, "agreed": "yes"}, "en", "ID", told)
    assert (new is not None, wrong) == (True, {})
    agreed = new.agreed if new else ()
    assert agreed == tuple(Agreement(one, told.at, told.where, told.text) for one in (Channel.SMS, Channel.WHATSAPP))
    only_text, _ = link_form.read({**given, "agreed": "yes"}, "en", "ID", replace(told, channels={Channel.SMS}))
    assert only_text is not None
    assert [one.channel for one in only_text.agreed] == [Channel.SMS]
    assert set(link_form.read({**given, "phone": "", "agreed": "yes"}, "en", "ID", told)[1]) == {"phone"}
