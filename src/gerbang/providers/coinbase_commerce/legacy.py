"""Money on charges of the legacy generation: any number of payments to the charge's own addresses. Pure."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

from gerbang.ports.facts import Captured, Claimed, Fact, Mismatched
from gerbang.ports.payment import Account
from gerbang.providers.coinbase_commerce import wire
from gerbang.providers.coinbase_commerce.account import COINS, LEGACY_NETWORK, Coin, coin_of, is_verified
from gerbang.providers.coinbase_commerce.clock import moment
from gerbang.providers.coinbase_commerce.states import State


def money(account: Account, charge: wire.Charge, state: State, at: datetime | None) -> Sequence[Fact]:
    """What came in, payment by payment; empty when the charge does not say.

    A claim is made for each transaction, and is worth that transaction alone: our own node adds up what it has seen. Where the processor
    is believed, its confirmed payments are added up here. The payer may choose any coin on Commerce's page: money in another one than
    was asked for has no quoted worth, so a person decides.
    """
    local = (charge.pricing or {}).get("local", wire.Price())
    asked = coin_of(wire.text(local.currency))
    if asked is None:
        return (Mismatched("The charge is priced in no coin that is taken here."),)
    found, total = [], 0
    for payment in charge.payments or ():
        value = payment.value.crypto if payment.value else None
        if not wire.text(payment.transaction_id) or value is None:
            continue
        if wire.text(value.currency) != asked.asset:
            return (Mismatched(f"Paid in {wire.text(value.currency)[:12]}; asked for was {asked.asset}."),)
        worth = units(wire.text(value.amount), asked.decimals)
        if worth is None:
            return (Mismatched("Commerce names an amount that is none."),)
        if wire.text(payment.status).upper() == "CONFIRMED":
            total += worth
        found.append(_claim(charge, payment, asked, worth, moment(wire.text(payment.detected_at)) or at))
    if is_verified(account):
        return found
    return (Captured(total, asked.asset, at),) if total and state is State.PAID else ()


def address_of(charge: wire.Charge, coin: Coin) -> str:
    """Where the payer sends this coin; empty when the charge has no address for it."""
    return wire.text((charge.addresses or {}).get(coin.name))


def units(amount: str, decimals: int) -> int | None:
    """A decimal as whole base units; None when it is no number, below zero, or finer than the coin is."""
    try:
        scaled = Decimal(amount).scaleb(decimals) if len(amount) <= 100 else Decimal("nan")
    except InvalidOperation:
        return None
    return int(scaled) if scaled.is_finite() and scaled >= 0 and scaled == scaled.to_integral_value() else None


def _claim(charge: wire.Charge, payment: wire.Payment, coin: Coin, worth: int, at: datetime | None) -> Claimed:
    assert coin in COINS, f"no coin of ours: {coin}"
    recipient, transaction = address_of(charge, coin).lower(), wire.text(payment.transaction_id).lower()
    return Claimed(
        total=worth,
        currency=coin.asset,
        network=LEGACY_NETWORK,
        transaction=transaction,
        recipient=recipient,
        onchain=worth,
        at=at,
    )
