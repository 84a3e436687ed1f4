"""What a NICEPAY connection offers and declares, method by method."""

from dataclasses import replace

import pytest

from gerbang.ports.payment import Lookup, Method, SubmissionEffect
from gerbang.providers.nicepay.account import PAY_METHODS
from gerbang.providers.nicepay.terms import offered
from tests.providers.nicepay.orders import account

EVERY = account("http://x", methods=" ".join(PAY_METHODS))


def test_no_registration_charges_anybody_and_each_is_found_by_its_txid() -> None:
    assert {one.method for one in offered(EVERY)} == set(PAY_METHODS)
    for one in offered(EVERY):
        assert (one.effect, one.lookup, one.currency) == (SubmissionEffect.INSTRUCTS, Lookup.BY_THEIRS, "IDR")


@pytest.mark.parametrize(
    ("method", "option", "names", "cancel", "refund", "partial"),
    [
        (Method.CONVENIENCE_STORE, "store", ["ALFAMART", "INDOMARET"], True, False, False),
        (Method.QRIS, None, [], False, True, False),
        (Method.EWALLET, "wallet", ["OVO", "DANA", "LINKAJA", "SHOPEEPAY"], False, True, False),
        (Method.PAYLATER, "lender", ["KREDIVO", "AKULAKU", "INDODANA"], False, True, False),
        (Method.DIRECT_DEBIT, "bank", ["JENIUS"], False, True, False),
        (Method.CARD, None, [], True, True, True),
    ],
)
def test_each_declares_its_choices_and_what_can_be_undone(
    method: Method, option: str | None, names: list[str], cancel: bool, refund: bool, partial: bool
) -> None:
    (mine,) = [one for one in offered(EVERY) if one.method is method]
    assert (mine.option, [one.name for one in mine.options]) == (option, names)
    assert (mine.cancel, mine.refund, mine.partial_refund) == (cancel, refund, partial)


def test_choices_parts_and_limits_are_the_connections() -> None:
    narrow = {
        "stores": "INDOMARET",
        "wallets": "DANA NONE",
        "partial_refunds": "ewallet virtual_account",
        "least_qris": "1500",
        "longest_convenience_store": "90",
    }
    mine = {one.method: one for one in offered(replace(EVERY, settings={**EVERY.settings, **narrow}))}
    assert [one.name for one in mine[Method.CONVENIENCE_STORE].options] == ["INDOMARET"]
    assert [one.name for one in mine[Method.EWALLET].options] == ["DANA"]
    assert [method for method, one in mine.items() if one.partial_refund] == [Method.EWALLET]
    assert (mine[Method.QRIS].least, mine[Method.QRIS].most) == (1_500, 10_000_000)
    assert mine[Method.CONVENIENCE_STORE].longest_expiry_s == 5_400


def test_a_method_without_a_merchant_id_is_not_offered() -> None:
    settings = {"methods": "qris ewallet card", "imid_qris": "DEMOMERCH1"}
    assert [one.method for one in offered(replace(EVERY, settings=settings))] == [Method.QRIS]
