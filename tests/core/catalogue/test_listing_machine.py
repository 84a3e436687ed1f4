"""What is sent of a listing, and what an answer means for it: pure."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from gerbang.base.money import Money
from gerbang.core.catalogue.listings.csv_file import contradictions, read
from gerbang.core.catalogue.listings.machine import answered, differs, freed, goes_alone, offered, pends
from gerbang.core.catalogue.listings.model import MOST_LINES, Listing, Push, PushState, SeenStock, StockRules, Task
from gerbang.core.catalogue.model import Product, Stock
from gerbang.ports.marketplace_catalogue import StockOutcome, StockVerdict

NOW = datetime(2026, 11, 30, tzinfo=UTC)
V, S = StockVerdict, PushState
WISH = {"dropshipping": 7}


def due(state: PushState = S.DUE, tries: int = 0, **more: object) -> Push:
    return Push(task=Task.STOCK, state=state, due_at=NOW, tries=tries, **more)  # type: ignore[arg-type]  # as the test says


def after(*verdicts: StockVerdict, tries: int = 0) -> Push:
    said = [StockOutcome("1", "2", one, "4170" if one is V.LOCKED else "", "words") for one in verdicts]
    return answered(due(tries=tries), said, WISH, NOW)


@pytest.mark.parametrize(
    ("verdict", "state", "again"),
    [
        (V.DONE, S.CURRENT, None),
        (V.LOCKED, S.LOCKED, None),
        (V.NOT_MINE, S.NOT_MINE, None),
        (V.REFUSED, S.REFUSED, None),
        (V.BUSY, S.DUE, NOW + timedelta(seconds=2)),
        (V.UNCLEAR, S.UNCLEAR, NOW),
    ],
)
def test_every_verdict_has_its_state_and_only_what_asking_again_may_change_is_due_again(
    verdict: StockVerdict, state: PushState, again: datetime | None
) -> None:
    one = after(verdict)
    assert (one.state, one.due_at, one.sent) == (state, again, WISH if verdict is V.DONE else None)
    assert set(V) == {V.DONE, V.LOCKED, V.NOT_MINE, V.REFUSED, V.BUSY, V.UNCLEAR}


def test_of_several_warehouses_the_worst_answer_counts() -> None:
    assert after(V.DONE, V.LOCKED).state is S.LOCKED
    assert after(V.LOCKED, V.BUSY).state is S.DUE
    assert after(V.BUSY, tries=20).due_at == NOW + timedelta(seconds=900)


def test_what_failed_twice_without_a_name_goes_alone() -> None:
    once = after(V.UNCLEAR)
    twice = answered(once, [StockOutcome("1", "2", V.UNCLEAR)], WISH, NOW)
    assert (goes_alone(once), goes_alone(twice)) == (False, True)
    assert twice.due_at is not None
    assert twice.due_at > NOW


def test_a_lock_pends_less_stock_until_it_is_gone_and_takes_more_at_once() -> None:
    locked, campaign = due(S.LOCKED), [SeenStock("dropshipping", 10, campaign=4)]
    assert pends(locked, {"dropshipping": 9}, campaign)
    assert not pends(locked, {"dropshipping": 11}, campaign)
    assert not pends(locked, {"dropshipping": 9}, [SeenStock("dropshipping", 10)])
    assert pends(due(S.NOT_MINE), {"dropshipping": 99}, [])
    assert not pends(due(S.REFUSED), {"dropshipping": 1}, campaign)
    assert (freed(locked, campaign), freed(locked, [SeenStock("dropshipping", 10)])) == (False, True)


def test_a_shop_is_offered_the_pool_without_its_buffer_and_nothing_is_guessed() -> None:
    stock = (Stock("bantul", 9, 2), Stock("surabaya", 4), Stock("fbl", 50, fulfilled_by="shop"))
    product = Product(
        id=UUID(int=1), sku="A", name="A", price=None, sequence=1, created_at=NOW, updated_at=NOW, stock=stock
    )
    one, two = [SeenStock("w1", 0), SeenStock("theirs", 0, read_only=True)], [SeenStock("w1", 0), SeenStock("w2", 0)]
    assert offered(product, StockRules("s", 3), one) == {"w1": 8}
    assert offered(product, StockRules("s", 30), one) == {"w1": 0}
    assert offered(product, StockRules("s"), two) is None
    same = [SeenStock("bantul", 0), SeenStock("surabaya", 0), SeenStock("w3", 0)]
    assert offered(product, StockRules("s", 1), same) == {"bantul": 6, "surabaya": 4, "w3": 0}
    named = StockRules("s", 5, {"w1": "surabaya", "w2": "bantul", "w9": "bantul"})
    assert offered(product, named, two) == {"w2": 2, "w1": 4}
    assert (
        offered(
            Product(id=UUID(int=2), sku="B", name="B", price=None, sequence=1, created_at=NOW, updated_at=NOW),
            named,
            two,
        )
        == {}
    )


def test_other_stock_than_was_taken_is_seen_unless_something_is_under_way() -> None:
    def listing(push: Push | None, before: bool = False) -> Listing:
        return Listing(
            id=UUID(int=1), connection="s", item="1", variant="2", seller_sku="A", name="A", is_active=True,
            price=Money(1, "IDR"), seen=(), seen_at=NOW, differs=before, product_id=None, sku=None, created_at=NOW, stock=push,
        )  # fmt: skip

    seen, later = [SeenStock("dropshipping", 6)], NOW + timedelta(seconds=1)
    current = due(S.CURRENT, sent=WISH, sent_at=NOW)
    assert differs(listing(current), seen, later)
    assert not differs(listing(current), [SeenStock("dropshipping", 7)], later)
    assert not differs(listing(current), seen, NOW)
    assert differs(listing(current, before=True), seen, NOW)
    assert not differs(listing(due(sent=WISH, sent_at=NOW)), seen, later)
    assert not differs(listing(None), seen, later)


def test_a_file_may_be_parted_by_any_sign_and_its_faults_are_counted_from_one() -> None:
    lines, faults = read('\ufeffSKU;Seller_SKU;note\r\n A ;"X; 1";hi\r\n\r\nB;;\r\nC;Y\r\n')
    assert (lines, [one.line for one in faults]) == ({2: ("X; 1", "A")}, [4, 5])
    assert [one.line for one in contradictions({2: ("X", "A"), 3: ("X", "A"), 4: ("X", "B")})] == [4]
    assert [one.line for one in read("")[1]] == [1]
    assert read("seller_sku,sku\n" + "a,b\n" * (MOST_LINES + 1))[1][0].line == MOST_LINES + 2
