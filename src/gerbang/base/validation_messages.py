"""What is wrong with a value, in the words of whoever sent it: what was expected, and how to write it. Never the machine's own. Pure."""

import re
from collections.abc import Callable, Sequence
from typing import Final

_KINDS: Final = {
    "int": "a whole number",
    "str": "text",
    "bool": "true or false",
    "float": "a number",
    "object": "an object",
    "array": "a list",
    "null": "nothing (null)",
    "datetime": "a time like 2026-11-29T10:00:00Z",
}
# Of each pattern that a body's field has: what it asks for.
PATTERNS: Final = {
    r"^$|^[^@\s]+@[^@\s]+$": "Write a whole e-mail address, like name@example.com.",
    r"^([0-9]{5,20})?$": "Write the account number in digits, 5 to 20 of them.",
}
_BOUNDS: Final = {">=": "At least", "<=": "At most", ">": "More than", "<": "Less than"}
_KIND: Final = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")
_RULES: Final[Sequence[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]]] = (
    (re.compile(r"Object missing required field `"), lambda _: "This field is missing."),
    (re.compile(r"Object contains unknown field `"), lambda _: "There is no such field here: check its spelling, or leave it out."),
    (re.compile(r"Invalid enum value (.+)"), lambda found: f"There is no such value as {found[1]} here; /docs lists those that there are."),
    (re.compile(r"Expected `str` of length >= 1\b"), lambda _: "This must not be empty."),
    (re.compile(r"Expected `str` of length >= (\d+)"), lambda found: f"Too short: at least {found[1]} characters."),
    (re.compile(r"Expected `str` of length <= (\d+)"), lambda found: f"Too long: at most {found[1]} characters."),
    (re.compile(r"Expected `(?:array|object)` of length <= (\d+)"), lambda found: f"Too many: at most {found[1]}."),
    (re.compile(r"Expected `(?:array|object)` of length >= (\d+)"), lambda found: f"Too few: at least {found[1]}."),
    (re.compile(r"Expected `(?:int|float)` (>=|<=|>|<) (\S+)"), lambda found: f"{_BOUNDS[found[1]]} {found[2].rstrip('.')}."),
    (re.compile(r"Expected `str` matching regex '(.+)'$"), lambda found: PATTERNS.get(_unquoted(found[1]), "Not in the form that this field has; /docs shows it.")),
    (re.compile(r"Invalid (?:RFC3339|datetime)|Expected `datetime`"), lambda _: "Write a time like 2026-11-29T10:00:00Z."),
    (re.compile(r"Invalid UUID|Expected `uuid`"), lambda _: "Not an id of this kind."),
    (re.compile(r"Expected `int(?: \| str)?`, got `float`"), lambda _: "Write a whole number without a decimal point or exponent: 15000, not 15000.0."),
    (_KIND, lambda found: f"Expected {_kinds(found[1])}, not {_kinds(found[2])}."),
    (re.compile(r"Expected `([^`]+)`"), lambda found: f"Expected {_kinds(found[1])}."),
    (re.compile(r"Integer value out of range|Number out of range"), lambda _: "The number is out of range."),
)  # fmt: skip
_OTHERWISE: Final = "This value does not fit here; /docs shows what does."


def in_words(said: str) -> str:
    """What the reader of a body or address said, as a sentence for whoever sent it."""
    return next((words(found) for form, words in _RULES if (found := form.search(said))), _OTHERWISE)


def _kinds(names: str) -> str:
    return " or ".join(_KINDS.get(name.strip(), "a value of another kind") for name in names.split("|"))


def _unquoted(pattern: str) -> str:
    return pattern.replace("\\\\", "\\")
