"""Whose hands a refund may pass through: whoever asked for it, or said where it goes, neither approves it nor, where others can, pays it out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gerbang.base.db import Tx
from gerbang.core.identity import people
from gerbang.core.identity.model import Caller
from gerbang.core.payments.context import Context
from gerbang.core.payments.model import Refund
from gerbang.core.payments.permissions import SETTLE
from gerbang.core.payments.refunds.model import NamedDestination, RefundRules


@dataclass(frozen=True, slots=True)
class Duties:
    """What one caller may do with a refund. `settle`: record its transfer; `alone`: though they asked for it themselves. `approve`: decide
    as the second person. `others`: labels of the people who may, and had no part in it.
    """

    settle: bool
    alone: bool
    approve: bool
    others: frozenset[str]


async def of(
    ctx: Context, caller: Caller, refunds: Sequence[tuple[Refund, Sequence[NamedDestination]]]
) -> list[Duties]:
    """For each refund, with the versions of where it goes, the one that counts first."""
    async with ctx.db.reading() as tx:
        return await judged(ctx.refund_rules, tx, caller, refunds)


async def judged(
    rules: RefundRules, tx: Tx, caller: Caller, refunds: Sequence[tuple[Refund, Sequence[NamedDestination]]]
) -> list[Duties]:
    """The same inside a transaction."""
    labels = {caller.label, *(label for refund, named in refunds for label in (refund.requested_by, *_namers(named)))}
    behind = {label: await people.behind(tx, label) for label in sorted(labels)}
    able = await people.with_role(tx, SETTLE.roles)
    return [_judge(rules, behind, able, caller, refund, _namers(named)) for refund, named in refunds]


def _judge(
    rules: RefundRules,
    behind: dict[str, frozenset[str]],
    able: frozenset[str],
    caller: Caller,
    refund: Refund,
    namers: Iterable[str],
) -> Duties:
    mine, askers = behind[caller.label], behind[refund.requested_by]
    parties = askers.union(*(behind[label] for label in namers))  # people, and keys with whoever made them
    asked, involved = bool(mine & askers), bool(mine & parties)
    third = able - mine - parties
    if rules.second_person == "never" or not involved:
        settle = True
    else:
        settle = not ((len(able) > 1 if asked else third) or (asked and rules.second_person == "always"))
    approve = caller.kind == "user" and caller.label not in parties
    return Duties(settle, asked and settle, approve, able - parties - {caller.label})


def _namers(named: Sequence[NamedDestination]) -> frozenset[str]:
    """Who named where it goes now, and who made the link by which that was done."""
    return frozenset(label for one in named[:1] for label in (one.named_by, one.link_issued_by) if label)
