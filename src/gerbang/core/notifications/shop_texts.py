"""The texts that a shop writes itself: looked at, saved as versions, agreed to by a second person where they may lead money astray, and filled in when a message leaves.

What cannot be used at that moment is noted and told, and our own text goes: a message leaves once whatever a text does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

import structlog

from gerbang.base import ids
from gerbang.base.clock import real_now
from gerbang.base.db import Database, Tx
from gerbang.base.errors import FieldError
from gerbang.base.text_segments import segments
from gerbang.core.audit import service as audit
from gerbang.core.audit.model import Entry, Recorded
from gerbang.core.audit.service import SYSTEM
from gerbang.core.identity import people, step_up
from gerbang.core.identity.model import Caller
from gerbang.core.notifications import text_rules, text_store
from gerbang.core.notifications.model import Notification
from gerbang.core.notifications.own_words import values_of
from gerbang.core.notifications.rendering import Letterhead, OwnWords, render, render_text
from gerbang.core.notifications.text_examples import NAME, examples, link_of, longest
from gerbang.core.notifications.text_model import (
    Approval,
    Checked,
    Preview,
    TextDecided,
    TextKey,
    TextNotFound,
    TextSavedThemselves,
    TextStanding,
    TextUnusable,
    TextVersion,
)
from gerbang.core.notifications.text_renderer import Outcome, RenderedParts, TextFailed, TextRenderer, Values
from gerbang.core.payments.refunds.model import ApprovalNeedsAPerson
from gerbang.ports.messenger import Channel

log = structlog.get_logger()


class ShopTexts:
    """The shop's own texts. `origin` is where links may lead, ours."""

    def __init__(self, db: Database, *, origin: str, letterhead: Letterhead) -> None:
        self._db = db
        self._origin = origin
        self._letterhead = letterhead
        self._renderer = TextRenderer()

    async def close(self) -> None:
        """End the process that renders."""
        await self._renderer.close()

    async def words(self, known: Notification, name: str, link: str) -> OwnWords | None:
        """What the shop says in this message now; None where it says what we say, or what it says cannot be used."""
        key = TextKey(known.template, known.locale, known.channel)
        if not text_rules.may_be_changed(key):
            return None
        async with self._db.reading() as tx:
            one = await text_store.used(tx, key)
        if one is None or one.is_ours:
            return None
        try:
            values = values_of(key, known.data, name=name, link=link, letterhead=self._letterhead)
            outcome = await self._renderer.render(_parts(key, one.subject, one.body), [values])
            self._refuse_unusable(key, outcome, [values])
            (made,) = outcome.rendered
            return self._said(key, known.data, made, link)
        except TextFailed as error:
            await self._note_failure(one, str(error))
            return None

    async def check(self, key: TextKey, subject: str, body: str) -> Checked:
        """What is wrong with a text, whether it needs a second person, and how it reads with example data. Raises TextNotFound."""
        _refuse_unknown(key)
        parts, cases = _parts(key, subject, body), examples(key.template)
        if wrong := _wrong_sizes(parts):
            return Checked(wrong, (), ())
        link = link_of(self._origin, key.template)
        said = [*cases.values(), *map(longest, cases.values())]
        values = [values_of(key, one, name=NAME, link=link, letterhead=self._letterhead) for one in said]
        try:
            outcome = await self._renderer.render(parts, values)
        except TextFailed as error:
            return Checked({"body": [f"This text cannot be used: {error}."]}, (), ())
        wrong = {part: list(said) for part, said in outcome.problems.items()} or self._unusable(key, outcome, values)
        if wrong:
            return Checked(wrong, (), ())
        previews = [
            self._preview(key, case, data, made, link)
            for (case, data), made in zip(cases.items(), outcome.rendered[: len(cases)], strict=True)
        ]
        counted = [
            self._preview(key, case, longest(data), made, link).segments
            for (case, data), made in zip(cases.items(), outcome.rendered[len(cases) :], strict=True)
        ]
        previews = [replace(one, segments=most) for one, most in zip(previews, counted, strict=True)]
        if any(one.segments and one.segments.parts > text_rules.MOST_SMS_PARTS for one in previews):
            return Checked(
                {"body": [f"A text to a phone takes at most {text_rules.MOST_SMS_PARTS} parts."]}, (), previews
            )
        return Checked(
            {}, text_rules.needs_second_person(key, [one for part in outcome.fixed.values() for one in part]), previews
        )

    async def save(self, caller: Caller, key: TextKey, subject: str, body: str) -> TextVersion:
        """A new version, used from now on, or from when somebody else has agreed. The newest once more makes none, unless it failed. Raises TextNotFound, TextUnusable."""
        checked = await self.check(key, subject, body)
        if checked.problems:
            raise TextUnusable(
                errors=[FieldError(f"/{part}", one) for part, said in checked.problems.items() for one in said]
            )
        return await self._add(caller, key, subject=subject, body=body, needs=tuple(checked.needs))

    async def use_ours(self, caller: Caller, key: TextKey) -> TextVersion:
        """Say again what we say. Raises TextNotFound."""
        _refuse_unknown(key)
        return await self._add(caller, key, is_ours=True)

    async def decide(self, caller: Caller, id_: UUID, *, approve: bool, note: str) -> TextVersion:
        """Agree to a version, with the password given within five minutes, or refuse it. Raises TextNotFound, TextDecided, TextSavedThemselves,
        ApprovalNeedsAPerson, StepUpRequired.
        """
        if caller.kind != "user":
            raise ApprovalNeedsAPerson
        async with self._db.transaction() as tx:
            await text_store.lock(tx, (await _existing(tx, id_)).key)
            one = await _existing(tx, id_)
            if one.approval != "pending":
                raise TextDecided(f"It is {one.approval}.")
            if caller.label in await people.behind(tx, one.saved_by):
                raise TextSavedThemselves("You saved it, by yourself or by a key of yours.")
            if approve:
                await step_up.check_given(tx, caller)
            said = "approved" if approve else "refused"
            await text_store.decide(tx, id_, said, caller.label, note)
            detail = {"version": one.number, **({"note": note} if note else {})}
            await audit.record(tx, [Entry(caller.label, f"message_text.{said}", one.key.shown, detail)])
            return await _existing(tx, id_)

    async def standing(self) -> Sequence[TextStanding]:
        """Every text that a shop may write, and how it stands."""
        async with self._db.reading() as tx:
            found = await text_store.standing(tx)
        used = {one.key: one for one in found if one.approval != "pending" and not one.is_ours}
        waiting = {one.key: one for one in found if one.approval == "pending"}
        return [TextStanding(key, used.get(key), waiting.get(key)) for key in text_rules.texts()]

    async def versions(self, key: TextKey, limit: int) -> Sequence[TextVersion]:
        """The versions of one text, newest first. Raises TextNotFound."""
        _refuse_unknown(key)
        async with self._db.reading() as tx:
            return await text_store.versions(tx, key, limit)

    async def version(self, id_: UUID) -> TextVersion:
        """One version. Raises TextNotFound."""
        async with self._db.reading() as tx:
            return await _existing(tx, id_)

    async def history(self, key: TextKey, limit: int) -> Sequence[Recorded]:
        """The last of what was done to a text, oldest first."""
        async with self._db.reading() as tx:
            return list(reversed(await audit.recent(tx, key.shown, limit)))

    async def _add(
        self,
        caller: Caller,
        key: TextKey,
        *,
        subject: str = "",
        body: str = "",
        needs: tuple[str, ...] = (),
        is_ours: bool = False,
    ) -> TextVersion:
        async with self._db.transaction() as tx:
            await text_store.lock(tx, key)
            newest = next(iter(await text_store.versions(tx, key, 1)), None)
            if newest is None and is_ours:
                raise TextDecided("Our text is used already.")
            if newest is not None and _is_same(newest, subject, body, is_ours=is_ours):
                return newest
            approval: Approval = "pending" if needs else "not_needed"
            number = newest.number + 1 if newest else 1
            made = TextVersion(
                id=ids.new(),
                key=key,
                number=number,
                is_ours=is_ours,
                subject=subject,
                body=body,
                needs=needs,
                approval=approval,
                saved_by=caller.label,
                saved_at=real_now(),
            )
            await text_store.add(tx, made)
            action = "message_text.ours_used" if is_ours else "message_text.saved"
            detail = {"version": number, **({"needs": list(needs)} if needs else {})}
            await audit.record(tx, [Entry(caller.label, action, key.shown, detail)])
        return made

    def _said(self, key: TextKey, data: Mapping[str, object], made: RenderedParts, link: str) -> OwnWords:
        """What is sent. Raises TextFailed for a text to a phone that costs more than one may."""
        own = OwnWords(made.said.get("subject", ""), made.said["body"])
        if key.channel is Channel.SMS:
            text = render_text(key.template, key.locale, data, link=link, letterhead=self._letterhead, own=own)
            if (parts := segments(text).parts) > text_rules.MOST_SMS_PARTS:
                raise TextFailed(
                    f"it takes {parts} parts with this message, and {text_rules.MOST_SMS_PARTS} are the most"
                )
        return own

    def _preview(self, key: TextKey, case: str, data: Mapping[str, object], made: RenderedParts, link: str) -> Preview:
        own = OwnWords(made.said.get("subject", ""), made.said["body"])
        if key.channel is Channel.SMS:
            text = render_text(key.template, key.locale, data, link=link, letterhead=self._letterhead, own=own)
            return Preview(case, "", text, segments(text))
        mail = render(key.template, key.locale, data, name=NAME, link=link, letterhead=self._letterhead, own=own)
        return Preview(case, mail.subject, mail.text, None)

    def _unusable(self, key: TextKey, outcome: Outcome, values: Sequence[Values]) -> dict[str, list[str]]:
        """What is wrong with what a text says, by part."""
        wrong: dict[str, list[str]] = {}
        for part in text_rules.parts_of(key.channel):
            written = [*outcome.fixed[part], *(made.written[part] for made in outcome.rendered)]
            for found in dict.fromkeys(one for text in written for one in text_rules.foreign_links(text, self._origin)):
                wrong.setdefault(part, []).append(
                    f"{found!r} may be taken for a link, and links lead only to {self._origin}: write {{{{ link }}}}, or a space after a full stop."
                )
        for part in text_rules.parts_of(key.channel):
            for found in dict.fromkeys(
                one
                for made, of in zip(outcome.rendered, values, strict=True)
                for text in (made.said[part], made.written[part])
                for one in text_rules.glued_links(text, of.strings["link"])
            ):
                wrong.setdefault(part, []).append(
                    f"{found!r} is a dead link, for what stands beside it is taken for a part of it: put a space or a new line around {{{{ link }}}}."
                )
        lacking = [
            one
            for made, of in zip(outcome.rendered, values, strict=True)
            for one in text_rules.missing(key, made.said["body"], of.strings)
        ]
        for name in dict.fromkeys(lacking):
            wrong.setdefault("body", []).append(f"It must say {{{{ {name} }}}}, as it is, wherever there is one.")
        if any(not made.said[part].strip() for made in outcome.rendered for part in text_rules.parts_of(key.channel)):
            wrong.setdefault("body", []).append("With one of the examples nothing is left of it.")
        return wrong

    def _refuse_unusable(self, key: TextKey, outcome: Outcome, values: Sequence[Values]) -> None:
        """Raises TextFailed for what must not be sent though it was saved: other data, or other rules, make another text."""
        wrong = outcome.problems or self._unusable(key, outcome, values)
        if wrong:
            raise TextFailed(next(said for part in wrong.values() for said in part))

    async def _note_failure(self, one: TextVersion, why: str) -> None:
        async with self._db.transaction() as tx:
            if not await text_store.note_failure(tx, one.id, why[:500]):
                return
            await audit.record(
                tx, [Entry(SYSTEM, "message_text.failed", one.key.shown, {"version": one.number, "why": why[:500]})]
            )
        log.error(
            "message_text.failed",
            text=one.key.shown,
            version=one.number,
            why=why,
            alert="Our own text is sent instead.",
        )


def _parts(key: TextKey, subject: str, body: str) -> dict[str, str]:
    every: dict[str, str] = {"subject": subject, "body": body}
    return {part: every[part] for part in text_rules.parts_of(key.channel)}


def _wrong_sizes(parts: Mapping[str, str]) -> dict[str, list[str]]:
    most = text_rules.MOST_CHARACTERS
    return {
        part: [f"Between 1 and {most[part]} characters."]
        for part, said in parts.items()
        if not 0 < len(said.strip()) <= most[part]
    }


def _is_same(newest: TextVersion, subject: str, body: str, *, is_ours: bool) -> bool:
    said = (newest.subject, newest.body, newest.is_ours)
    stands = newest.approval in ("not_needed", "approved", "pending") and newest.failed_at is None
    return stands and said == (subject, body, is_ours)


def _refuse_unknown(key: TextKey) -> None:
    if not text_rules.may_be_changed(key):
        raise TextNotFound(hint="GET /v1/message-texts lists every text that a shop may write.")


async def _existing(tx: Tx, id_: UUID) -> TextVersion:
    one = await text_store.one(tx, id_)
    if one is None:
        raise TextNotFound
    return one
