"""`gerbang doctor`: every check of this set-up with its cure. Looks only; changes nothing."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from gerbang import settings as all_settings
from gerbang.base import migrations
from gerbang.base.clock import sane_offset_s
from gerbang.base.database_safety import Finding, look_at
from gerbang.base.db import Database
from gerbang.base.errors import DatabaseRefuses, GerbangError
from gerbang.base.high_water_marks import HighWaterMarks
from gerbang.cli import hook_certificate, mail_and_proxy_checks, public_address
from gerbang.cli.process import run, settings_here
from gerbang.core.announcements import lag
from gerbang.core.identity import people
from gerbang.core.payments.crypto import deposit_address_store, deposit_addresses, lost_address_store
from gerbang.core.payments.permissions import SETTLE
from gerbang.core.payments.verification import service as verification
from gerbang.ports.provider import Probed
from gerbang.settings import Settings

if TYPE_CHECKING:
    from gerbang.core.connections.outbound_calls import OutboundCalls
    from gerbang.core.queue.processes import Seen

_MOST_SKEW_S = 5
_MOST_LAG_S = 60
_UNCLEAR = "look whether its provider is up and whether a firewall lets us out, then ask again: gerbang connections probe {name}"


def doctor(*, as_json: Annotated[bool, Parameter("--json")] = False, data: Path | None = None) -> None:
    """Say what is safe (`ok`) and what is not (`MEND`); the exit status is 1 when something is not. `?` is what could not be found out, as
    of a test connection whose provider does not answer; of a live one that is to be mended.

    Parameters
    ----------
    as_json
        One JSON list of findings; `good` is null for what could not be found out.
    data
        Data folder of a running `gerbang up`.
    """
    found: list[Finding] = []

    async def story(settings: Settings) -> None:
        found.extend(_of_settings(settings))
        found.extend(mail_and_proxy_checks.in_front(settings))
        found.extend(await mail_and_proxy_checks.mail(settings))
        found.extend(await _of_database(settings))
        found.extend(await _of_connections(settings))

    run(story, settings_here(data))
    if as_json:
        print(json.dumps([{"what": one.what, "good": one.good, "cure": one.cure} for one in found], indent=2))
    else:
        for one in found:
            mark = {True: "ok  ", False: "MEND", None: "?   "}[one.good]
            print(f"{mark}  {one.what}" + ("" if one.good else f"\n      → {one.cure}"))
    sys.exit(1 if any(one.good is False for one in found) else 0)


async def _of_connections(settings: Settings) -> list[Finding]:
    """A line for each enabled connection, whose provider is asked; what kept us from asking is said above already."""
    from gerbang.app.parts import guarded_http
    from gerbang.base.clock import BusinessClock
    from gerbang.base.http import Http
    from gerbang.core.connections import probes
    from gerbang.core.connections.outbound_calls import OutboundCalls
    from gerbang.core.connections.service import Connections
    from gerbang.core.queue import business_time
    from gerbang.core.secrets.service import Secrets
    from gerbang.providers import PROVIDERS
    from gerbang.providers.sealed import SealedStore, ensure_root_key

    db, http = Database(settings.database_dsn(), size=4, name="gerbang doctor"), Http()
    guarded = guarded_http(settings)
    try:
        await db.open()
        store = SealedStore(db, ensure_root_key(settings.root_key_path, create=False))
        known = Connections(db, Secrets(db, store), PROVIDERS, settings.base_url)
        enabled = [one for one in await known.all() if one.enabled]
        clock = BusinessClock()
        clock.set_offset(await business_time.offset_s(db))
        outbound = OutboundCalls(known, http, guarded, now=clock.now)
        asked = await asyncio.gather(*(probes.probe(outbound, one) for one in enabled))
        standing = await _standing_chains(db, outbound)
    except GerbangError:
        return []
    finally:
        await guarded.close()
        await http.close()
        await db.close()
    return [
        _of_probe(one.id, found, livemode=one.livemode) for one, found in zip(enabled, asked, strict=True)
    ] + standing


async def _standing_chains(db: Database, outbound: "OutboundCalls") -> list[Finding]:
    """Chains without a new block while money is awaited there; a connection that is not set up rightly has its own line."""
    from gerbang.core.connections.outbound_calls import CHAIN
    from gerbang.core.payments.crypto.stalled_chains import stalls

    networks = {}
    for one in await outbound.connections.all():
        chain = outbound.adapter(one, CHAIN)
        with contextlib.suppress(GerbangError, ValueError):
            if chain is not None:
                networks[one.id] = chain.network(await outbound.connections.account_for(one, CHAIN.purpose))
    cure = "look at the nodes of this connection, or add one that works"
    return [Finding(one.why, good=False, cure=cure) for one in await stalls(db, networks)]


def _of_probe(name: str, found: Sequence[Probed], *, livemode: bool) -> Finding:
    """What was refused is to be mended, and so is a live connection of which nothing answered; the rest is unclear where a part of it is."""
    bad = [one for one in found if one.good is False]
    said = "; ".join(one.what for one in bad or found) or "its provider cannot be asked"
    if bad or all(one.good for one in found):
        return Finding(f"connection {name}: {said}", good=not bad, cure=" ".join(one.cure for one in bad))
    cures = " ".join(one.cure for one in found if one.cure)
    is_not_asked = all(one.cure and not one.pointer for one in found)  # there is nothing to mend: it says so
    unheard = livemode and not is_not_asked and not any(one.good for one in found)
    return Finding(f"connection {name}: {said}", False if unheard else None, cures or _UNCLEAR.format(name=name))


def _of_settings(settings: Settings) -> list[Finding]:
    found = [
        Finding(f"{name} is no setting", good=False, cure="correct or remove it; see `gerbang config show`")
        for name in all_settings.unknown_variables()
    ]
    found.append(_root_key(settings))
    found.append(Finding(_who_pays_in_crypto(settings), good=True))
    if not settings.sandbox:
        cure = "set GERBANG_PUBLIC_URL to the https address that customers and providers reach"
        if not settings.public_url:
            found.append(
                Finding(
                    "GERBANG_PUBLIC_URL is not set: links lead to this machine alone",
                    settings.host == "127.0.0.1",
                    cure,
                )
            )
        else:
            secure = settings.base_url.startswith(("https://", "http://127.0.0.1"))
            found.append(Finding(f"the outside reaches us at {settings.base_url}", secure, cure))
    return found


def _who_pays_in_crypto(settings: Settings) -> str:
    if settings.business_country != "ID":
        return f"a business in {settings.business_country}: crypto is hidden for {', '.join(settings.crypto_hidden_for) or 'no currency'}"
    if not settings.crypto_reason:
        return "a business in Indonesia: crypto is hidden from prices in rupiah and from payers with +62 telephones"
    return f"a business in Indonesia takes crypto, because: {settings.crypto_reason}"


def _root_key(settings: Settings) -> Finding:
    from gerbang.providers.sealed import ensure_root_key

    try:
        ensure_root_key(settings.root_key_path, create=False)
    except GerbangError as error:
        return Finding(error.detail, good=False, cure=error.hint or "restore the root key from its backup")
    return Finding(f"the root key is in {settings.root_key_path}, closed to others", good=True)


async def _of_database(settings: Settings) -> list[Finding]:
    db = Database(settings.database_dsn(), size=2, name="gerbang doctor")
    try:
        await db.open()
        found = await look_at(db)
        todo = await migrations.pending(db)
        names = ", ".join(f"{one.version:04d}_{one.name}" for one in todo) or "none"
        found.append(Finding(f"migrations pending: {names}", not todo, "gerbang migrate"))
        if todo:  # what follows asks tables that may not be there
            return found
        async with db.reading() as tx:
            skew_s = abs((await tx.fetchval("SELECT clock_timestamp()") - datetime.now(UTC)).total_seconds())
        found += [line for one in await deposit_addresses.wallets(db) for line in _of_wallet(settings, one)]
        async with db.reading() as tx:
            found += _second_person(settings, len(await people.with_role(tx, SETTLE.roles)))
            found += [_lost(wallet, numbers) for wallet, numbers in (await lost_address_store.of_wallets(tx)).items()]
        if settings.public_url:
            found += await public_address.look(settings.public_url, await migrations.installation(db))
        found.append(
            Finding(f"the database's clock differs by {skew_s:.1f} s", skew_s < _MOST_SKEW_S, "run an NTP client")
        )
        from gerbang.core.queue import business_time, processes, stranded_jobs
        from gerbang.nouns import NOUNS

        found.append(_business_time(await business_time.offset_s(db)))
        found += await _connections(db)
        found += await _hook_certificate(db, settings)
        found += [_worker(one) for one in await processes.workers(db)]
        found += [
            Finding(what, good=False, cure=cure)
            for what, cure in (await stranded_jobs.look(db, NOUNS.job_kinds)).lines()
        ]
        found.append(_listeners(await lag.look(db)))
        found += [_unreadable(*one) for one in await verification.unreadable(db)]
    except DatabaseRefuses as error:
        return [Finding(f"the database: {error.what}", good=False, cure=error.cure)]
    except GerbangError as error:
        return [Finding(f"the database: {error.detail}", good=False, cure=error.hint or "start it, or correct its URL")]
    else:
        return found
    finally:
        await db.close()


def _of_wallet(settings: Settings, one: deposit_address_store.Wallet) -> list[Finding]:
    """Whether a wallet's addresses are remembered outside the database, and whether the owner's own wallet finds what comes to them."""
    marks = HighWaterMarks(settings.marks_folder)
    try:
        mark = marks.read(one.wallet)
    except GerbangError as error:
        return [Finding(error.detail, good=False, cure=error.hint or "restore it")]
    if mark is None and one.marked:
        what = f"the high-water mark {marks.path(one.wallet)} is missing: the wallet gives no address"
        cure = f"put it back from the newest backup, or: gerbang addresses resume-at N, {one.next} at least"
        remembered = Finding(what, good=False, cure=cure)
    else:
        remembered = Finding(f"the wallet {one.wallet} goes on at number {max(one.next, mark or 0)}", good=True)
    found = f"of the wallet {one.wallet} at most {one.unpaid_run} addresses in a row are unpaid; gap limit {settings.wallet_gap_limit}"
    cure = f"set the wallet's gap limit to {one.gap_limit} or more, and GERBANG_WALLET_GAP_LIMIT to the same"
    return [remembered, Finding(found, one.gap_limit <= settings.wallet_gap_limit, cure)]


def _second_person(settings: Settings, able: int) -> list[Finding]:
    """Whether there are as many people as the rules about refunds ask for."""
    asked = [
        *(["GERBANG_REFUND_SECOND_PERSON=always"] if settings.refund_second_person == "always" else []),
        *(["GERBANG_REFUND_APPROVAL_ABOVE"] if settings.refund_approval_above.strip() else []),
    ]
    if asked:
        what = f"{' and '.join(asked)} need two people who may settle refunds; {able or 'none'} may"
        return [Finding(what, able > 1, "give another person the role finance or admin")]
    if able == 1 and settings.refund_second_person == "auto":
        what = "one person may settle refunds: whoever asks for one pays it out too, which the audit says"
        return [Finding(f"{what}; a second person with the role finance or admin ends that", good=True)]
    return []


def _lost(wallet: str, numbers: Sequence[int]) -> Finding:
    shown = (
        f"{len(numbers)} addresses of the wallet {wallet} were shown before a restore, {min(numbers)} to {max(numbers)}"
    )
    return Finding(f"{shown}: what comes there is held", good=True)


def _unreadable(shown: str, words: str) -> Finding:
    cure = "run the version that wrote it; until then it stands still alone"
    return Finding(f"{shown} holds what this version does not know: {words[:80]}", good=False, cure=cure)


def _worker(one: "Seen") -> Finding:
    cure = (
        "it ends itself within a minute where it can, and `up` or systemd starts it again; otherwise end that process"
    )
    return Finding(one.why or f"worker {one.host}/{one.pid} works", good=not one.why, cure=cure)


def _listeners(seen: lag.Seen) -> Finding:
    """Whether mails and events come: one open transaction of this database holds back all of them."""
    longest_s = max(seen.waited_s.values())
    if seen.holder is not None:
        what = f"mails and events have waited {longest_s:.0f} s for an open transaction: {seen.holder.as_text}"
        return Finding(what, good=False, cure=f"end it: {seen.holder.cure}")
    what = f"mails and events are {longest_s:.0f} s behind"
    return Finding(
        what, longest_s < _MOST_LAG_S, "look whether a worker runs, and what its log says of `announcements`"
    )


def _business_time(ahead_s: int) -> Finding:
    """Nobody may move it beyond what dates can bear."""
    what = f"business time is {ahead_s} s ahead of real time"
    good = ahead_s == sane_offset_s(ahead_s)
    return Finding(what, good, "as the schema's owner: UPDATE business_clock SET offset_s = 0")


async def _hook_certificate(db: Database, settings: Settings) -> list[Finding]:
    """Some providers push to validated hosts alone."""
    from gerbang.core.connections import store
    from gerbang.providers import PROVIDERS

    async with db.reading() as tx:
        known = [(one, PROVIDERS[one.provider]) for one in await store.all_(tx) if one.provider in PROVIDERS]
    return await hook_certificate.look(settings, known)


async def _connections(db: Database) -> list[Finding]:
    """A connection whose provider is not here does nothing, however well it is set up."""
    from gerbang.core.connections import store
    from gerbang.providers import PROVIDERS

    async with db.reading() as tx:
        known = await store.all_(tx)
    return [
        Finding(
            f"connection {one.id} has no provider: {one.provider[:40]!r} is not installed",
            good=not one.enabled,
            cure="disable it, or install what brings its provider",
        )
        for one in known
        if one.provider not in PROVIDERS
    ]
