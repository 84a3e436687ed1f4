"""Every colour that something is written in, on every ground that it is written on, by WCAG 2: 4.5:1 for words, 3:1 for edges and marks."""

import re
from typing import Final

import pytest

from gerbang.web import pages

GROUNDS: Final = ("ground", "paper")
# What is written or drawn in each colour, on what, and how much it must stand out.
WORDS: Final = {
    **dict.fromkeys(
        ("ink", "ink-2"), (*GROUNDS, "sunk", "act-soft", "good-soft", "warn-soft", "bad-soft", "still-soft")
    ),
    "ink-3": (*GROUNDS, "sunk"),
    **dict.fromkeys(("act", "act-hover"), (*GROUNDS, "act-soft")),
    "good": (*GROUNDS, "good-soft"),
    "warn": (*GROUNDS, "warn-soft"),
    "bad": (*GROUNDS, "bad-soft"),
    "still": GROUNDS,
    "on-fill": ("fill", "fill-hover"),
    "on-mark": ("good", "warn", "bad"),
    **dict.fromkeys(("pass-ink", "pass-ink-2"), ("pass",)),
    "test-ink": ("test",),
}
EDGES: Final = {"edge": GROUNDS, "focus": GROUNDS, "bad": GROUNDS, "pass-ink-2": ("pass",)}


def themes() -> dict[str, dict[str, str]]:
    """The colours of each theme, by name; dark stands twice in the sheet, for the system and for who chose it."""
    sheet = pages.STATIC["tokens.css"].content.decode()
    found = {"light": "", "dark": "", "dark by choice": ""}
    for selector, name in (
        (":root {", "light"),
        (':root:not([data-theme="light"]) {', "dark"),
        (':root[data-theme="dark"] {', "dark by choice"),
    ):
        found[name] = sheet.partition(selector)[2].partition("}")[0]
    colours = {name: dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", rules)) for name, rules in found.items()}
    return {name: colours["light"] | rules for name, rules in colours.items()}


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, by WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("pairs", "least"), [(WORDS, 4.5), (EDGES, 3.0)], ids=["words", "edges"])
def test_every_colour_stands_out_on_every_ground_in_both_themes(
    pairs: dict[str, tuple[str, ...]], least: float
) -> None:
    weak = [
        f"{theme}: {name} on {ground} is {ratio(colours[name], colours[ground]):.2f}"
        for theme, colours in themes().items()
        for name, grounds in pairs.items()
        for ground in grounds
        if ratio(colours[name], colours[ground]) < least
    ]
    assert weak == []


def test_who_chose_dark_sees_what_a_dark_system_shows() -> None:
    colours = themes()
    assert colours["dark"] == colours["dark by choice"]
    assert colours["dark"] != colours["light"]


def test_the_measure_is_the_one_of_the_standard() -> None:
    assert (round(ratio("#000000", "#ffffff"), 1), round(ratio("#777777", "#ffffff"), 2)) == (21.0, 4.48)
