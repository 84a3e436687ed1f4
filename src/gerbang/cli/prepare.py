"""What must stand before the processes of `gerbang up` start: the root key and the schema. A process of its own, so that `up` need not hold what it loads."""

from collections.abc import Mapping

from gerbang.base.errors import Unavailable
from gerbang.cli.launcher import Launcher
from gerbang.cli.process import run, settings_here
from gerbang.settings import Settings


class NotPrepared(Unavailable):
    """The root key or the schema is not as it must be."""

    code = "not_prepared"
    title = "Gerbang cannot start on this data"


def prepare() -> None:
    """Make the root key if there is none, and bring the schema up to this version; `up` runs this, nobody else needs to."""
    from gerbang.cli.migrate import migrate_as_owner
    from gerbang.providers.sealed import ensure_root_key

    async def story(settings: Settings) -> None:
        settings.data.mkdir(parents=True, exist_ok=True)
        ensure_root_key(settings.root_key_path, create=True)
        await migrate_as_owner(settings.owner_dsn())

    run(story, settings_here())


async def prepared(launcher: Launcher, environment: Mapping[str, str]) -> None:
    """Run it to its end; raises NotPrepared."""
    if status := await launcher.start(("prepare",), environment).ended():
        raise NotPrepared(f"`gerbang prepare` ended with status {status}; its words are above.")
