"""Reads the source: lengths, names, orphans, silencers, where SQL and the environment may stand. Style that ruff does not know."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from gerbang.ports.messenger import Channel

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "src" / "gerbang"
LONGEST_FUNCTION = 60
LONGEST_FILE = 400
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc", "stuff", "tools"}
SILENCER = re.compile(r"#\s*(noqa|type:\s*ignore)(?P<codes>:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*|\[[\w, -]+\])?(?P<reason>.*)$")
SQL = re.compile(
    r"^\s*(SELECT\s.+\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|WITH\s+\w+\s+AS\s*\(|CREATE\s+TABLE\s|TRUNCATE\s)",
    re.DOTALL,
)
OURS = ("src", "tests", "bench", "sdk")
GENERATED = {"sdk/python/src/gerbang_client/types.py", "sdk/python/src/gerbang_client/operations.py"}
ENTRY_POINTS = {"__init__", "__main__"}


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(
            path
            for path in (ROOT / folder).rglob("*.py")
            if not {"node_modules", ".tools"} & set(path.parts) and short(path) not in GENERATED
        )


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree_of(path: Path) -> ast.Module:
    """Kept for the other tests of this folder (`conftest.py`)."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_function_is_longer_than_sixty_lines() -> None:
    too_long = [
        f"{short(path)}:{function.lineno} {function.name} has {length} lines"
        for path in modules(*OURS)
        for function in functions(tree_of(path))
        if (length := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION
    ]
    assert not too_long, "Split by what each part does:\n" + "\n".join(too_long)


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    too_long = [
        f"{short(path)} has {length} lines"
        for path in modules(*OURS)
        if (length := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    ]
    assert not too_long, "Split by what each part does:\n" + "\n".join(too_long)


def test_no_file_has_a_name_that_says_nothing() -> None:
    found = [short(path) for path in modules(*OURS) if path.stem in BANNED_NAMES]
    assert not found, f"name the file by what it holds: {found}"


def test_every_module_begins_by_saying_what_is_here() -> None:
    silent = [
        short(path)
        for path in modules(*OURS)
        if path.read_text(encoding="utf-8").strip() and not ast.get_docstring(tree_of(path))
    ]
    assert not silent, f"begin the module with a docstring that says what is here: {silent}"


def test_whatever_silences_a_checker_names_its_code_and_a_reason() -> None:
    bare = [
        f"{short(path)}:{number} {line.strip()}"
        for path in modules(*OURS)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if path != Path(__file__)
        and (found := SILENCER.search(line))
        and not (found["codes"] and found["reason"].strip(" #-:"))
    ]
    assert not bare, "Name the code and a reason, as `# noqa: S105 - a message's name`:\n" + "\n".join(bare)


def test_only_the_settings_read_the_environment() -> None:
    found = [
        f"{short(path)}:{node.lineno}"
        for path in modules("src")
        if path != SOURCE / "settings" / "environment.py"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
        and node.attr in ("environ", "environb", "getenv", "putenv")
    ]
    assert not found, f"make it a setting (settings/), and hand its value over: {found}"


def test_sql_stands_in_stores_and_in_base_only() -> None:
    found = [
        f"{short(path)}:{node.lineno} {str(node.value).split()[:4]}"
        for path in modules("src")
        if path.stem != "store" and not path.stem.endswith("_store") and path.parent != SOURCE / "base"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value)
    ]
    assert not found, "Move the statement to store.py or a *_store.py of its package:\n" + "\n".join(found)


def literal_names(tree: ast.Module) -> set[str]:
    """The module's own constants that are literal texts, or put together from such."""
    known: set[str] = set()
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if value is not None and is_literal(value, known):
            known |= {target.id for target in targets if isinstance(target, ast.Name) and target.id.isupper()}
    return known


def is_literal(value: ast.expr, constants: set[str]) -> bool:
    """A literal text, or one made of literal texts and the module's own constants only."""
    match value:
        case ast.Constant():
            return isinstance(value.value, str)
        case ast.Name():
            return value.id in constants
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return is_literal(left, constants) and is_literal(right, constants)
        case ast.JoinedStr(values=parts):
            return all(
                is_literal(part.value if isinstance(part, ast.FormattedValue) else part, constants) for part in parts
            )
    return False


def test_no_statement_is_built_from_text() -> None:
    """R41: only literals and constants made of literals reach the database; the cluster's bootstrap alone takes no parameters."""
    found = []
    for path in modules("src"):
        tree = tree_of(path)
        constants = literal_names(tree)
        found += [
            f"{short(path)}:{node.lineno} {ast.unparse(node.args[0])[:80]}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("fetch", "fetchrow", "fetchval", "executemany", "execute")
            and node.args
            and isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
            and not is_literal(node.args[0], constants)
        ]
    assert not found, "Write the statement out and bind its values ($1, $2 …):\n" + "\n".join(found)


def imported_by(path: Path) -> Iterator[str]:
    """The dotted names that a module of ours imports, relative imports resolved."""
    package = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts[:-1])
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join(
                    [*package.split(".")[: len(package.split(".")) - node.level + 1], *([base] if base else [])]
                )
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("gerbang."):
            yield node.value.partition(":")[0]  # commands and registries load lazily by name


def test_no_module_is_an_orphan() -> None:
    wanted = {name for path in modules("src") for name in imported_by(path)}
    orphans = [
        short(path)
        for path in modules("src")
        if path.stem not in ENTRY_POINTS
        and ".".join(path.relative_to(ROOT / "src").with_suffix("").parts) not in wanted
    ]
    assert not orphans, (
        f"nothing imports these: hand their HANDLERS, value or function on where their like are, or delete them: {orphans}"
    )


def defines(path: Path, name: str) -> bool:
    return any(
        isinstance(target, ast.Name) and target.id == name
        for node in tree_of(path).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    )


def test_the_registry_names_every_provider_folder_and_nothing_else() -> None:
    """A folder without a PROVIDER is a store of secrets, which app/ puts together; the orphan test watches those."""
    folders = {path.parent.name for path in (SOURCE / "providers").glob("*/__init__.py") if defines(path, "PROVIDER")}
    registry = SOURCE / "providers" / "__init__.py"
    named = {name.split(".")[2] for name in imported_by(registry) if name.startswith("gerbang.providers.")}
    assert folders, "no provider at all"
    assert named == folders, (
        f"providers/__init__.py has no line for {sorted(folders - named)}, and a line without a folder for {sorted(named - folders)}"
    )


def test_what_puts_the_house_together_names_no_provider() -> None:
    """What a provider brings, it brings by its registry entry. `smtp` is also the word for mail itself, and `whatsapp` a channel's."""
    names = {path.parent.name for path in (SOURCE / "providers").glob("*/__init__.py") if defines(path, "PROVIDER")}
    pattern = re.compile(
        rf"(?i)\b({'|'.join(sorted(names - {'smtp', *Channel}))}|coinbase)\b|providers[.](?:smtp|whatsapp)|(?-i:[\"']smtp[\"'])"
    )
    files = [
        *sorted((SOURCE / "app").rglob("*.py")),
        SOURCE / "demo.py",
        SOURCE / "nouns.py",
        SOURCE / "message_nouns.py",
        SOURCE / "order_nouns.py",
        *sorted((SOURCE / "sandbox").rglob("*.py")),
    ]
    found = [
        f"{short(path)}:{number} {line.strip()}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line.replace("EVM node", ""))
    ]
    assert not found, (
        "Put it into the provider's entry (ports/provider.py, ports/demo.py) and ask for it there:\n" + "\n".join(found)
    )


@pytest.mark.parametrize(
    "folder", sorted((SOURCE / "providers").glob("*/__init__.py")), ids=lambda path: path.parent.name
)
def test_every_provider_folder_says_what_works_and_how_to_get_credentials(folder: Path) -> None:
    readme = folder.parent / "README.md"
    assert readme.exists(), f"write {short(readme)}: what works, what does not, how to get credentials"
    assert len(readme.read_text(encoding="utf-8").split()) > 40, f"{short(readme)} says nothing"


def test_no_test_replaces_production_code_or_sleeps_away_a_race() -> None:
    found = [
        f"{short(path)}:{number} {line.strip()}"
        for path in modules("tests")
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(r"MagicMock|unittest\.mock|monkeypatch\.setattr|mocker\.", line)
    ]
    assert not found, "Use the real thing, or a provider's simulator, and hand it over as an argument:\n" + "\n".join(
        found
    )


def test_no_to_do_is_left_in_the_code() -> None:
    found = [
        f"{short(path)}:{number}"
        for path in modules(*OURS)
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError\(\)", line)
    ]
    assert not found, f"do it now, or delete the line: {found}"
