"""Names are the field's: the private words that stood here once do not come back, and nothing is imported in a circle."""

import ast
import builtins
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tests.tidy.test_tidy import tree_of

ROOT: Final = Path(__file__).parents[2]
SOURCE: Final = ROOT / "src" / "gerbang"
# Each private word with what the field says. A class or function of that name would have to be explained to a payments engineer.
PRIVATE: Final[Mapping[str, str]] = {
    "Bell": "NotifyChannel",
    "Consequences": "Effects",
    "Draft": "PaymentAggregate",
    "Exchange": "RequestContext",
    "Feed": "AnnouncementConsumer",
    "Hearing": "FactReport",
    "Placed": "Contract",
    "Postman": "WebhookSender",
    "Scene": "CheckoutState",
    "Ways": "GatewayParts",
    "Whole": "PaymentDetail",
    "Writes": "StatementBatch",
    "hear": "apply_facts",
    "hearing": "report",
    "homes": "by_attempt",
    "postman": "webhook_sender",
    "ring": "notify",
    "scene": "checkout_state",
    "wholes": "details_by_id",
}
FILES: Final = frozenset(
    [
        "answering",
        "bell",
        "calls",
        "choosing",
        "desk",
        "door",
        "draft",
        "exchange",
        "hearing",
        "incoming",
        "linking",
        "manual",
        "marks",
        "opening",
        "operating",
        "owning",
        "placed",
        "playing",
        "postman",
        "quoting",
        "road",
        "scene",
        "settling",
        "stage",
        "timetable",
        "translating",
        "visitors",
        "watching",
    ]
)
PROVIDERS_OWN: Final = {"calls"}  # the wire calls of a simulator


def modules() -> Iterator[Path]:
    yield from (path for top in ("src", "tests", "bench") for path in sorted((ROOT / top).rglob("*.py")))


def test_no_name_of_the_code_is_a_private_word() -> None:
    any_of_them = re.compile(rf"\b(?:{'|'.join(PRIVATE)})\b")
    found = [
        f"{path.relative_to(ROOT)}:{token.start[0]} {token.string}: say {PRIVATE[token.string]}"
        for path in modules()
        if any_of_them.search(
            text := path.read_text(encoding="utf-8")
        )  # a search is quick, and a word may stand in a text
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.NAME and token.string in PRIVATE
    ]
    assert not found, "\n".join(found)


def test_no_file_has_a_name_that_must_be_explained() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in sorted(SOURCE.rglob("*.py"))
        if path.stem in FILES - (PROVIDERS_OWN if "simulator" in path.parts or "chain" in path.parts else set())
    ]
    assert not found, f"name the file by the field's word for what it holds: {found}"


RAISES: Final = re.compile(r"\b[Rr]aises? ([^.;:]*)")
CLASS: Final = re.compile(r"\b(?:[A-Z][a-z0-9]+){2,}\b")
PLACE: Final = re.compile(r"`((?:[A-Z][a-z0-9]+){2,})\.\w+`|\b([a-z][a-z_]+)\.py\b")
DOCUMENTED: Final = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def test_what_a_docstring_says_is_raised_or_where_more_stands_exists_by_that_name() -> None:
    trees = {path: tree_of(path) for path in modules()}
    nodes = [(path, node) for path, tree in trees.items() for node in ast.walk(tree)]
    known = {node.name for _, node in nodes if isinstance(node, ast.ClassDef)} | {path.stem for path in trees}
    known |= {node.attr for _, node in nodes if isinstance(node, ast.Attribute)}
    known |= {name for name, value in vars(builtins).items() if isinstance(value, type)}
    known |= {
        alias.asname or alias.name for _, node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    stale = sorted(
        f"{path.relative_to(ROOT)} {getattr(node, 'name', '')}: {name}"
        for path, node in nodes
        if isinstance(node, DOCUMENTED) and (text := ast.get_docstring(node))
        for name in named_in(text) - known
    )
    assert not stale, "Say what it is called now:\n" + "\n".join(stale)


def named_in(docstring: str) -> set[str]:
    """The errors that are raised, the classes whose parts are named, and the files."""
    errors = {name for said in RAISES.findall(docstring) for name in CLASS.findall(said)}
    return errors | {one or other for one, other in PLACE.findall(docstring)}


def imports(path: Path, known: Mapping[str, Path]) -> Iterator[str]:
    """The modules of ours that this one imports, wherever in it."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield from (name for name in (inner if inner in known else node.module,) if name in known)


def test_nothing_is_imported_in_a_circle_not_even_late() -> None:
    known = {
        ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted(SOURCE.rglob("*.py"))
    }
    needs = {name: set(imports(path, known)) - {name} for name, path in known.items()}
    while free := {name for name, wanted in needs.items() if not wanted & needs.keys()}:
        needs = {name: wanted for name, wanted in needs.items() if name not in free}
    assert not needs, f"modules in a circle, or that need one: {sorted(needs)}"
