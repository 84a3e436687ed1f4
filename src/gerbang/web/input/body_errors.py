"""Every fault of a body in one answer: where each stands, as a JSON Pointer, and what may stand there. Pure; what a body means is nobody's matter here."""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import msgspec

from gerbang.base.errors import FieldError, Invalid
from gerbang.base.validation_messages import in_words

_AT: Final = re.compile(r" - at `\$(.*)`$")
_NAMED: Final = re.compile(r"(?:unknown|missing required) field `(.+?)`")
_STEP: Final = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")
_MOST: Final = 50  # faults of one answer; who has more has sent something else altogether
_ENUM: Final = "Invalid enum value"
_MISSING: Final = "This field is missing."
_MOST_NAMED: Final = 15


def faults(value: Any, shape: Any) -> list[FieldError]:
    """What is wrong with a value that the shape did not take, in the shape's order; of what is no object of ours, the first fault."""
    return list(_faults(value, shape, ()))[:_MOST]


def refusal(errors: Sequence[FieldError]) -> Invalid:
    """One error for all of them; what it says is the first one's words."""
    more = f" {len(errors) - 1} more: see errors." if len(errors) > 1 else ""
    return Invalid(f"{errors[0].detail}{more}" if errors else "", errors=errors)


def all_at_once(*checks: Callable[[], object]) -> None:
    """Run every check; raises the one Invalid that was raised, or one with the fields of all."""
    wrong: list[Invalid] = []
    for check in checks:
        try:
            check()
        except Invalid as error:
            wrong.append(error)
    fields = list(dict.fromkeys(field for error in wrong for field in error.errors))
    if len(wrong) > 1 and len(fields) > 1:
        raise refusal(fields)
    if wrong:
        raise wrong[0]


def _faults(value: Any, shape: Any, steps: Sequence[str]) -> Sequence[FieldError]:
    struct = _struct_of(shape)
    if struct is not None and isinstance(value, dict):
        return _of_members(value, struct, steps)
    entry = _entry_of(shape)
    if entry is not None and isinstance(value, dict):
        names = _names_of(shape)
        found = []
        for name, one in value.items():
            if names and name not in names:
                found.append(FieldError(pointer_to((*steps, str(name))), f"Must be one of: {', '.join(names)}."))
            else:
                found += _faults(one, entry, (*steps, str(name)))
        if found:
            return found
    item = _item_of(shape)
    most = _most_of(shape)
    if item is not None and isinstance(value, list) and len(value) <= most:
        found = [fault for number, one in enumerate(value) for fault in _faults(one, item, (*steps, str(number)))]
        if found:
            return found
    if item is not None and isinstance(value, list) and len(value) > most:
        return [FieldError(pointer_to(steps), f"Too many: at most {most}.")]
    try:
        msgspec.convert(value, shape, strict=True)
    except msgspec.ValidationError as error:
        inner, said = pointer_of(str(error))
        values = _values_of(shape) if str(error).startswith(_ENUM) else []
        return [FieldError(pointer_to(steps) + inner, f"Must be one of: {', '.join(values)}." if values else said)]
    return ()


def _of_members(value: Mapping[str, Any], struct: type[msgspec.Struct], steps: Sequence[str]) -> list[FieldError]:
    known = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    found: list[FieldError] = []
    for name, field in known.items():
        if name in value:
            found += _faults(value[name], field.type, (*steps, name))
        elif field.required:
            found.append(FieldError(pointer_to((*steps, name)), _MISSING))
    if struct.__struct_config__.forbid_unknown_fields:
        found += [
            FieldError(pointer_to((*steps, name)), _unknown(name, list(known))) for name in value if name not in known
        ]
    return found


def _unknown(name: str, known: Sequence[str]) -> str:
    """With the field that was meant, if one is near, else those that there are."""
    if near := get_close_matches(name, known, n=1):
        return f"There is no such field here. Did you mean {near[0]}?"
    if 0 < len(known) <= _MOST_NAMED:
        return f"There is no such field here. There are: {', '.join(known)}."
    return "There is no such field here: check its spelling, or leave it out."


def _parts(shape: Any) -> Sequence[Any]:
    """The kinds that a value of this shape may be of, without what is said beside them."""
    origin = get_origin(shape)
    if origin is Annotated:
        return _parts(get_args(shape)[0])
    if origin in (Union, UnionType):
        return [part for one in get_args(shape) for part in _parts(one)]
    return [shape]


def _struct_of(shape: Any) -> type[msgspec.Struct] | None:
    return next((one for one in _parts(shape) if isinstance(one, type) and issubclass(one, msgspec.Struct)), None)


def _item_of(shape: Any) -> Any:
    """What the items of a list are, where they are objects of ours."""
    lists = [one for one in _parts(shape) if get_origin(one) in (list, tuple, Sequence)]
    items = [get_args(one)[0] for one in lists if get_args(one)]
    return next((one for one in items if _struct_of(one) is not None), None)


def _entry_of(shape: Any) -> Any:
    """What the members of an object are that takes any name; the reader's own message does not say which of them is wrong."""
    return next((get_args(one)[1] for one in _parts(shape) if get_origin(one) in (dict, Mapping)), None)


def _names_of(shape: Any) -> list[str]:
    """The names that the members of an object may have, where not every name will do."""
    names = next((get_args(one)[0] for one in _parts(shape) if get_origin(one) in (dict, Mapping)), None)
    return _values_of(names)


def _most_of(shape: Any) -> int:
    """How many items a list may have."""
    said = (
        [one.max_length for one in get_args(shape)[1:] if isinstance(one, msgspec.Meta)]
        if get_origin(shape) is Annotated
        else []
    )
    return next((most for most in said if most is not None), sys.maxsize)


def _values_of(shape: Any) -> list[str]:
    """The words that may stand there."""
    found: list[str] = []
    for one in _parts(shape):
        if get_origin(one) is Literal:
            found += [str(value) for value in get_args(one)]
        elif isinstance(one, type) and issubclass(one, Enum):
            found += [str(member.value) for member in one]
        elif get_origin(one) is not None:
            found += [value for inner in get_args(one) for value in _values_of(inner)]
    return found


def pointer_of(message: str) -> tuple[str, str]:
    """Where, as a JSON Pointer (RFC 6901), and what is wrong there, out of the reader's own message."""
    place = _AT.search(message)
    steps = [found[1] or found[2] for found in _STEP.finditer(place[1])] if place else []
    if named := _NAMED.search(message):
        steps.append(named[1])
    return pointer_to(steps), in_words(_AT.sub("", message))


def pointer_to(steps: Sequence[str]) -> str:
    """A JSON Pointer (RFC 6901) of these steps."""
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)
