"""Buyers' claims, pure: what may be answered where, what counts as news, and which amount is believed."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest
from msgspec.structs import replace

from gerbang.base.money import Money
from gerbang.core.orders.claim_model import (
    Answer,
    BadAnswer,
    BuyerClaim,
    ClaimNotOpen,
    ClaimNotOurs,
    ClaimTooLate,
    Line,
    answers,
    believed,
    check_refusal,
    chosen,
    folded,
    is_news,
    parts,
    refund_of,
    was_answered,
)
from gerbang.core.orders.model import Detail, Item
from gerbang.ports.marketplace_orders import ClaimKind, ClaimStatus, ItemStatus

AT = datetime(2026, 11, 11, 3, tzinfo=UTC)
_S, _K = ClaimStatus, ClaimKind
NOBODY = UUID(int=1)


def line(status: ClaimStatus = _S.REQUESTED, id_: str = "1", **more: object) -> Line:
    plain = Line(id=id_, item=NOBODY, status=status, said=status.value, decide_by=AT + timedelta(hours=48))
    return replace(plain, **more)


def claim(
    *lines: Line, kind: ClaimKind = _K.RETURN, to_seller: bool = True, version: datetime | None = AT
) -> BuyerClaim:
    return folded(
        BuyerClaim(
            id=NOBODY, order_id=NOBODY, connection="pasar-1", external_id="7", kind=kind, to_seller=to_seller, status=_S.UNKNOWN, waits=False,
            lines=lines or (line(),), decide_by=None, held="", version=version, read_at=AT, due_told=None, sequence=1, created_at=AT, updated_at=AT,
        )
    )  # fmt: skip


def item(paid: int = 139_000, shipping: int | None = None) -> Item:
    return Item(
        id=NOBODY, order_id=NOBODY, external_id="1", status=ItemStatus.DELIVERED, reached=ItemStatus.DELIVERED, said="delivered", version=AT, sku="KOPI-250",
        name="Kopi", quantity=1, price=149_000, paid=paid, detail=Detail(shipping=shipping),
    )  # fmt: skip


def test_every_kind_and_status_has_its_answers() -> None:
    asked = {"accept", "refuse"}
    wanted = {
        (_K.RETURN, _S.REQUESTED, True): asked,
        (_K.RETURN, _S.COMING_BACK, True): {"receive"},
        (_K.RETURN, _S.RECEIVED, True): asked,
        (_K.CANCEL, _S.REQUESTED, True): asked,
        (_K.CANCEL, _S.REQUESTED, False): asked,
        (_K.REFUND, _S.REQUESTED, True): asked,
        (_K.REFUND, _S.REQUESTED, False): asked,
    }
    for kind, status, to_seller in product(_K, _S, (True, False)):
        assert answers(kind, status, to_seller=to_seller) == wanted.get((kind, status, to_seller), set())


def test_the_newest_version_counts_and_none_leads_back() -> None:
    known, second = claim(line(_S.RECEIVED)), timedelta(seconds=1)
    assert not is_news(known, claim(line(_S.REFUNDED), version=AT - second))
    assert is_news(known, claim(line(_S.REQUESTED), version=AT + second))
    for status in _S:  # of one version: forward only
        forward = status not in (_S.UNKNOWN, _S.REQUESTED, _S.COMING_BACK)
        assert is_news(known, claim(line(status))) is forward, status
    assert not is_news(known, replace(claim(line(_S.REFUNDED)), read_at=AT - second))
    assert is_news(replace(known, version=None), claim(line(_S.REFUNDING)))


def test_a_claim_stands_where_its_line_needs_somebody_first() -> None:
    one = claim(line(_S.REFUNDED), line(_S.REQUESTED, "2", decide_by=AT), line(_S.REFUSED, "3", decide_by=None))
    assert (one.status, one.waits, one.decide_by) == (_S.REQUESTED, True, AT)
    ended = claim(line(_S.REFUNDED), line(_S.WITHDRAWN, "2"))
    assert (ended.status, ended.waits, ended.decide_by) == (_S.REFUNDED, False, None)
    assert claim(line(), to_seller=False).waits is False


@pytest.mark.parametrize(
    ("told", "otherwise", "of", "wanted"),
    [
        (139_000, 13_900_000, item(), (139_000, "")),  # hundredths, as the documents say
        (1_390, 139_000, item(), (139_000, "")),  # rupiah, though they do not
        (None, 139_001, item(), (139_001, "")),  # no hundredths: it can only be rupiah
        (148_000, 14_800_000, item(shipping=9_000), (148_000, "")),  # with what was paid for shipping
        (1_480, 148_000, item(shipping=9_000), (148_000, "")),
        (500, 50_000, item(), (None, "hundredfold")),  # a part: both may be meant
        (None, 50_001, item(), (50_001, "")),
        (13_900_000, 1_390_000_000, item(), (None, "hundredfold")),
        (139_000, 13_900_000, None, (None, "nothing_known")),
        (None, None, item(), (None, "")),
        (0, 0, item(), (0, "")),
    ],
)
def test_an_amount_is_believed_where_it_agrees_with_what_was_paid(
    told: int | None, otherwise: int | None, of: Item | None, wanted: tuple[int | None, str]
) -> None:
    one, other = (None if n is None else Money(n, "IDR") for n in (told, otherwise))
    assert believed(one, other, of, "IDR") == wanted


def test_an_amount_with_one_reading_is_held_where_it_is_far_from_what_was_paid() -> None:
    assert believed(Money(1_500, "SGD"), None, item(1_500), "SGD") == (1_500, "")
    assert believed(Money(15, "SGD"), None, item(1_500), "SGD") == (None, "hundredfold")
    assert believed(Money(1_500, "SGD"), None, None, "SGD") == (1_500, "")
    assert believed(Money(1_500, "SGD"), None, item(1_500), "IDR") == (None, "nothing_known")
    assert refund_of((line(refund=5), line(refund=7))) == 12
    assert refund_of((line(refund=5), line(refund=None))) is None


def pointers(error: pytest.ExceptionInfo[BadAnswer]) -> list[str]:
    return [one.pointer for one in error.value.errors]


def test_what_cannot_be_answered_is_said_with_its_place() -> None:
    one = claim(line(), line(_S.REFUNDED, "2"))
    assert [each.id for each in chosen(one, "accept", None, AT)] == ["1"]
    with pytest.raises(BadAnswer) as strange:
        chosen(one, "accept", ["1", "9"], AT)
    assert pointers(strange) == ["/lines/1"]
    with pytest.raises(ClaimNotOpen) as closed:
        chosen(one, "accept", ["1", "2"], AT)
    assert [each.pointer for each in closed.value.errors] == ["/lines/1"]
    with pytest.raises(ClaimNotOpen):
        chosen(one, "receive", None, AT)
    with pytest.raises(BadAnswer):
        chosen(claim(line(), line(_S.RECEIVED, "2")), "accept", None, AT)
    with pytest.raises(ClaimNotOurs):
        chosen(claim(to_seller=False), "accept", None, AT)
    with pytest.raises(ClaimTooLate):
        chosen(one, "refuse", None, AT + timedelta(hours=48))
    assert chosen(claim(line(_S.COMING_BACK)), "receive", None, AT + timedelta(days=9))


@pytest.mark.parametrize(
    ("kind", "status", "missing"),
    [
        (_K.CANCEL, _S.REQUESTED, []),
        (_K.REFUND, _S.REQUESTED, ["/comment"]),
        (_K.RETURN, _S.REQUESTED, ["/reason", "/comment"]),
        (_K.RETURN, _S.RECEIVED, ["/reason", "/comment", "/images"]),
    ],
)
def test_a_refusal_says_what_is_missing(kind: ClaimKind, status: ClaimStatus, missing: list[str]) -> None:
    one = claim(line(status), kind=kind)
    if not missing:
        check_refusal(one, status, "", "", ())
        return
    with pytest.raises(BadAnswer) as error:
        check_refusal(one, status, "", " ", ())
    assert pointers(error) == missing
    check_refusal(one, status, "301", "It is whole", ("https://shop.example/a.jpg",))


def test_a_lost_answer_is_seen_where_the_status_moved_on_by_it() -> None:
    cases: list[tuple[ClaimKind, Answer, ClaimStatus, ClaimStatus, bool]] = [
        (_K.RETURN, "accept", _S.REQUESTED, _S.COMING_BACK, True),
        (_K.RETURN, "accept", _S.REQUESTED, _S.REQUESTED, False),
        (_K.RETURN, "accept", _S.REQUESTED, _S.WITHDRAWN, False),
        (_K.RETURN, "receive", _S.COMING_BACK, _S.RECEIVED, True),
        (_K.RETURN, "accept", _S.RECEIVED, _S.REFUNDED, True),
        (_K.RETURN, "refuse", _S.RECEIVED, _S.REFUSED, True),
        (_K.RETURN, "refuse", _S.REQUESTED, _S.COMING_BACK, False),
        (_K.CANCEL, "accept", _S.REQUESTED, _S.DONE, True),
    ]
    for kind, answer, before, now, wanted in cases:
        assert was_answered(kind, answer, before, line(now)) is wanted, (kind, answer, now)
    assert was_answered(_K.REFUND, "refuse", _S.REQUESTED, line(_S.REFUNDING, is_dispute=True))
    assert not was_answered(_K.REFUND, "refuse", _S.REQUESTED, line(_S.REFUNDED))


def test_refusals_and_money_alone_go_line_by_line() -> None:
    assert parts(_K.RETURN, "accept", ["1", "2"]) == [("1", "2")]
    assert parts(_K.RETURN, "refuse", ["1", "2"]) == [("1",), ("2",)]
    assert parts(_K.REFUND, "accept", ["1", "2"]) == [("1",), ("2",)]
