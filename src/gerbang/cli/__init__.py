"""The commands, one file each, loaded only when called. What they do stands in their files and below."""

import sys
from typing import Final

from cyclopts import App, Group

from gerbang import __version__
from gerbang.cli.failures import in_sentences

CANNOT_START: Final = 2  # the exit status when a setting, a port or the database must be mended first
FAILED: Final = 1

_run = Group("Run", sort_key=1)
_look = Group("Look after it", sort_key=2)
_develop = Group("Develop against it", sort_key=3)

app = App(name="gerbang", help="One self-hosted gate for payments, webhooks and orders.", version=__version__)
app.command(
    "gerbang.cli.up:up",
    name="up",
    group=_run,
    help="Everything on this machine: PostgreSQL, API, worker, sandbox, demo data.",
)
app.command("gerbang.cli.serve:serve", name="serve", group=_run, help="The API, the checkout pages and the console.")
app.command(
    "gerbang.cli.work:work", name="work", group=_run, help="The worker: incoming webhooks, jobs, announcements, mails."
)
app.command("gerbang.cli.sandbox:sandbox", name="sandbox", group=_run, help="The simulators of every provider.")
app.command(
    "gerbang.cli.migrate:migrate", name="migrate", group=_look, help="Bring the database's schema up to this version."
)
app.command(
    "gerbang.cli.doctor:doctor", name="doctor", group=_look, help="Whether this set-up is safe, and how to mend it."
)
app.command(
    "gerbang.cli.verify:verify",
    name="verify",
    group=_look,
    help="Read everything back and compare: money, ledger, statuses.",
)
app.command(
    "gerbang.cli.addresses:addresses",
    name="addresses",
    group=_look,
    help="Deposit addresses and their derivation paths, for the wallet that sweeps them.",
)
app.command(
    "gerbang.cli.connections:connections",
    name="connections",
    group=_look,
    help="Accounts of ours at providers: add, list, probe, enable, disable, delete.",
)
app.command(
    "gerbang.cli.endpoints:endpoints",
    name="endpoints",
    group=_look,
    help="Webhooks to the shop's own systems: list, create, show, test, rotate, resend, enable, disable, delete.",
)
app.command(
    "gerbang.cli.secrets:secrets",
    name="secrets",
    group=_look,
    help="The root key, and values by name: init, list, put.",
)
app.command(
    "gerbang.cli.person:person",
    name="person",
    group=_look,
    help="What is kept about one person: export it, erase it.",
)
app.command("gerbang.cli.config:config", name="config", group=_look, help="The settings of this process.")
app.command("gerbang.cli.docs:docs", name="docs", group=_look, help="Write the generated reference pages.")

app.command(
    "gerbang.cli.trigger:trigger",
    name="trigger",
    group=_develop,
    help="Make an event really happen in the sandbox of a running `up`; without a name, list them.",
)
app.command(
    "gerbang.cli.listen:listen",
    name="listen",
    group=_develop,
    help="Every event to an address of your own, signed, in order, from where it ended.",
)
app.command(
    "gerbang.cli.events:events",
    name="events",
    group=_develop,
    help="What happens, as it happens: tail; one event once more: resend.",
)
app.command(
    "gerbang.cli.replay:replay",
    name="replay",
    group=_develop,
    help="Run something again by its id: a webhook that came in, an event, a delivery.",
)

app.command("gerbang.cli.prepare:prepare", name="prepare", show=False)
app.command("gerbang.cli.demo:seed_demo", name="seed-demo", show=False)


def main() -> None:
    """Run one command; what must be mended first is said in two lines, without a traceback."""
    if sys.flags.optimize:
        say("python -O removes the assertions that guard money.", "Start without -O and without PYTHONOPTIMIZE.")
        sys.exit(CANNOT_START)
    try:
        app()
    except Exception as error:
        said = in_sentences(error)
        if not said:  # a fault of ours: whoever mends it needs to see where
            raise
        for what, cure in said:
            say(what, cure)
        sys.exit(CANNOT_START)
    except KeyboardInterrupt:
        sys.exit(130)


def say(what: str, cure: str | None = None) -> None:
    """One line for what happened, and one for what helps, on standard error."""
    print(f"gerbang: {what}", file=sys.stderr)
    if cure:
        print(f"gerbang: {cure}", file=sys.stderr)
