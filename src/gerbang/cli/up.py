"""`gerbang up`: PostgreSQL, migrations, API, worker, sandbox and demo data on this machine, until Ctrl-C.

How children are kept running is cli/supervisor.py's matter; what people see while they wait is cli/progress.py's.
"""

import asyncio
import contextlib
import signal
from pathlib import Path
from typing import Final

from gerbang import settings as all_settings
from gerbang.base import log, postgres
from gerbang.base.errors import Conflict
from gerbang.cli.database import EmbeddedDatabase
from gerbang.cli.demo import demo_users
from gerbang.cli.launcher import Launcher
from gerbang.cli.ports import free_port, refuse_taken
from gerbang.cli.prepare import prepared
from gerbang.cli.process import LOOPBACK
from gerbang.cli.progress import Progress, announcement
from gerbang.cli.ready_file import note_ready, note_stopped
from gerbang.cli.supervisor import Child, Supervisor, first_of
from gerbang.settings import Settings

_READY_S: Final = 60.0


class NotFresh(Conflict):
    """--fresh would delete less than it promises."""

    code = "not_fresh"
    title = "Cannot start afresh"


def up(
    *,
    data: Path | None = None,
    port: int | None = None,
    sandbox_port: int | None = None,
    json: bool = False,
    fresh: bool = False,
    verbose: bool = False,
) -> None:
    """Run everything on this machine until Ctrl-C; a second `up` on the same data goes on where it was.

    Parameters
    ----------
    data
        Folder of the database, the root key and the demo users.
    port
        TCP port of the API and the pages.
    sandbox_port
        TCP port of the simulators.
    json
        Print one JSON line when everything answers; everything else goes to stderr.
    fresh
        Delete the data folder's database, keys and demo users first.
    verbose
        Show a line for each request, and whatever else the processes log; without it the addresses and passwords stay on the screen.
    """
    asked = {"data": data, "port": port, "sandbox_port": sandbox_port, "log_level": "info" if verbose else None}
    settings = _settings_of_up({name: value for name, value in asked.items() if value is not None})
    log.set_up("warning", as_json=False)
    asyncio.run(_story(settings, Progress(as_json=json), fresh=fresh))


def _settings_of_up(asked: dict[str, object]) -> Settings:
    """The environment's settings with the sandbox on, and what suits one's own machine unless the environment says otherwise."""
    said = all_settings.load(**asked).model_fields_set
    mail_port = free_port()
    suits: dict[str, object] = {
        "allowed_private_targets": LOOPBACK,
        "customer_amounts": "allow",
        "fixed_rates": "USDC/USD=1 ETH/USD=3000",
        "log_json": False,
        "log_level": "warning",
        "order_poll_s": 10.0,
        "operator_email": "ratih@lumbung.example",
        "refund_approval_above": "IDR=10000000",
        "sandbox_mail_port": mail_port,
        "smtp_url": f"smtp://127.0.0.1:{mail_port}",
    }
    chosen = {name: value for name, value in suits.items() if name not in said}
    return all_settings.load(**(asked | chosen | {"sandbox": True}))


async def _story(settings: Settings, progress: Progress, *, fresh: bool) -> None:
    ended = _asked_to_end()
    if fresh:
        _forget(settings)
    await refuse_taken(settings)
    async with contextlib.AsyncExitStack() as running:
        launcher = Launcher(str(settings.data.absolute()))
        running.callback(launcher.close)
        launcher.load()  # while the database starts
        database = EmbeddedDatabase(settings, progress.say)
        with progress.step("PostgreSQL"):
            settings = await database.start()
        running.push_async_callback(database.stop)
        with progress.step("schema and root key"):
            await prepared(launcher, _environment(settings, "prepare"))
        supervisor = Supervisor(_children(settings, launcher), progress.say)
        running.push_async_callback(supervisor.stop, settings.drain_s + 2.0)
        running.callback(note_stopped, settings.data)
        await first_of(
            ended.wait(), _bring_up(settings, supervisor, launcher, progress), supervisor.watch(), database.keep()
        )
        progress.say("stopping")
    progress.say("stopped; the data is kept")


async def _bring_up(settings: Settings, supervisor: Supervisor, launcher: Launcher, progress: Progress) -> None:
    with progress.step("API, worker, sandbox and demo data"):
        supervisor.start()
        seeding = demo_users(settings.data, launcher, _environment(settings, "seed-demo"))
        demo, _ = await asyncio.gather(seeding, supervisor.ready(_READY_S))
    note_ready(settings.data, announcement(settings, demo))
    progress.ready(settings, demo)
    await asyncio.Event().wait()  # until somebody asks us to end


def _asked_to_end() -> asyncio.Event:
    ended = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    return ended


def _forget(settings: Settings) -> None:
    if settings.database_url is not None:
        raise NotFresh(
            "--fresh does not empty the database of GERBANG_DATABASE_URL.", hint="Empty it yourself, or unset it."
        )
    postgres.forget(settings.data)
    played = settings.data / "sandbox"
    chain = played / "chain.state"  # a new database hands out the same deposit addresses again
    journal = (
        played / "journal.jsonl"
    )  # orders of a simulated marketplace would come in again, and its shops keep dead tokens
    marks = () if settings.address_marks else settings.marks_folder.glob("*.next")
    shop = (settings.data / name for name in ("shop-webhook.json", "shop-orders.json"))
    for kept in (settings.data / "root.key", settings.data / "demo.json", chain, journal, *marks, *shop):
        kept.unlink(missing_ok=True)


def _children(settings: Settings, launcher: Launcher) -> list[Child]:
    api = f"http://{'127.0.0.1' if settings.host in ('0.0.0.0', '::') else settings.host}:{settings.port}"
    answers = {"serve": f"{api}/readyz", "sandbox": f"{settings.sandbox_url}/"}
    return [
        Child(
            name,
            launcher.starting(name),
            _environment(settings, name),
            answers.get(name, ""),
            tells=True,
            needed=name != "sandbox",  # payments go on without the simulators
        )
        for name in ("serve", "work", "sandbox")
    ]


def _environment(settings: Settings, command: str) -> dict[str, str]:
    """What a child gets: these settings; the owner's rights go to whoever makes the schema and to the sandbox, which moves business time,
    and they get no others.
    """
    known = {name: getattr(settings, name) for name in Settings.model_fields} | {"data": settings.data.absolute()}
    known["database_url" if command in ("prepare", "sandbox") else "database_owner_url"] = ""
    return all_settings.child_environment({name: value for name, value in known.items() if value is not None})
