"""What the operators' templates are told about refunds and where they go. Pure: reads values, decides no status."""

from collections.abc import Sequence
from typing import Any, Final

from markupsafe import Markup

from gerbang.base import formats, ids
from gerbang.base.formats import Locale
from gerbang.core.payments.model import Coins, PaymentDetail, Refund, RefundStatus, in_doubt
from gerbang.core.payments.refunds.model import NamedDestination, masked
from gerbang.web import texts
from gerbang.web.checkout.crypto_view import NETWORKS
from gerbang.web.console.actors import Names, called
from gerbang.web.console.page_frame import stamp
from gerbang.web.views import attempt_failures

MARKS: Final = {
    RefundStatus.REQUESTED: "created",
    RefundStatus.SUBMITTED: "pending",
    RefundStatus.SUCCEEDED: "refunded",
    RefundStatus.FAILED: "failed",
    RefundStatus.UNKNOWN: "unknown",
    RefundStatus.AWAITING_TRANSFER: "held",
}


def deciding_of(details: PaymentDetail, refund: Refund, locale: Locale) -> dict[str, Any]:
    """The page that asks what became of a refund in doubt."""
    say, id_ = texts.words(locale), ids.show("pay", refund.payment_id)
    attempt = next(one for one in details.attempts if one.id == refund.attempt_id)
    return {
        "id": id_,
        "back": f"/console/payments/{id_}",
        "action": f"/console/refunds/{ids.show('ref', refund.id)}/resolve",
        "heading": say("deciding.title", amount=formats.money(refund.amount, refund.currency, locale)),
        "lead": say("deciding.lead", reference=attempt.provider_reference or "–"),
        "note": "",
        "button": say("resolving.button"),
        "fields": ("decision", "reason"),
        "options": [(name, say(f"deciding.{name}")) for name in ("returned", "failed")],
        "danger": False,
    }


def settling_of(
    refund: Refund,
    named: Sequence[NamedDestination],
    coins: Coins | None,
    locale: Locale,
    names: Names,
    *,
    stopped: bool = False,
) -> dict[str, Any]:
    """The page that asks for a transfer's reference, or says that nothing may be transferred. It carries the version of the destination that it shows, and says who named it."""
    say, id_ = texts.words(locale), ids.show("pay", refund.payment_id)
    return {
        "id": id_,
        "back": f"/console/payments/{id_}",
        "action": f"/console/refunds/{ids.show('ref', refund.id)}/settle",
        "heading": say("settling.title", amount=formats.money(refund.amount, refund.currency, locale)),
        "lead": say("settling.stopped" if stopped else "settling.lead.coins" if coins else "settling.lead"),
        "note": "" if stopped else destination_text(named, coins, locale),
        "version": named[0].version if named else 0,
        "earlier": history_of(named, locale, names),
        "button": "" if stopped else say("settling.button"),
        "fields": () if stopped else ("reference",),
        "danger": False,
    }


def naming_of(
    refund: Refund, named: Sequence[NamedDestination], coins: Coins | None, locale: Locale, names: Names
) -> dict[str, Any]:
    """The page on which an operator says where a refund goes."""
    say, id_ = texts.words(locale), ids.show("pay", refund.payment_id)
    return {
        "id": id_,
        "back": f"/console/payments/{id_}",
        "action": f"/console/refunds/{ids.show('ref', refund.id)}/destination",
        "heading": say("naming.title", amount=formats.money(refund.amount, refund.currency, locale)),
        "lead": say("naming.lead"),
        "note": destination_text(named, coins, locale),
        "version": named[0].version if named else 0,
        "earlier": history_of(named, locale, names),
        "button": say("naming.button"),
        "fields": ("account",) if coins else ("bank", "account", "name"),
        "danger": True,
    }


def destination_text(named: Sequence[NamedDestination], coins: Coins | None, locale: Locale) -> str:
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
    coins: Coins | None,
    locale: Locale,
    names: Names,
    *,
    may_settle: bool,
    email: str,
    stopped: bool,
) -> dict[str, Any]:
    """One refund; the account it goes to only for whoever makes the transfer, its link for nobody."""
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
        "email": formats.mask_email(email) if waiting and not named and email else "",
        "name_it": waiting and may_settle,
        "settle": waiting and may_settle and bool(named) and not stopped,
        "dismiss": refund.needs_attention and may_settle,
        "decide": in_doubt(refund) and may_settle,
    }
