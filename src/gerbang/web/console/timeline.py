"""A payment's audit trail as two lanes: what happened outside stands left of the gate, what we decided stands right. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from gerbang.base import formats
from gerbang.base.formats import Locale
from gerbang.base.money import EXPONENTS
from gerbang.core.payments.model import Payment, TimelineEntry
from gerbang.web import texts
from gerbang.web.console.action_words import sentence
from gerbang.web.console.actors import NOBODY, Names, called
from gerbang.web.console.objects import Lane, Step
from gerbang.web.texts import actions

# The mark of a payment status that shows best what an attempt's status means.
ATTEMPT_MARKS: Final[Mapping[str, str]] = {
    "created": "created",
    "submitting": "created",
    "pending": "pending",
    "captured": "paid",
    "failed": "failed",
    "expired": "expired",
    "cancelled": "cancelled",
    "abandoned": "cancelled",
    "unknown": "unknown",
    "held": "held",
}
_ACTIONS: Final = {**actions.PAYMENTS, **actions.REFUNDS, **actions.WEBHOOKS}
_ASKED: Final = frozenset({"submit", "confirm", "inquiry", "cancel", "refund"})


def steps_of(
    moments: Sequence[TimelineEntry], payment: Payment, locale: Locale, names: Names = NOBODY
) -> tuple[Step, ...]:
    """Every moment as one or two entries, oldest first."""
    sentences = _Sentences(payment, locale, names)
    return tuple(step for moment in moments for step in sentences.tell(moment))


def with_deliveries(steps: Sequence[Step], told: Sequence[Step], *, from_start: bool, to_end: bool) -> tuple[Step, ...]:
    """What happened, and among it what others were told of it, each before what came later. Of a part of the timeline that begins or ends
    elsewhere, only what was told meanwhile.
    """
    first, last = (steps[0].at, steps[-1].at) if steps else (None, None)
    left = [
        one
        for one in told
        if (from_start or (first is not None and one.at >= first)) and (to_end or (last is not None and one.at <= last))
    ]
    merged: list[Step] = []
    for step in steps:
        while left and left[0].at < step.at:
            merged.append(left.pop(0))
        merged.append(step)
    return (*merged, *left)


def last_capture(moments: Sequence[TimelineEntry]) -> TimelineEntry | None:
    """The moment that brought the money, if any."""
    return next(
        (m for m in reversed(moments) if m.detail.get("to") == "captured" and m.detail.get("from") != "captured"), None
    )


class _Sentences:
    def __init__(self, payment: Payment, locale: Locale, names: Names) -> None:
        self._names = names
        self._payment = payment
        self._locale = locale
        self._say = texts.words(locale)

    def tell(self, moment: TimelineEntry) -> Iterator[Step]:
        detail = moment.detail
        match moment.kind:
            case "webhook.received":
                event = str(detail.get("event", ""))
                yield Step(moment.at, "from", self._title(moment), self._say("tl.webhook.hint"), link=event)
            case kind if "source" in detail and kind.startswith(("payment.", "refund.", "attempt.")):
                yield from self._heard(moment)
            case "payment.created" | "payment.attempt_added" | "payment.link_opened":
                yield Step(moment.at, "from", self._title(moment), Markup(""))
            case "refund.destination_named" | "refund.destination_changed":
                lane: Lane = "from" if moment.actor.startswith("payer:") else "ins"
                yield Step(moment.at, lane, self._title(moment), Markup(""))
            case _:
                yield Step(moment.at, "ins", self._title(moment), self._reason(detail))

    def _heard(self, moment: TimelineEntry) -> Iterator[Step]:
        """What a provider answered, outside; and what that moved, inside."""
        detail, say = moment.detail, self._say
        source, facts = str(detail["source"]), self._facts(detail)
        before, after = str(detail.get("from", "")), str(detail.get("to", ""))
        if source == "operator":
            yield Step(moment.at, "ins", self._title(moment), self._reason(detail))
        elif "at_provider" in detail and "operation" not in detail:
            pass  # it was closed here only: nobody was asked
        elif source == "chain":
            yield Step(moment.at, "from", say("tl.asked.chain"), self._seen(detail))
        elif texts.knows(f"tl.asked.{source}"):
            lane: Lane = "to" if source in _ASKED else "from"
            asked = str(detail.get("operation", source))
            title = say(f"tl.asked.{asked if texts.knows(f'tl.asked.{asked}') else source}")
            yield Step(moment.at, lane, title, self._outcome(detail, facts), link=str(detail.get("event", "")))
        if before != after:
            moved = say("tl.moved", before=self._status(before), after=self._status(after))
            good, bad = after == "captured", after in ("failed", "held")
            word = self._status(after)
            yield Step(
                at=moment.at,
                lane="ins",
                title=moved,
                says=say("tl.because", facts=facts),
                mark=ATTEMPT_MARKS.get(after, ""),
                word=word,
                link="",
                good=good,
                bad=bad,
            )

    def _outcome(self, detail: Mapping[str, Any], facts: Markup) -> Markup:
        """What became of a call, in words: a lost answer is none."""
        outcome = "unknown" if "AnswerLost" in detail.get("facts", ()) else detail.get("outcome", "answered")
        key = f"tl.outcome.{outcome}"
        told = self._say(key) if texts.knows(key) else self._say("tl.answered", facts=facts)
        why = Markup(' <span lang="en">{}</span>').format(detail["why"]) if detail.get("why") else Markup("")
        return told + " " + self._took(detail) + why

    def _seen(self, detail: Mapping[str, Any]) -> Markup:
        """The transfers that were on the chain at that moment."""
        seen = [self._transfer(one) for one in detail.get("seen", ()) if isinstance(one, Mapping)]
        return Markup(" ").join(seen) if seen else self._say("tl.seen.nothing")

    def _transfer(self, one: Mapping[str, Any]) -> Markup:
        asset, verdict, hash_ = (
            str(one.get("asset", "")),
            f"tl.verdict.{one.get('verdict')}",
            str(one.get("transaction", "")),
        )
        units = str(one.get("amount", ""))
        amount = formats.money(int(units), asset, self._locale) if asset in EXPONENTS and units.isdigit() else units
        word = self._say(verdict) if texts.knows(verdict) else ""
        return self._say(
            "tl.seen",
            amount=amount,
            network=str(one.get("network", "")),
            transaction=f"{hash_[:10]}…{hash_[-4:]}",
            verdict=word,
        )

    def _title(self, moment: TimelineEntry) -> Markup:
        actor = called(moment.actor, self._names, self._locale)
        return sentence(_ACTIONS, moment.kind, moment.detail, actor, self._locale, self._payment.currency)

    def _reason(self, detail: Mapping[str, Any]) -> Markup:
        return Markup("{}").format(detail.get("reason") or detail.get("reference") or "")

    def _facts(self, detail: Mapping[str, Any]) -> Markup:
        facts = [str(fact) for fact in detail.get("facts", ())]
        return Markup(", ").join(Markup("<code>{}</code>").format(fact) for fact in facts) or self._say("tl.nothing")

    def _took(self, detail: Mapping[str, Any]) -> Markup:
        took = detail.get("took_ms")
        if not isinstance(took, int | float):
            return Markup("")
        return self._say("tl.took", time=formats.duration(round(took), self._locale))

    def _status(self, status: str) -> Markup:
        return self._say(f"attempt.{status}") if texts.knows(f"attempt.{status}") else Markup("{}").format(status)
