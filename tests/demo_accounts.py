"""The demo's connections and a sandbox's configuration in the words of tests: by provider, where the product names none."""

from pathlib import Path
from typing import Any, Final

from bip32 import BIP32
from msgspec.structs import replace

from gerbang import demo
from gerbang.core.audit.service import SYSTEM
from gerbang.core.connections.service import Connections
from gerbang.core.secrets.service import Secrets
from gerbang.ports.demo import DemoPlace
from gerbang.providers import PROVIDERS
from gerbang.providers.coinbase_checkouts import demo as coinbase_demo
from gerbang.providers.coinbase_checkouts import simulator as coinbase_business
from gerbang.providers.coinbase_commerce import simulator as coinbase_commerce
from gerbang.providers.nicepay import demo as nicepay_demo
from gerbang.providers.nicepay import simulator as nicepay
from gerbang.providers.nicepay.simulator import Merchant
from gerbang.sandbox.app import SandboxConfig
from gerbang.sandbox.chain.local import LocalChain
from gerbang.settings import Settings

NICEPAY: Final = "nicepay-uji"
SNAP: Final = "nicepay-snap-uji"
COMMERCE: Final = "coinbase-commerce-uji"
WALLET: Final = "evm-uji"
COINBASE: Final = "coinbase-uji"
# The same provider once more, by a merchant of its own: made after the first, and before it by name.
SECOND: Final = "a-nicepay-uji"
SECOND_WALLET: Final = "a-evm-uji"
_SECOND_SEED: Final = b"a wallet of the shop's other owner"
_SECOND_IMID, _SECOND_KEY = "LUMBUNGXX2", "the key of a second merchant, of no use elsewhere"
_SECOND_METHODS: Final = ("virtual_account", "qris")


def sandbox_config(
    data_dir: str,
    merchants: tuple[Merchant, ...] = (),
    *,
    nicepay_private_key: str = "",
    coinbase: tuple[coinbase_business.Merchant, ...] = (),
    commerce: tuple[coinbase_commerce.Merchant, ...] = (),
    **more: Any,
) -> SandboxConfig:
    """A sandbox of every simulator: `merchants` are NICEPAY's, `coinbase` and `commerce` the accounts at Coinbase."""
    told = {
        "nicepay": nicepay.Config(merchants, nicepay_private_key),
        "coinbase_checkouts": coinbase_business.Config(coinbase),
        "coinbase_commerce": coinbase_commerce.Config(commerce),
    }
    return SandboxConfig(data_dir, {PROVIDERS[name].simulator: one for name, one in told.items()}, **more)


def place(data: Path) -> DemoPlace:
    """A run whose addresses do not matter, with the keys that a data folder keeps."""
    return DemoPlace("", lambda _: "", lambda makers: demo._kept(data, makers))


def merchants(data: Path) -> tuple[Merchant, ...]:
    """The demo's merchants at NICEPAY that speak V2, and the second connection's."""
    return (*nicepay_demo.v2_merchants(place(data)), _second_merchant())


def all_merchants(data: Path) -> nicepay.Config:
    """The demo's NICEPAY with the merchant that speaks SNAP, whose keys take a moment to make, and the second connection's."""
    known = nicepay_demo.simulator(place(data))
    return replace(known, merchants=(*known.merchants, _second_merchant()))


def _second_merchant() -> Merchant:
    return Merchant(_SECOND_IMID, _SECOND_KEY, ("02", "08"), "Toko Lumbung, cabang")


def projects(chosen: Settings) -> tuple[coinbase_business.Merchant, ...]:
    """The demo's project at Coinbase."""
    return coinbase_demo.simulator(demo.place(chosen)).merchants


async def connect(
    id_: str, connections: Connections, secrets: Secrets, chosen: Settings, chain: LocalChain | None = None
) -> None:
    """One connection of the demo, as `gerbang up` makes it."""
    (one,) = [planned for planned in demo.planned(PROVIDERS) if planned.connection.id == id_]
    await demo.connect(connections, secrets, demo.place(chosen, chain), one)


async def connect_nicepay(connections: Connections, secrets: Secrets, chosen: Settings) -> None:
    """Both connections to NICEPAY that speak V2."""
    await connect(NICEPAY, connections, secrets, chosen)
    secret = f"service/{SECOND}/key"
    await secrets.put(secret, _SECOND_KEY.encode(), overlap_s=0, actor=SYSTEM)
    settings = {"base_url": f"{chosen.sandbox_url}/nicepay", "methods": " ".join(_SECOND_METHODS)}
    settings |= {f"imid_{method}": _SECOND_IMID for method in _SECOND_METHODS}
    keys = {f"merchant_key_{method}": secret for method in _SECOND_METHODS}
    await connections.create(SYSTEM, SECOND, "nicepay", livemode=False, settings=settings, secrets=keys)


async def connect_wallets(connections: Connections, secrets: Secrets, chosen: Settings, chain: LocalChain) -> None:
    """Two wallets on the local chain, which wait for two confirmations: whoever pays into one pays nothing into the other."""
    await connect(WALLET, connections, secrets, chosen, chain)
    first = {**(await connections.get(WALLET)).settings, "confirmations": "2"}
    await connections.update(SYSTEM, WALLET, settings=first, secrets={}, enabled=True)
    xpub = BIP32.from_seed(_SECOND_SEED).get_xpub_from_path("m/44h/60h/0h")
    await connections.create(SYSTEM, SECOND_WALLET, "evm", livemode=False, settings=first | {"xpub": xpub}, secrets={})
