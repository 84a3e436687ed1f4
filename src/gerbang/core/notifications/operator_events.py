"""What people at the business are told: groups of events, how soon each may be told on which channel, and which must not wait. Data, and what is asked of it. Pure.

Whoever is told chooses by group and channel. What must not wait is told at once or not at all on a channel, and never kept out of the console's bell nor from
the operators' own address.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gerbang.core.announcements.model import Announcement
from gerbang.core.notifications.model import Template
from gerbang.ports.messenger import Channel


class Frequency(StrEnum):
    """How often somebody is told: of each event, or by one digest of an hour or a day."""

    AT_ONCE = "at_once"
    HOURLY = "hourly"
    DAILY = "daily"
    NEVER = "never"


DIGESTS: Final = (Frequency.HOURLY, Frequency.DAILY)


class EventGroup(StrEnum):
    """Events that somebody chooses for together."""

    MONEY_HELD = "money_held"
    MONEY_UNEXPECTED = "money_unexpected"
    REFUNDS = "refunds"
    REFUND_DESTINATIONS = "refund_destinations"
    OPEN_WORK = "open_work"
    BLOCKCHAINS = "blockchains"
    SHOPS = "shops"
    SETTLEMENTS = "settlements"
    CLAIMS = "claims"
    ORDERS = "orders"
    ENDPOINTS_FAILING = "endpoints_failing"
    ENDPOINT_SECURITY = "endpoint_security"
    MESSAGE_TEMPLATES = "message_templates"
    SECURITY = "security"


@dataclass(frozen=True, slots=True)
class GroupRule:
    """One line of the table: its events, each with the message that tells it, and whether it must not wait for a digest or the end of quiet hours."""

    group: EventGroup
    events: Mapping[str, Template]
    must_not_wait: bool = False


# Of an endpoint, where it hears of payments at a host that no other is at.
OF_NEW_HOSTS: Final = ("endpoint.created", "endpoint.changed")
_ATTENTION: Final = Template.OPERATOR_ATTENTION
GROUPS: Final[Sequence[GroupRule]] = (
    GroupRule(
        EventGroup.MONEY_HELD,
        dict.fromkeys(("payment.held", "payment.disputed", "payment.retracted"), _ATTENTION),
        must_not_wait=True,
    ),
    GroupRule(EventGroup.MONEY_UNEXPECTED, dict.fromkeys(("payment.paid", "payment.overpaid"), _ATTENTION)),
    GroupRule(
        EventGroup.REFUNDS,
        dict.fromkeys(
            (
                "refund.awaiting_transfer",
                "refund.failed",
                "refund.unknown",
                "refund.destination_named",
                "refund.approval_requested",
            ),
            _ATTENTION,
        ),
    ),
    # Somebody else may have changed where the money goes.
    GroupRule(
        EventGroup.REFUND_DESTINATIONS,
        dict.fromkeys(("refund.destination_changed", "refund.link_issued"), _ATTENTION),
        must_not_wait=True,
    ),
    GroupRule(EventGroup.OPEN_WORK, {"work.waiting": Template.OPERATOR_WORK}),
    GroupRule(EventGroup.BLOCKCHAINS, dict.fromkeys(("chain.stalled", "chain.recovered"), Template.OPERATOR_CHAIN)),
    # Of a shop of a marketplace, which its seller or an operator must look at.
    GroupRule(
        EventGroup.SHOPS,
        dict.fromkeys(
            (
                "shop.authorisation_ending",
                "shop.authorisation_ended",
                "shop.refresh_failing",
                "shop.closed",
                "shop.opened",
                "shop.stock_refused",
            ),
            Template.OPERATOR_SHOP,
        ),
    ),
    # What a marketplace pays out, and what of its statements is in doubt.
    GroupRule(
        EventGroup.SETTLEMENTS,
        dict.fromkeys(
            ("payout.received", "settlement.held", "settlement.kind_unknown", "settlement.changed"),
            Template.OPERATOR_SETTLEMENT,
        ),
    ),
    # What buyers want back: the marketplace decides in the seller's place where nobody answers in time.
    GroupRule(
        EventGroup.CLAIMS,
        dict.fromkeys(("order.claim_opened", "order.claim_due", "order.claim_held"), Template.OPERATOR_CLAIM),
    ),
    # Orders that stand still until somebody looks: the buyer waits, and the marketplace counts the hours.
    GroupRule(EventGroup.ORDERS, dict.fromkeys(("order.oversold", "order.unknown"), Template.OPERATOR_ORDER)),
    GroupRule(EventGroup.ENDPOINTS_FAILING, {"endpoint.failing": Template.OPERATOR_ENDPOINT}),
    GroupRule(
        EventGroup.ENDPOINT_SECURITY,
        dict.fromkeys((*OF_NEW_HOSTS, "endpoint.secret_rotated", "endpoint.disabled"), Template.OPERATOR_ENDPOINT),
        must_not_wait=True,
    ),
    GroupRule(EventGroup.MESSAGE_TEMPLATES, {"message_template.paused": Template.OPERATOR_TEMPLATE}),
    GroupRule(
        EventGroup.SECURITY,
        dict.fromkeys(("security.token_reuse", "security.login_storm"), Template.OPERATOR_SECURITY),
        must_not_wait=True,
    ),
)
_RULE_OF: Final[Mapping[str, GroupRule]] = {event: rule for rule in GROUPS for event in rule.events}
RULES: Final[Mapping[EventGroup, GroupRule]] = {rule.group: rule for rule in GROUPS}
# What the console's bell tells: `payment.paid` only where it came late.
OPERATOR_TYPES: Final = tuple(sorted(_RULE_OF))
# Where an operator may be told; the bell is a list by itself, and a push says no more than that there is something in it, so there is no digest of them.
OPERATOR_CHANNELS: Final = (Channel.EMAIL, Channel.IN_APP, Channel.CHAT, Channel.PUSH)
# Of one person; each event by itself.
_PERSONAL: Final = (Channel.IN_APP, Channel.PUSH)


def rule_of(type_: str) -> GroupRule:
    """The line of the table on which this event stands."""
    return _RULE_OF[type_]


def events_told_by(template: Template) -> tuple[str, ...]:
    """The events that a message to operators tells one by one."""
    return tuple(event for rule in GROUPS for event, told_by in rule.events.items() if told_by is template)


def needs_operator(announcement: Announcement) -> bool:
    """Whether a person at the business must look at it: late or surplus money, a hold, a dispute, a transfer by hand, a
    refund in doubt, or where it goes; a claim that waits for the seller; an endpoint that hears of payments at a new host, or of none any more.
    """
    if announcement.type in OF_NEW_HOSTS:
        return bool(announcement.data.get("new_host"))
    if announcement.type == "order.claim_opened":
        return bool(announcement.data.get("waits"))
    if announcement.type == "payment.paid":
        return bool(announcement.data.get("late"))
    return announcement.type in _RULE_OF


def standard(channel: Channel, *, is_team: bool) -> Frequency:
    """How often somebody is told who has not chosen: the operators' address, the team's chat, each person's bell and the browser in which they asked for it of
    everything at once, a person by mail or chat of nothing.
    """
    return Frequency.AT_ONCE if is_team or channel in _PERSONAL else Frequency.NEVER


def choices_for(group: EventGroup, channel: Channel, *, is_team: bool) -> Sequence[Frequency]:
    """What may be chosen for a group of events on a channel; none where such a recipient is not told there."""
    if channel not in OPERATOR_CHANNELS or (is_team and channel in _PERSONAL):
        return ()
    digests = () if RULES[group].must_not_wait or channel in _PERSONAL else DIGESTS
    cannot_be_off = RULES[group].must_not_wait and channel is (Channel.EMAIL if is_team else Channel.IN_APP)
    return (Frequency.AT_ONCE, *digests, *(() if cannot_be_off else (Frequency.NEVER,)))
