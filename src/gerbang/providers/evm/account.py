"""An EVM connection: its settings with their defaults, what they mean as the port's Network, and what is wrong with them. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from gerbang.base import eip55
from gerbang.base.errors import FieldError
from gerbang.base.http import ProviderRefused
from gerbang.base.money import EXPONENTS
from gerbang.ports.chain import Asset, Network
from gerbang.ports.payment import Account
from gerbang.ports.provider import CredentialField, SecretFamily, SettingField, url_complaint
from gerbang.providers.evm import hd
from gerbang.providers.evm.networks import (
    COIN_DECIMALS,
    DECIMALS,
    NETWORKS,
    UNKNOWN_CONFIRMATIONS,
    UNKNOWN_SETTLED_AFTER,
    Known,
    known_asset,
)

CREDENTIALS: Final = (
    CredentialField(
        "rpc_key", "Node key", "Stands wherever an address of `rpc_urls` says {rpc_key}.", SecretFamily.SERVICE_TOKEN
    ),
)

_MOST_CHAIN_ID: Final = 4_503_599_627_370_476  # EIP-2294

SETTINGS: Final = (
    SettingField("network", "Network", "One connection is one network: ethereum, base, polygon, arbitrum, optimism, sepolia, base-sepolia, or a name of your own with its chain_id.", required=True),
    SettingField("chain_id", "Chain id", "Of a network with a name of your own; a node that says another is not believed. Empty: the known network's.", form="integer", most=_MOST_CHAIN_ID),
    SettingField("network_title", "Name for payers", "How payers read the network. Empty: the usual."),
    SettingField("native", "Coin", "ETH or POL: what the fees of a network of your own are paid in. Empty: the known network's, else ETH."),
    SettingField("rpc_urls", "Nodes", "JSON-RPC addresses with spaces between, the preferred one first; {rpc_key} stands for the secret.", required=True),
    SettingField("xpub", "Extended public key", "Of the account (m/44'/60'/0') in the wallet that shall hold the money; never a private key.", required=True),
    SettingField("address_branch", "Branch", "Path from that key to the deposit addresses: 0 is BIP-44's external chain, m is none.", "0"),
    SettingField("assets", "Assets", "With spaces between: the coin, USDC, USDT where known, or SYMBOL:0xcontract:decimals. Empty: USDC and the coin."),
    SettingField("confirmations", "Confirmations", "Blocks, its own counted, until a transfer counts. Empty: the network's usual.", form="integer", most=10_000),
    SettingField("finality", "Finality", "What makes a transfer count: its depth, or the node's word that its block is final.", "depth", choices=("depth", "finalized")),
    SettingField("settled_after", "Settled after", "Blocks until a counted transfer is watched no more. Empty: the network's usual.", form="integer", most=1_000_000),
    SettingField("agree_above", "Two nodes above", "Whole amounts with spaces between, USDC=10000 ETH=2.5: from there on two nodes must agree. Empty: never."),
    SettingField("log_range", "Log range", "Blocks that one question about logs may span; halved where a node refuses.", "1000", "integer", most=100_000),
    SettingField("stalls_after_s", "Stands still after", "Seconds without a new block, while money is awaited, after which you are told.", "60", "integer", most=86_400),
    SettingField("timeout_s", "Time limit", "Seconds that one question to a node may take.", "10", "integer", most=60),
)  # fmt: skip

_DEFAULTS: Final = {one.name: one.default for one in SETTINGS}
_MOST_NODES: Final = 8
_KEY: Final = "{rpc_key}"
_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_WHOLE: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Node:
    """One node's address (it may hold a key, so it is never shown), its `place` in the list, and how to ask it."""

    place: int
    url: str = field(repr=False)
    chain_id: int
    timeout_s: float
    log_range: int


def network(account: Account) -> Network:
    """What the connection is set up for; raises ProviderRefused when its settings cannot be, before anything is asked."""
    known = _known(account)
    try:
        assets = assets_of(known, setting(account, "assets"), setting(account, "agree_above"))
    except ValueError as error:
        raise ProviderRefused(
            f"The setting assets or agree_above is wrong. {error}", hint="Correct the connection's settings."
        ) from error
    return Network(
        name=account.settings["network"],
        stalls_after_s=float(_number(account, "stalls_after_s", int(_DEFAULTS["stalls_after_s"]))),
        chain_id=known.chain_id,
        assets=assets,
        confirmations=_number(account, "confirmations", known.confirmations),
        finalized=setting(account, "finality") == "finalized",
        settled_after=_number(account, "settled_after", known.settled_after),
    )


def title(account: Account, symbol: str) -> str:
    """An asset as payers read it: `USDC · Base`."""
    return f"{symbol} · {_known(account).title}"


def fee_hint(account: Account) -> str:
    """What the network itself costs, in the port's words."""
    return _known(account).fee_hint


def nodes(account: Account) -> Sequence[Node]:
    """The nodes in order; raises ProviderRefused when there is none."""
    key = next(iter(account.secrets.get("rpc_key", ())), b"").decode("utf-8", "replace")
    urls = account.settings.get("rpc_urls", "").split()
    if not urls:
        raise ProviderRefused("The connection names no node.", hint="Set rpc_urls.")
    chain_id, timeout_s = _known(account).chain_id, float(_number(account, "timeout_s", 10))
    log_range = max(1, _number(account, "log_range", 1_000))
    return [
        Node(place, url.replace(_KEY, key), chain_id, timeout_s, log_range) for place, url in enumerate(urls, start=1)
    ]


def deposit_address(account: Account, number: int) -> tuple[str, str]:
    """The address of a deposit number with its checksum, and its path; raises ProviderRefused when the key cannot be used."""
    xpub, branch = account.settings.get("xpub", ""), hd.branch_of(setting(account, "address_branch"))
    if branch is None or hd.complaint(xpub):
        raise ProviderRefused(
            "The extended public key or its branch cannot be used.", hint="Correct xpub and address_branch."
        )
    return hd.address(xpub, branch, number), hd.path(branch, number)


def setting(account: Account, name: str) -> str:
    """The connection's value, or the default."""
    return account.settings.get(name) or _DEFAULTS[name]


def problems(settings: Mapping[str, str], credentials: Collection[str] = ()) -> Sequence[FieldError]:
    """What only this provider can see in its settings; never repeats the key."""
    found = [("rpc_urls", _nodes_complaint(settings)), ("xpub", _key_complaint(settings.get("xpub", "")))]
    if hd.branch_of(settings.get("address_branch") or _DEFAULTS["address_branch"]) is None:
        found.append(
            ("address_branch", "Must be numbers below 2147483648 with slashes between (0 or 0/5), or m for none.")
        )
    wrong = list(_network_complaints(settings))
    found += wrong
    if not wrong:
        found += _assets_complaints(_network_of(settings), settings)
    if settings.get("agree_above") and len(settings.get("rpc_urls", "").split()) < 2:
        found.append(("agree_above", "Two nodes can only agree where rpc_urls names two."))
    complaints = [FieldError(f"/settings/{name}", why) for name, why in found if why]
    return [*complaints, *_secret_complaints(settings, credentials)]


def assets_of(known: Known, text: str, agree_above: str = "") -> tuple[Asset, ...]:
    """The assets that the settings name, with what two nodes must agree on; raises ValueError with a sentence."""
    usual = " ".join([*(["USDC"] if "USDC" in known.tokens else []), known.native])
    assets = tuple(_asset(known, word) for word in (text or usual).split())
    if len({one.symbol for one in assets}) < len(assets) or len({one.contract for one in assets}) < len(assets):
        raise ValueError("An asset stands there twice.")
    for word in agree_above.split():
        symbol, _, amount = word.partition("=")
        asset = next((one for one in assets if one.symbol == symbol), None)
        if asset is None or not _WHOLE.fullmatch(amount):
            raise ValueError(f"{_short(symbol)} is no asset of this connection with a whole amount behind the =.")
        limit = int(Decimal(amount).scaleb(asset.decimals))
        assets = tuple(replace(one, agree_above=limit) if one is asset else one for one in assets)
    return assets


def _network_complaints(settings: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """What is wrong with the network itself. A name of the table means the chain of the table: its tokens stand nowhere else."""
    name, chain_id, native = (settings.get(one, "") for one in ("network", "chain_id", "native"))
    if not _NAME.fullmatch(name):
        return [("network", "Must be small letters and digits with hyphens between.")] if name else [("network", "")]
    if chain_id and not (chain_id.isascii() and chain_id.isdigit()):
        return [("chain_id", "")]  # that it is no number is said already
    known = NETWORKS.get(name)
    if known is None and not chain_id:
        return [("network", f"Not known: say its chain_id too, or one of: {', '.join(NETWORKS)}.")]
    if known is not None and chain_id and int(chain_id) != known.chain_id:
        return [("chain_id", f"{name} is chain {known.chain_id}: give another chain a name of its own.")]
    if native and (DECIMALS.get(native) != COIN_DECIMALS or (known is not None and native != known.native)):
        coins = [known.native] if known is not None else [one for one, of in DECIMALS.items() if of == COIN_DECIMALS]
        return [("native", f"Must be one of: {', '.join(coins)}.")]
    return []


def _network_of(settings: Mapping[str, str]) -> Known:
    """The network of settings that have no complaint: of the table, or as they describe it, with careful defaults."""
    name = settings["network"]
    known = NETWORKS.get(name)
    if known is None:
        known = Known(
            title=name,
            chain_id=int(settings["chain_id"]),
            native=settings.get("native") or "ETH",
            confirmations=UNKNOWN_CONFIRMATIONS,
            settled_after=UNKNOWN_SETTLED_AFTER,
            fee_hint="low",
        )
    return replace(known, title=settings.get("network_title") or known.title)


def _assets_complaints(known: Known, settings: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    try:
        assets_of(known, settings.get("assets", ""))
    except ValueError as error:
        return [("assets", str(error))]
    try:
        assets_of(known, settings.get("assets", ""), settings.get("agree_above", ""))
    except ValueError as error:
        return [("agree_above", str(error))]
    return []


def _asset(known: Known, word: str) -> Asset:
    symbol, *rest = word.split(":")
    if not rest:
        asset = known_asset(known, symbol)
        if asset is None:
            raise ValueError(f"{_short(symbol)} is not known on {known.title}: write SYMBOL:0xcontract:decimals.")
        return asset
    if len(rest) != 2 or not eip55.is_address(rest[0]) or not rest[1].isdigit():
        raise ValueError("A token is written SYMBOL:0xcontract:decimals, and the address must fit its checksum.")
    if symbol not in EXPONENTS or int(rest[1]) != EXPONENTS[symbol] or symbol == known.native:
        raise ValueError(f"Gerbang counts no token {_short(symbol)} with these decimals.")
    return Asset(symbol, rest[0].lower(), int(rest[1]))


def _short(symbol: str) -> str:
    """A symbol as people may read it back; whatever is longer was pasted into the wrong field."""
    return symbol if len(symbol) <= 8 else "…"


def _nodes_complaint(settings: Mapping[str, str]) -> str:
    urls = settings.get("rpc_urls", "").split()
    instead = "put it under /v1/secrets, name it as the connection's rpc_key, and write {rpc_key} where it stood"
    complaints = [url_complaint(url.replace(_KEY, "key"), instead) for url in urls]
    if any(complaints):
        return next(one for one in complaints if one)
    if len(urls) > _MOST_NODES:
        return f"At most {_MOST_NODES} addresses."
    if len(set(urls)) < len(urls):
        return "An address stands here twice: name each node once."
    return ""


def _secret_complaints(settings: Mapping[str, str], credentials: Collection[str]) -> Sequence[FieldError]:
    """A placeholder without its secret would be sent as it stands."""
    if _KEY in settings.get("rpc_urls", "") and "rpc_key" not in credentials:
        return [FieldError("/secrets/rpc_key", "rpc_urls says {rpc_key}: name the secret that stands for it.")]
    return []


def _key_complaint(key: str) -> str:
    return hd.complaint(key) if key else ""


def _known(account: Account) -> Known:
    complaints = _network_complaints(account.settings)
    if complaints:
        raise ProviderRefused(
            f"The connection's setting {complaints[0][0]} is wrong. {complaints[0][1]}".strip(),
            hint=f"Set network to one of: {', '.join(NETWORKS)}; or to a name of your own, and its chain_id.",
        )
    return _network_of(account.settings)


def _number(account: Account, name: str, default: int) -> int:
    value = account.settings.get(name) or str(default)
    if not (value.isascii() and value.isdigit()):
        raise ProviderRefused(f"The setting {name} is not a whole number.", hint="Correct the connection's settings.")
    return int(value)
