"""Showing and erasing a person: noun after noun, in bounded steps, each one transaction with its audit row. A run that was killed is run again."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from gerbang.base.db import Database, Tx
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.personal_data.model import Erased, Exported, Person

STEP: Final = 100  # rows, or payments, that one transaction looks at
Export = Callable[[Tx, Person, UUID | None, int], Awaitable[Exported]]
Erase = Callable[[Tx, Person, UUID | None, int], Awaitable[Erased]]


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What one noun keeps about people, in which tables. Both functions look at a bounded number of rows after one, in one order. `check` raises
    where the person may not be erased; it is asked of every noun before anything is.
    """

    noun: str
    tables: tuple[str, ...]
    export: Export
    erase: Erase
    check: Callable[[Tx, Person], Awaitable[None]] | None = None


class People:
    """The use cases. `kept` is every noun's, those that find their rows by another's before that one. `digest` names a person in the audit
    without saying who it is: the trail proves that somebody was erased, and holds nobody.
    """

    def __init__(
        self, db: Database, kept: Sequence[PersonalData], digest: Callable[[str], Awaitable[str]], *, step: int = STEP
    ) -> None:
        self._db = db
        self._kept = kept
        self._digest = digest
        self._step = step

    async def export_person(self, actor: str, person: Person) -> dict[str, list[Mapping[str, Any]]]:
        """Everything that is kept about the person, by noun; whoever may ask was checked by the caller."""
        object_ = await self._object(person)
        async with self._db.transaction() as tx:
            await record(tx, [Entry(actor, "person.exported", object_)])
        found: dict[str, list[Mapping[str, Any]]] = {}
        for data in self._kept:
            rows, after, goes_on = found.setdefault(data.noun, []), None, True
            while goes_on:
                async with self._db.reading() as tx:
                    part = await data.export(tx, person, after, self._step)
                rows += part.rows
                after, goes_on = part.next, part.next is not None
        return found

    async def erase_person(self, actor: str, person: Person) -> dict[str, Erased]:
        """Erase the person from every noun; what happened, and money, stays. Says by noun what was erased, and what must stay for now."""
        object_, person = await self._object(person), replace(person, asked_by=actor)
        async with self._db.transaction() as tx:
            for data in self._kept:
                if data.check is not None:
                    await data.check(tx, person)
        done: dict[str, Erased] = {}
        for data in self._kept:
            after, goes_on = None, True
            while goes_on:
                step = await self._erase(actor, object_, data, person, after)
                before = done.get(data.noun, Erased(0, 0, None))
                done[data.noun] = Erased(before.rows + step.rows, before.kept + step.kept, None)
                after, goes_on = step.next, step.next is not None
        async with self._db.transaction() as tx:
            detail = {noun: {"rows": one.rows, "kept": one.kept} for noun, one in done.items()}
            await record(tx, [Entry(actor, "person.erased", object_, detail)])
        return done

    async def _erase(self, actor: str, object_: str, data: PersonalData, person: Person, after: UUID | None) -> Erased:
        async with self._db.transaction() as tx:
            step = await data.erase(tx, person, after, self._step)
            if step.rows:
                detail = {"noun": data.noun, "rows": step.rows}
                objects = (object_, *step.objects)
                await record(tx, [Entry(actor, "person.erased_part", one, detail) for one in objects])
        return step

    async def _object(self, person: Person) -> str:
        return f"person:{await self._digest(str(person))}"
