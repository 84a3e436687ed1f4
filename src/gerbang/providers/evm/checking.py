"""Whether the nodes of an EVM connection answer, each by itself, and for the chain that the connection names. Moves nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from gerbang.base.http import Http, OutcomeUnknown, ProviderRefused, Unreachable
from gerbang.ports.payment import Account
from gerbang.ports.provider import Probed
from gerbang.providers.evm.chain import EvmChain


async def probe(http: Http, to: Account, _now: datetime) -> Sequence[Probed]:
    """Ask every node for its chain and its head; the addresses may hold keys, so a node is named by its place in the list."""
    found = []
    for place, url in enumerate(to.settings.get("rpc_urls", "").split(), start=1):
        alone = replace(to, settings={**to.settings, "rpc_urls": url})
        try:
            head = await EvmChain(http).head(alone)
        except ProviderRefused as error:
            cure = error.hint or "Correct its address, or take it out."
            found.append(Probed(f"node {place} cannot be used: {error.detail}", False, "/settings/rpc_urls", cure))
        except (Unreachable, OutcomeUnknown) as error:
            found.append(Probed(f"node {place} did not answer: {error.detail}", None))
        else:
            found.append(Probed(f"node {place} is at block {head.number}", good=True))
    return found
