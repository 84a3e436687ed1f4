"""Every type of event that the source announces is in the catalogue, and every one of the catalogue is announced somewhere."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from gerbang.core.endpoints.model import TEST
from gerbang.nouns import NOUNS
from tests.tidy.test_action_words import patterns
from tests.tidy.test_tidy import modules, short, tree_of

CATALOGUE = {one.name for one in NOUNS.event_catalogue}
NOT_ANNOUNCED = {"payment.reminder"}  # made in the job that mails it, for the one who writes mails
FORWARDS = "src/gerbang/core/payments/unit_of_work.py"  # a payment's own `announce`, whose calls are looked at instead


def announced() -> Iterator[tuple[str, str]]:
    """Where something is announced, and a pattern of its type."""
    for path in modules("src"):
        if "nnounce" in path.read_text(encoding="utf-8"):
            tree = tree_of(path)
            yield from ((short(path), one) for type_ in types(tree, path) for one in patterns(type_, tree, path))


def types(tree: ast.Module, path: Path) -> Iterator[ast.expr]:
    """What stands at the place of the type: in an Announcement that is made, or in a call of a payment's `announce`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="announce"), args=[ast.expr() as type_, _]):
                yield type_
            case ast.Call(func=ast.Name(id="Announcement"), args=[type_, *_]) if short(path) != FORWARDS:
                yield type_


def test_every_type_that_is_announced_is_in_the_catalogue_and_every_one_of_it_is_announced() -> None:
    found = [(where, one) for where, one in announced() if one not in map(re.escape, NOT_ANNOUNCED)]
    assert len(found) > 20
    unknown = sorted((where, one) for where, one in found if not any(re.fullmatch(one, type_) for type_ in CATALOGUE))
    assert not unknown, f"list it in the event_types.py of its package: {unknown}"
    idle = sorted(type_ for type_ in CATALOGUE - {TEST} if not any(re.fullmatch(one, type_) for _, one in found))
    assert not idle, f"nobody announces {idle}"


def test_no_type_stands_in_the_catalogue_twice_and_each_is_told_in_a_sentence() -> None:
    assert len(CATALOGUE) == len(NOUNS.event_catalogue)
    for one in NOUNS.event_catalogue:
        assert one.type.means[0].isupper(), one.name
        assert one.type.means.endswith("."), one.name
