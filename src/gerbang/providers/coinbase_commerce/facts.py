"""From charges to our facts: pure, so that every status can be tried without a network. Decides nothing about payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from gerbang.base.erc681 import native_uri, token_uri
from gerbang.base.http import OutcomeUnknown
from gerbang.ports.declines import DeclineCode
from gerbang.ports.facts import Accepted, Cancelled, Declined, Expired, Fact, Mismatched
from gerbang.ports.next_action import DisplayCrypto, Redirect
from gerbang.ports.payment import Account, Quote, Submission, SubmittedAttempt
from gerbang.providers.coinbase_commerce import legacy, states, web3, wire
from gerbang.providers.coinbase_commerce.account import LEGACY_CHAIN, LEGACY_NETWORK, base_url, coin_of, is_web3
from gerbang.providers.coinbase_commerce.clock import moment
from gerbang.providers.coinbase_commerce.states import State

ATTEMPT = "attempt"
PAYMENT = "payment"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a charge says: `facts`, and `oddity` for the log when part of it could not be believed or understood."""

    facts: Sequence[Fact]
    oddity: str = ""


def reference(charge: wire.Charge) -> str:
    """Our own reference in the charge's metadata; empty when it has none."""
    value = (charge.metadata or {}).get(ATTEMPT)
    return value if isinstance(value, str) else ""


def accepted(account: Account, submission: Submission, charge: wire.Charge) -> Fact:
    """A charge that stands, and what its payer must do. Raises OutcomeUnknown when the answer lacks what that takes."""
    quote = submission.quote
    assert quote is not None, f"no quote for {submission.reference}"
    if reference(charge) != submission.reference:
        return Mismatched("The charge carries another reference than ours.")
    if _is_mispriced(charge, quote):
        return Mismatched("The charge was made with another amount or currency.")
    ends = [at for at in (quote.expires_at, moment(wire.text(charge.expires_at))) if at is not None]
    page = _page(charge, plain=base_url(account).startswith("http://"))
    action = Redirect(page) if is_web3(account) else _display(charge, quote, page)
    return action if isinstance(action, Mismatched) else Accepted(_id(charge), action, min(ends))


def told(account: Account, charge: wire.Charge) -> Finding:
    """What the charge's state means now. A word that is in no table of ours changes nothing, and is told to the operators."""
    state, at = states.state(charge), _last(charge)
    match state:
        case None:
            return Finding((), f"The status {states.word(charge)[:40]!r} is in no table.")
        case State.OPEN:
            return Finding(())
        case State.SEEN | State.PAID:
            money = (web3 if charge.web3_data is not None else legacy).money(account, charge, state, at)
            odd = next((fact.why for fact in money if isinstance(fact, Mismatched)), "")
            silent = state is State.PAID and not money
            return Finding(
                money, odd or ("It is paid, and the charge does not say by which transfer." if silent else "")
            )
        case State.PERSON:
            why = f"Commerce calls it {states.word(charge)}: somebody must look at it there."
            return Finding((Mismatched(why),), why)
        case State.EXPIRED:
            return Finding((Expired(),))
        case State.CANCELLED:
            return Finding((Cancelled(),))
        case State.FAILED:
            return Finding((Declined(DeclineCode.PAYMENT_FAILED, _failure(charge)),))


def inquired(account: Account, submitted: SubmittedAttempt, charge: wire.Charge) -> Finding:
    """What a charge that we asked for means. Raises OutcomeUnknown when it does not say whose it is."""
    if not reference(charge):
        raise OutcomeUnknown("Commerce does not say which of our references the charge has.")
    odd = ""
    if reference(charge) != submitted.reference:
        odd = "The charge is about another reference."
    elif submitted.quote is not None and _is_mispriced(charge, submitted.quote):
        odd = "The charge has another amount or currency than was asked for."
    return Finding((Mismatched(odd),), odd) if odd else told(account, charge)


def local_price(quote: Quote) -> wire.Price:
    """The price as Commerce is told it: the quote's own asset and amount, so that nobody converts it again."""
    return wire.Price(format(Decimal(quote.amount).scaleb(-quote.decimals), "f"), quote.asset)


def _is_mispriced(charge: wire.Charge, quote: Quote) -> bool:
    local = (charge.pricing or {}).get("local", wire.Price())
    amount = legacy.units(wire.text(local.amount), quote.decimals)
    return wire.text(local.currency) != quote.asset or amount != int(quote.amount)


def _display(charge: wire.Charge, quote: Quote, page: str) -> DisplayCrypto | Mismatched:
    coin = coin_of(quote.asset)
    address = legacy.address_of(charge, coin) if coin else ""
    if coin is None or not address or quote.network != LEGACY_NETWORK:
        raise OutcomeUnknown("Commerce made the charge without an address for the asset.")
    price = (charge.pricing or {}).get(coin.name, wire.Price())
    if legacy.units(wire.text(price.amount), coin.decimals) != int(quote.amount):
        return Mismatched("Commerce asks for another amount of the asset than the quote says.")
    amount = quote.amount
    uri = (
        token_uri(LEGACY_CHAIN, coin.contract, address, amount)
        if coin.contract
        else native_uri(LEGACY_CHAIN, address, amount)
    )
    return DisplayCrypto(network=quote.network, asset=quote.asset, address=address, amount=amount, uri=uri, page=page)


def _page(charge: wire.Charge, *, plain: bool) -> str:
    """The page of the charge. Raises OutcomeUnknown for anything but https; http where the API itself is asked over it."""
    url = wire.text(charge.hosted_url)
    if not url.startswith(("https://", "http://") if plain else "https://"):
        raise OutcomeUnknown("Commerce made the charge without an address for its page.")
    return url


def _id(charge: wire.Charge) -> str:
    found = wire.text(charge.id) or wire.text(charge.code)
    if not found:
        raise OutcomeUnknown("Commerce made the charge without an id.")
    return found


def _last(charge: wire.Charge) -> datetime | None:
    return moment(wire.text(charge.timeline[-1].time)) if charge.timeline else None


def _failure(charge: wire.Charge) -> str:
    events = (charge.web3_data.failure_events if charge.web3_data else None) or ()
    words = wire.text(events[-1].reason) if events else ""
    return "".join([char for char in words[:200] if char.isprintable()]) or "failed"
