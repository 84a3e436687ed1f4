"""What the operators' templates are told about refunds and where they go. Pure: reads values, decides no status."""

from collections.abc import Sequence
from typing import Any, Final

from markupsafe import Markup

from gerbang.base import formats, ids
from gerbang.base.formats import Locale
from gerbang.core.payments.model import CryptoAmount, Refund, RefundStatus, in_doubt
from gerbang.core.payments.reach import Reach
from gerbang.core.payments.refunds.model import NamedDestination, masked
from gerbang.web import texts
from gerbang.web.checkout.crypto_view import NETWORKS
from gerbang.web.console.actors import Names, called
from gerbang.web.console.objects import Action
from gerbang.web.console.page_frame import stamp
from gerbang.web.views import attempt_failures
from gerbang.web.views.reach_words import lacks_of, place_of

MARKS: Final = {
    RefundStatus.REQUESTED: "created",
    RefundStatus.SUBMITTED: "pending",
    RefundStatus.SUCCEEDED: "refunded",
    RefundStatus.FAILED: "failed",
    RefundStatus.UNKNOWN: "unknown",
    RefundStatus.AWAITING_TRANSFER: "held",
}


def destination_text(named: Sequence[NamedDestination], coins: CryptoAmount | None, locale: Locale) -> str:
    """Where a refund is to be sent, and of crypto how much; empty as long as nobody has said so."""
    say = texts.words(locale)
    if not named:
        return ""
    to = named[0].to
    if coins is None:
        return say("pay.destination", bank=to.bank, account=to.account, name=to.name)
    amount, network = formats.money(coins.amount, coins.asset, locale), NETWORKS.get(coins.network, coins.network)
    return say("pay.destination.coins", amount=amount, network=network, address=to.account)


def labels_of(named: Sequence[NamedDestination]) -> list[str | None]:
    """Whoever a history of destinations names."""
    return [label for one in named for label in (one.named_by, one.link_issued_by)]


def history_of(named: Sequence[NamedDestination], locale: Locale, names: Names) -> tuple[Markup, ...]:
    """Who said where the money goes and when, the version that counts first; earlier accounts masked."""
    return tuple(_told(one, locale, names) for one in named)


def _told(named: NamedDestination, locale: Locale, names: Names) -> Markup:
    say, kind = texts.words(locale), named.named_by.partition(":")[0]
    by = say("naming.by.payer") if kind == "payer" else called(named.named_by, names, locale)
    words = say("naming.version", version=named.version, to=masked(named.to), by=by, at=stamp(named.named_at, locale))
    issued = named.link_issued_by
    return words + " " + say("naming.link", by=called(issued, names, locale)) if issued else words


def refund_row(
    refund: Refund,
    named: Sequence[NamedDestination],
    coins: CryptoAmount | None,
    locale: Locale,
    names: Names,
    *,
    may_settle: bool,
    reach: Reach | None,
    stopped: bool,
    approval: str = "",
) -> dict[str, Any]:
    """One refund; the account it goes to only for whoever makes the transfer, its link for nobody. `reach`: where that would be sent; None for who may not have it sent."""
    waiting = refund.status is RefundStatus.AWAITING_TRANSFER
    return {
        "id": ids.show("ref", refund.id),
        "status": refund.status.value,
        "mark": MARKS[refund.status],
        "amount": formats.money(refund.amount, refund.currency, locale),
        "reason": refund.reason,
        "failure": attempt_failures.of_refund(refund.failure or "", locale),
        "destination": destination_text(named, coins, locale) if may_settle and waiting else "",
        "named": history_of(named, locale, names)[0] if named and waiting else "",
        "unnamed": waiting and not named,
        "actions": _actions(
            refund,
            locale,
            may_settle=may_settle,
            to=place_of(reach, locale, masked=True) if reach else "",
            stopped=stopped,
            approval=approval,
            named=bool(named),
        ),
        "lacks": lacks_of(reach, locale) if reach and waiting and not named else (),
    }


def _actions(
    refund: Refund, locale: Locale, *, may_settle: bool, to: str, stopped: bool, approval: str, named: bool
) -> tuple[Action, ...]:
    """What this reader may do with a refund as it is."""
    say, here = texts.words(locale), f"/console/refunds/{ids.show('ref', refund.id)}"
    waiting = refund.status is RefundStatus.AWAITING_TRANSFER
    unnamed = waiting and not named
    send = say("pay.mail_link", to=to) if to else ""
    name_it = say("pay.change_destination" if named else "pay.name_destination")
    possible = (
        (bool(approval), Action(say("pay.approve"), f"/console/approvals/{approval}")),
        (waiting and may_settle and named and not stopped, Action(say("pay.settle"), f"{here}/settle")),
        (unnamed and bool(to), Action(send, press=f"{here}/send-link")),
        (waiting and may_settle, Action(name_it, f"{here}/destination")),
        (unnamed and may_settle, Action(say("pay.make_link"), press=f"{here}/link")),
        (refund.needs_attention and may_settle, Action(say("pay.dismiss"), press=f"{here}/dismiss")),
        (in_doubt(refund) and may_settle, Action(say("pay.decide"), f"{here}/resolve")),
    )
    return tuple(action for is_there, action in possible if is_there)
