"""What time alone does: unpaid orders end, buyers' wishes and returns are decided in the seller's place, and parcels move."""

from gerbang.providers.lazada.simulator import cancellation, moves, push, returns
from gerbang.providers.lazada.simulator.model import Reverse, ShopOrder, Status
from gerbang.providers.lazada.simulator.world import Turn


def pass_time(turn: Turn) -> None:
    """Do what is due."""
    for thing in list(turn.world.book.due(turn.now)):
        if isinstance(thing, Reverse):
            _decide(turn, turn.world.book.reverses[thing.id])
        else:
            _move(turn, turn.world.book.orders[thing.key])


def _decide(turn: Turn, reverse: Reverse) -> None:
    if reverse.decide_by is None or reverse.decide_by > turn.now:
        return
    if reverse.sort == "CANCEL":
        cancellation.agreed(turn, reverse)
    else:
        returns.over_time(turn, reverse)


def _move(turn: Turn, order: ShopOrder) -> None:
    if order.pay_until is not None and order.pay_until <= turn.now:
        cancellation.over_time(turn, order)
        return
    if turn.world.quirks.carrier == "by_control":
        return
    for package in order.packages:
        now = turn.world.book.orders[order.key]
        current = now.package(package.id) or package
        to = moves.next_of(current, now, turn.now)
        if to is Status.SHIPPED and cancellation.intercepted(turn, now, current):
            continue
        if to is Status.READY_TO_SHIP:
            items = now.of_package(current.id)
            push.keep_order(turn, moves.moved_to(turn, moves.with_package(turn, now, current, to), items, to))
        elif to is not None:
            moves.scan(turn, now, current, to)
