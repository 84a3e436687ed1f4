"""What was typed or pasted into a field, as it is read: one rule per field's name, for JSON bodies, forms and filters alike. Pure."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import msgspec
from msgspec import inspect

from gerbang.base import bank_account
from gerbang.base.formats import tongue
from gerbang.base.text import clean, plain

# What is a secret is taken as it was typed.
_AS_TYPED: Final = frozenset({"password", "current", "new", "token", "refresh_token", "value", "csv"})
_LINES: Final = frozenset({"description", "reason", "note", "body"})
_PLAIN: Final = frozenset({"account", "amount", "address", "email", "phone", "ip"})
# Whether anything in a JSON text could be cleaned: bytes that are not printable ASCII, an escape, a space at the edge of a string.
_UNCLEAN: Final = re.compile(rb"""[^\x20-\x7e\r\n\t]|\\|"\s+[^\s:,\]}]|[^\s:,\[{]\s+\"""")


def cleaned(name: str, text: str) -> str:
    """The text of the field of this name: without what cannot be seen and means nothing, machine's words in plain characters."""
    if name in _AS_TYPED:
        return text
    return plain(text) if name in _PLAIN else clean(text, lines=name in _LINES)


def may_be_unclean(body: bytes) -> bool:
    """Whether a JSON text is worth cleaning at all: nearly all that programs send are not."""
    return _UNCLEAN.search(body) is not None


def cleaned_body(value: Any, shape: Any) -> Any:
    """A body as plain values, with each text cleaned that the shape knows; what may be anything (`metadata`) stays as it is."""
    return _cleaner("", inspect.type_info(shape))(value)


Cleaner = Callable[[Any], Any]


def _cleaner(name: str, kind: inspect.Type) -> Cleaner:
    match kind:
        case inspect.Metadata(type=inner):
            return _cleaner(name, inner)
        case inspect.StrType() if name == "account":  # whether it was grouped like a card has been looked at before
            return lambda value: _account(value) if isinstance(value, str) else value
        case inspect.LiteralType() | inspect.EnumType() | inspect.StrType() if name == "locale":
            return lambda value: tongue(value) or plain(value) if isinstance(value, str) else value
        case inspect.StrType():
            return lambda value: cleaned(name, value) if isinstance(value, str) else value
        case inspect.StructType(cls=shape):
            return _of_struct(shape)
        case inspect.DictType(value_type=inner):
            each = _cleaner(name, inner)
            return lambda value: {key: each(one) for key, one in value.items()} if isinstance(value, dict) else value
        case (
            inspect.ListType(item_type=inner)
            | inspect.CollectionType(item_type=inner)
            | inspect.VarTupleType(item_type=inner)
        ):
            item = _cleaner(name, inner)
            return lambda value: [item(one) for one in value] if isinstance(value, list) else value
        case inspect.UnionType(types=kinds):
            return _of_union([_cleaner(name, one) for one in kinds])
        case _:
            return _as_is


def _account(text: str) -> str:
    """The digits, where they are an account number; else as it was typed, so that it is refused and never kept in another form."""
    try:
        return bank_account.read(text)
    except bank_account.BadAccount:
        return plain(text)


def _as_is(value: Any) -> Any:
    return value


def _of_union(cleaners: list[Cleaner]) -> Cleaner:
    """Each cleaner looks at the kind of value that it is for, and leaves others alone."""

    def clean_it(value: Any) -> Any:
        for one in cleaners:
            value = one(value)
        return value

    return clean_it


@cache
def _of_struct(shape: type[msgspec.Struct]) -> Cleaner:
    known = inspect.type_info(shape)
    assert isinstance(known, inspect.StructType), f"{shape} is no Struct"
    fields: Mapping[str, Cleaner] = {one.encode_name: _cleaner(one.encode_name, one.type) for one in known.fields}

    def clean_it(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: fields[name](one) if name in fields else one for name, one in value.items()}

    return clean_it
