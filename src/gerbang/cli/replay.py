"""`gerbang replay`: run again what happened once, by its id alone."""

import json
from typing import Annotated, Any, Final

import uvloop
from cyclopts import Parameter

from gerbang.base import ids
from gerbang.base import log as logging
from gerbang.base.errors import Invalid
from gerbang.cli.instance import ApiAddress, DataFolder, Instance, Refused, instance
from gerbang.cli.process import settings_here

_WHAT: Final = "Give an id: evt_… of a webhook event or of an event of Gerbang, or dlv_… of a delivery."


def replay(
    id_: Annotated[str, Parameter("ID")],
    /,
    *,
    dry_run: bool = False,
    as_json: Annotated[bool, Parameter("--json")] = False,
    data: DataFolder = None,
    api: ApiAddress = None,
) -> None:
    """Apply a webhook that came in once more, send an event to listeners once more, or a delivery to its endpoint.

    Parameters
    ----------
    id_
        evt_… of a webhook event or of an event of Gerbang, or dlv_… of a delivery.
    dry_run
        Of a webhook event only: say what would change, and change nothing.
    as_json
        One JSON object.
    """
    shown = ids.as_typed(id_)

    async def story() -> None:
        async with instance(settings_here(data), api) as one:
            done = await run_again(one, shown, dry_run=dry_run)
        print(json.dumps(done) if as_json else _in_words(done))

    logging.set_up("warning", as_json=False)
    uvloop.run(story())


async def run_again(one: Instance, shown: str, *, dry_run: bool = False) -> dict[str, Any]:
    """What was done. Raises Invalid for an id of something else, Refused, NotAnswered."""
    if shown.startswith("evt_"):
        return await _event(one, shown, dry_run=dry_run)
    if not shown.startswith("dlv_"):
        raise Invalid(f"{shown} cannot be run again.", hint=_WHAT)
    if dry_run:
        raise Invalid("A delivery has no dry run.", hint="Leave --dry-run out: it is sent again to its endpoint.")
    await one.ask("POST", f"/v1/deliveries/{shown}/resend")
    return {"id": shown, "what": "delivery", "outcome": "sent again"}


async def _event(one: Instance, shown: str, *, dry_run: bool) -> dict[str, Any]:
    """Events of ours and those that came in have ids of one form."""
    if not dry_run:
        try:
            await one.ask("POST", f"/v1/events/{shown}/resend")
        except Refused as error:
            if error.status != 404:
                raise
        else:
            return {"id": shown, "what": "event", "outcome": "sent again"}
    told = await one.ask("POST", f"/v1/webhook-events/{shown}/replay", {"dry_run": dry_run})
    return {"id": shown, "what": "webhook event", **{name: told[name] for name in ("dry_run", "outcome", "changes")}}


def _in_words(done: dict[str, Any]) -> str:
    changes = [
        f"  {', '.join(f'{name} {value}' for name, value in change.items())}" for change in done.get("changes", ())
    ]
    would = " (dry run: nothing was changed)" if done.get("dry_run") else ""
    return "\n".join((f"{done['what']} {done['id']}: {done['outcome']}{would}", *changes))
