"""What people do in the simulated world, outside the merchant's API: the payer pays, the chain refuses, time runs out, Commerce lies."""

from collections.abc import Sequence
from datetime import datetime

from gerbang.ports.simulator import Act, Impossible, WalletCall
from gerbang.providers.coinbase_commerce.simulator import moves
from gerbang.providers.coinbase_commerce.simulator.charges import LEGACY, OPEN, Changed, Charge, Payment
from gerbang.providers.coinbase_commerce.simulator.intents import made_up_transaction
from gerbang.providers.coinbase_commerce.simulator.world import World


def find(world: World, act: Act) -> Charge:
    """The charge that the act names, by reference, id, code or payment; raises Impossible not_found."""
    charge = None
    if act.reference or act.number:
        charge = world.book.get(act.reference or act.number)
    elif act.payment:
        charge = world.book.of_payment(act.payment)
    if charge is None:
        raise Impossible("not_found", "No charge here has this reference, code or payment.")
    return charge


def decide(world: World, charge: Charge, action: str, act: Act, now: datetime) -> Sequence[Changed]:
    """What the act does to the charge; raises Impossible where the real world would not let it happen."""
    match action:
        case "pay":
            return (
                _pay_legacy(world, charge, act, now) if charge.generation == LEGACY else _pay(world, charge, act, now)
            )
        case "lie":
            return (moves.lie(charge, now),)
        case "decline":
            return (moves.fail(charge, act.reason, now),)
        case "expire":
            return (moves.expire(charge, now),)
        case "cancel":
            return (moves.cancel(charge, now),)
        case "refund" | "dispute":
            raise Impossible("invalid", f"Commerce knows no {action}.")
        case _:
            raise Impossible("invalid", f"There is no act named {action}.")


def wallet_calls(world: World, charge: Charge) -> tuple[WalletCall, ...]:
    """What the demo wallet sends to pay an open onchain charge; legacy charges wait on a chain that the sandbox does not play."""
    if charge.generation == LEGACY or charge.status not in OPEN or not charge.amount:
        return ()
    return world.intent(charge).wallet_calls()


def _pay(world: World, charge: Charge, act: Act, now: datetime) -> Sequence[Changed]:
    if act.amount not in {None, charge.amount}:
        raise Impossible("invalid", "The contract takes the intent's amount and no other.")
    transaction = act.transaction or made_up_transaction(charge.id, "pay")
    return moves.pay_onchain(charge, transaction, now, final=world.quirks.completion == "at_once")


def _pay_legacy(world: World, charge: Charge, act: Act, now: datetime) -> Sequence[Changed]:
    amount = charge.amount if act.amount is None else act.amount
    if amount < 1:
        raise Impossible("invalid", "The amount must be above zero.")
    transaction = act.transaction or made_up_transaction(charge.id, str(len(charge.payments)))
    payment = Payment(transaction, amount, now, is_confirmed=True)
    if act.reason:
        return moves.unresolve(charge, payment, act.reason, now)
    return moves.pay_address(charge, payment, now, late=act.late, event_over=world.quirks.overpaid_event)
