"""The commands as a shell sees them: exit status, stdout, and words instead of tracebacks."""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import pytest

from gerbang import settings
from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.base.http import Http
from gerbang.cli import doctor
from gerbang.ports.payment import Account
from gerbang.ports.provider import Probed
from gerbang.providers.lazada import checking as lazada_checking
from gerbang.providers.sealed import ensure_root_key
from tests.conftest import FreshDatabase

NOTHING: Mapping[str, object] = MappingProxyType({})


def gerbang(
    *words: str, at: Path, python: tuple[str, ...] = (), given: Mapping[str, object] = NOTHING, typed: str = ""
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *python, "-m", "gerbang", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=at,
        env=settings.child_environment(dict(given)),
        timeout=60,
        input=typed,
    )


def test_the_help_names_every_command_of_this_version(tmp_path: Path) -> None:
    said = gerbang("--help", at=tmp_path)
    assert said.returncode == 0
    for name in ("up", "serve", "work", "sandbox", "migrate", "doctor", "config", "docs"):
        assert f" {name} " in said.stdout, name


def test_optimised_python_is_refused_because_it_drops_assertions(tmp_path: Path) -> None:
    said = gerbang("config", "show", at=tmp_path, python=("-O",))
    assert said.returncode == 2
    assert "assertions that guard money" in said.stderr


@pytest.mark.parametrize("command", ["serve", "work", "migrate"])
def test_without_a_database_the_variable_is_named(command: str, tmp_path: Path) -> None:
    said = gerbang(command, at=tmp_path)
    assert said.returncode == 2
    assert "GERBANG_DATABASE" in said.stderr
    assert "Traceback" not in said.stderr


def test_config_show_hides_what_is_secret(tmp_path: Path) -> None:
    """R49"""
    said = gerbang(
        "config",
        "show",
        "--json",
        at=tmp_path,
        given={"database_url": "postgresql://a:canary55@db/x", "smtp_url": "smtp://post:canary55@mail"},
    )
    assert said.returncode == 0
    assert "canary55" not in said.stdout + said.stderr
    assert json.loads(said.stdout)["GERBANG_DATABASE_URL"] == "postgresql://a:…@db/x"


def test_migrate_tries_then_runs_then_has_nothing_to_do(tmp_path: Path, empty_database: FreshDatabase) -> None:
    owner = {"database_owner_url": empty_database.owner_dsn}
    tried = gerbang("migrate", "--dry-run", at=tmp_path, given=owner)
    assert tried.stdout.startswith("would run 0001_"), tried.stderr
    assert gerbang("migrate", at=tmp_path, given=owner).stdout.startswith("ran 0001_")
    assert gerbang("migrate", at=tmp_path, given=owner).stdout == "nothing to do\n"


def test_doctor_finds_nothing_to_mend_under_the_applications_role(tmp_path: Path, database: FreshDatabase) -> None:
    key = tmp_path / "root.key"
    ensure_root_key(key, create=True)
    said = gerbang("doctor", at=tmp_path, given={"database_url": database.app_dsn, "root_key_file": key})
    assert "MEND" not in said.stdout, said.stdout
    assert said.returncode == 0, said.stderr


def test_doctor_names_an_owner_who_could_rewrite_the_ledger(tmp_path: Path, database: FreshDatabase) -> None:
    given = {"database_url": database.owner_dsn, "refund_approval_above": "IDR=1000000"}
    said = gerbang("doctor", at=tmp_path, given=given)
    assert said.returncode == 1
    assert "MEND  GERBANG_REFUND_APPROVAL_ABOVE need two people who may settle refunds; none may" in said.stdout
    assert "MEND  role gerbang_owner can rewrite ledger_lines" in said.stdout
    assert "MEND  There is no root key" in said.stdout


def test_doctor_says_that_the_database_does_not_answer(tmp_path: Path) -> None:
    said = gerbang("doctor", at=tmp_path, given={"database_url": "postgresql://gerbang_app:x@127.0.0.1:9/gerbang"})
    assert said.returncode == 1
    assert "MEND  the database: Nobody listens at 127.0.0.1:9." in said.stdout
    assert "Traceback" not in said.stderr


def test_connections_are_added_listed_asked_switched_off_and_deleted(tmp_path: Path, database: FreshDatabase) -> None:
    key = tmp_path / "root.key"
    ensure_root_key(key, create=True)
    given = {"database_url": database.app_dsn, "root_key_file": key}
    refused = gerbang(
        "connections", "add", "toko", "--provider", "nicepay", "--set", "methods=va", at=tmp_path, given=given
    )
    assert refused.returncode == 2
    assert "/settings/methods" in refused.stderr
    rates = ("--provider", "http_rates", "--set", "url=http://127.0.0.1:9/{asset}", "--set", "timeout_s=1")
    assert gerbang("connections", "add", "kurs", *rates, at=tmp_path, given=given).returncode == 0
    listed = gerbang("connections", "list", "--json", at=tmp_path, given=given).stdout
    assert [json.loads(line)["id"] for line in listed.splitlines()] == ["kurs"]
    asked = gerbang("connections", "probe", "kurs", at=tmp_path, given=given)
    assert (asked.returncode, asked.stdout[:1]) == (0, "?")
    assert "disabled" in gerbang("connections", "disable", "kurs", at=tmp_path, given=given).stdout
    assert gerbang("connections", "delete", "kurs", at=tmp_path, given=given).returncode == 0
    assert gerbang("connections", "list", at=tmp_path, given=given).stdout == ""


def test_endpoints_are_made_shown_tested_and_deleted(tmp_path: Path, database: FreshDatabase) -> None:
    key = tmp_path / "root.key"
    ensure_root_key(key, create=True)
    given = {"database_url": database.app_dsn, "root_key_file": key, "allowed_private_targets": "127.0.0.1"}
    url = "http://127.0.0.1:8009/hook"
    told = gerbang("endpoints", "create", url, "--events", "payment.*", "--json", at=tmp_path, given=given).stdout
    made = json.loads(told)
    assert (made["url"], made["events"], made["secret"][:6]) == (url, ["payment.*"], "whsec_")
    assert '"status":"pending"' in gerbang("endpoints", "test", made["id"], "--json", at=tmp_path, given=given).stdout
    shown = json.loads(gerbang("endpoints", "show", made["id"], "--json", at=tmp_path, given=given).stdout)
    assert ([one["type"] for one in shown["deliveries"]], "secret" in shown) == (["endpoint.test"], False)
    assert gerbang("endpoints", "delete", made["id"], at=tmp_path, given=given).stdout == f"deleted {made['id']}\n"


@pytest.mark.parametrize("command", [("serve",), ("doctor",), ("verify",), ("connections", "list")])
def test_a_database_that_was_never_migrated_is_called_so(
    command: tuple[str, ...], tmp_path: Path, empty_database: FreshDatabase
) -> None:
    key = tmp_path / "root.key"
    ensure_root_key(key, create=True)
    said = gerbang(*command, at=tmp_path, given={"database_url": empty_database.app_dsn, "root_key_file": key})
    assert said.returncode in (1, 2)
    assert "gerbang migrate" in said.stdout + said.stderr
    assert "Traceback" not in said.stderr


def test_the_root_key_and_secrets_are_made_from_the_command_line(tmp_path: Path, database: FreshDatabase) -> None:
    given = {"database_url": database.app_dsn, "root_key_file": tmp_path / "keys" / "root.key"}
    assert "fingerprint" in gerbang("secrets", "init", at=tmp_path, given=given).stdout
    said = gerbang(
        "secrets", "put", "service/nicepay/merchant_key", "--stdin", at=tmp_path, given=given, typed="kunci9\n"
    )
    assert said.stdout == "service/nicepay/merchant_key is now in version 1\n", said.stderr
    listed = gerbang("secrets", "list", "--json", at=tmp_path, given=given).stdout
    assert "service/nicepay/merchant_key" in {json.loads(line)["name"] for line in listed.splitlines()}
    assert "kunci9" not in listed
    (tmp_path / "keys" / "root.key").unlink()
    lost = gerbang("secrets", "init", at=tmp_path, given=given)
    assert (lost.returncode, "Put that file back" in lost.stderr) == (2, True)
    assert not (tmp_path / "keys" / "root.key").exists()


def test_a_person_is_shown_as_json_and_erased_only_when_that_is_confirmed(
    tmp_path: Path, database: FreshDatabase
) -> None:
    key = tmp_path / "root.key"
    ensure_root_key(key, create=True)
    given = {"database_url": database.app_dsn, "root_key_file": key}
    shown = gerbang("person", "export", "sari@example.com", at=tmp_path, given=given)
    assert (shown.returncode, json.loads(shown.stdout)["payers"]) == (0, []), shown.stderr
    refused = gerbang("person", "erase", "sari@example.com", at=tmp_path, given=given)
    assert (refused.returncode, refused.stdout, "--yes" in refused.stderr) == (2, "", True)
    add_user(database, "sari@example.com")
    done = gerbang("person", "erase", "sari@example.com", "--yes", at=tmp_path, given=given)
    assert (done.returncode, "users: 1 erased" in done.stdout) == (0, True), done.stderr
    again = gerbang("person", "erase", "sari@example.com", "--yes", at=tmp_path, given=given)
    assert (again.returncode, again.stdout) == (1, "")
    assert "Nothing is kept under sari@example.com: nobody was there, or they were erased before." in again.stderr


def add_user(database: FreshDatabase, email: str) -> None:
    async def add() -> None:
        db = Database(database.owner_dsn, size=2, name="test")
        await db.open()
        async with db.transaction() as tx:
            await tx.execute(
                "INSERT INTO users (id, email, name, role, password_hash) VALUES ($1, $2, 'Sari', 'customer', 'x')",
                ids.new(),
                email,
            )
        await db.close()

    asyncio.run(add())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("person", "erase", "081", "--yes"), "no phone number"),
        (("verify", "--since", "0001-01-01T00:00:00+14:00"), "--since lies outside"),
    ],
)
def test_an_argument_that_cannot_be_read_is_told_in_a_sentence_with_its_cure(
    words: tuple[str, ...], said: str, tmp_path: Path, database: FreshDatabase
) -> None:
    key = tmp_path / "root.key"
    ensure_root_key(key, create=True)
    told = gerbang(*words, at=tmp_path, given={"database_url": database.app_dsn, "root_key_file": key})
    assert (told.returncode, told.stdout) == (2, ""), told.stderr
    assert said in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize(
    ("found", "live", "good"),
    [
        ([Probed("no answer within 10 s", None)], False, None),
        ([Probed("no answer within 10 s", None)], True, False),
        ([Probed("takes the key", good=True), Probed("one node did not answer", None)], True, None),
        ([Probed("takes the key", good=True)], True, True),
        ([Probed("refused", good=False), Probed("no answer", None)], False, False),
        ([], True, True),
    ],
)
def test_doctor_calls_no_connection_well_that_did_not_answer(
    found: list[Probed], live: bool, good: bool | None
) -> None:
    told = doctor._of_probe("nicepay-uji", found, livemode=live)
    assert told.good is good
    if good is not True and not any(one.good is False for one in found):
        assert "gerbang connections probe nicepay-uji" in told.cure


@pytest.mark.parametrize("live", [False, True])
async def test_doctor_sends_nobody_to_the_firewall_for_an_app_that_is_not_asked_itself(live: bool) -> None:
    app = Account("lazada", live, {"app_key": "1"}, {"app_secret": [b"s"]})
    found = await lazada_checking.probe(Http(), app, datetime(2026, 12, 1, tzinfo=UTC))
    told = doctor._of_probe("lazada", found, livemode=live)
    assert (told.good, "firewall" in told.cure, "shop" in told.cure) == (None, False, True)


def test_a_connection_that_is_not_there_is_no_empty_list(tmp_path: Path, database: FreshDatabase) -> None:
    key = tmp_path / "root.key"
    ensure_root_key(key, create=True)
    given = {"database_url": database.app_dsn, "root_key_file": key}
    for words in (
        ("addresses", "--connection", "nope", "--json"),
        ("addresses", "resume-at", "5", "--connection", "nope"),
        ("connections", "enable", "nope"),
    ):
        said = gerbang(*words, at=tmp_path, given=given)
        assert (said.returncode, said.stdout) == (2, ""), words
        assert "There is no connection 'nope'" in said.stderr


def test_serve_that_cannot_have_its_port_says_so_in_a_sentence(tmp_path: Path, database: FreshDatabase) -> None:
    key = tmp_path / "root.key"
    ensure_root_key(key, create=True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        given = {"database_url": database.app_dsn, "root_key_file": key, "port": taken.getsockname()[1]}
        said = gerbang("serve", at=tmp_path, given=given)
    assert said.returncode == 2
    assert "Traceback" not in said.stderr
    assert [line for line in said.stderr.splitlines() if "port" in line.lower() and line.startswith("gerbang:")]
