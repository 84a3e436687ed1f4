"""The filters of a list, as they stand in its address: kept as they were typed, and told beside the field where nothing can have such a value."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from markupsafe import Markup

from gerbang.base import ids
from gerbang.base.errors import Invalid, NotFound
from gerbang.web import texts
from gerbang.web.console.moments import read_moment
from gerbang.web.console.page_frame import read_day


class Filters:
    """`chosen` is what was typed, by field; `wrong` what to say beside those that nothing can match."""

    def __init__(self, chosen: dict[str, str], say: texts.Words) -> None:
        self.chosen = chosen
        self.wrong: dict[str, Markup] = {}
        self._say = say

    def word(self, name: str, known: Collection[str]) -> str | None:
        """The value of a field that takes one of the known words; None for none, and for one that is complained of."""
        value = self.chosen[name]
        if value and value not in known:
            self.wrong[name] = self._say("filter.wrong.word", what=value)
            return None
        return value or None

    def id(self, name: str, kind: str) -> UUID | None:
        """The id in a field; None for none, and for one that is complained of."""
        value = self.chosen[name]
        try:
            return ids.read(kind, ids.as_typed(value)) if value else None
        except NotFound:
            self.wrong[name] = self._say("filter.wrong.id", kind=kind)
            return None

    def moment(self, name: str, *, after: bool = False) -> datetime | None:
        """The minute in a field, or the beginning of the day; with `after` its end; None for none, and for one that is complained of. The field
        shows it in the one form that it can show.
        """
        try:
            if (found := read_moment(self.chosen[name], after=after)) is None:
                return None
            self.chosen[name] = found.shown
        except Invalid:
            self.wrong[name] = self._say("filter.wrong.moment")
            return None
        return found.at

    def day(self, name: str, *, after: bool = False) -> datetime | None:
        """The beginning of the day in a field, or with `after` of the next; None for none, and for one that is complained of."""
        try:
            return read_day(self.chosen[name], after=after)
        except Invalid:
            self.wrong[name] = self._say("filter.wrong.day")
            return None
