"""The demo's accounts at the sandbox: keys made at random once, and the connections that name them. Only app.py's sandbox uses this."""

import base64
import json
import os
import secrets as chance
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from gerbang.core.audit.service import SYSTEM
from gerbang.core.connections.model import ConnectionNotFound
from gerbang.core.connections.service import Connections
from gerbang.core.identity.model import PERMISSIONS, Caller, Role
from gerbang.core.identity.service import Identity
from gerbang.core.secrets.model import Purpose
from gerbang.core.secrets.service import Secrets
from gerbang.providers.coinbase_checkouts.simulator import Merchant as CoinbaseMerchant
from gerbang.providers.coinbase_commerce.simulator import Merchant as CommerceMerchant
from gerbang.providers.nicepay.simulator import SnapClient
from gerbang.sandbox.app import Connection as Merchant
from gerbang.sandbox.chain.local import NETWORK, LocalChain
from gerbang.sandbox.chain.wallet import SEED_BYTES, account_key
from gerbang.settings import Settings

NICEPAY: Final = "nicepay-uji"
SNAP: Final = "nicepay-snap-uji"
COMMERCE: Final = "coinbase-commerce-uji"
WALLET: Final = "evm-uji"
COINBASE: Final = "coinbase-uji"
_NICEPAY_MERCHANTS: Final = {
    "virtual_account": ("LUMBUNGVA1", "02"), "card": ("LUMBUNGCC1", "01"), "convenience_store": ("LUMBUNGCS1", "03"),
    "direct_debit": ("LUMBUNGDD1", "04"), "ewallet": ("LUMBUNGEW1", "05"), "paylater": ("LUMBUNGPL1", "06"), "qris": ("LUMBUNGQR1", "08"),
}  # fmt: skip
_SNAP_CLIENT: Final = "LUMBUNGSN1"
# What another run may have elsewhere, or not at all.
_MOVES: Final = ("base_url", "platform_url", "api_key_id", "rpc_urls", "xpub", "imid_qris")


async def make_people(identity: Identity) -> dict[str, Any]:
    """The demo users with passwords made at random, and an API key: what people are shown of each."""
    people = {
        "customer": ("sari@lumbung.example", "Sari Wulandari", Role.CUSTOMER),
        "operator": ("ratih@lumbung.example", "Ratih Kusuma", Role.FINANCE),
        "admin": ("made@lumbung.example", "Made Wirawan", Role.ADMIN),
    }
    made: dict[str, Any] = {}
    has_died = await identity.accounts.is_taken(people["customer"][0])  # a seeding that did not come to its end
    tail = chance.token_hex(3) if has_died else ""
    for who, (email, name, role) in people.items():
        password = chance.token_urlsafe(15)
        place = email.replace("@", f"+{tail}@") if tail else email
        user = await identity.accounts.create(SYSTEM, place, password, name, "id", role)
        made[who] = {"email": user.email, "password": password}
    maker = Caller("system", SYSTEM, permissions=PERMISSIONS[Role.ADMIN])
    _, made["api_key"] = await identity.api_keys.create(maker, "demo", Role.ADMIN)
    return made


def merchants(data: Path) -> tuple[Merchant, ...]:
    """The sandbox's NICEPAY merchants, one per method as is common."""
    known = _made_up(data)
    return tuple([
        Merchant(imid, known[imid], (code,), f"Toko Lumbung, {method.replace('_', ' ')}")
        for method, (imid, code) in _NICEPAY_MERCHANTS.items()
    ])  # fmt: skip


def snap_merchant(data: Path) -> Merchant:
    """The sandbox's NICEPAY merchant that speaks SNAP, and nothing else."""
    known = _snap_keys(data)
    client = SnapClient(known["snap_client_secret"], _public_pem(known["snap_private_key"]))
    return Merchant(_SNAP_CLIENT, "", ("02", "05", "08"), "Toko Lumbung, SNAP", client)


def nicepay_private_key(data: Path) -> str:
    """What the sandbox's NICEPAY signs with when it tells something by SNAP."""
    return _snap_keys(data)["nicepay_private_key"]


def projects(settings: Settings) -> tuple[CoinbaseMerchant, ...]:
    """The sandbox's project at Coinbase: the public half of its key, and the subscription that tells the demo's connection."""
    known = _made_up(settings.data)
    public = base64.b64encode(base64.b64decode(known["coinbase_key"])[32:]).decode()
    hook = f"{settings.base_url}/hooks/{COINBASE}"
    return (CoinbaseMerchant(known["coinbase_key_id"], public, "Toko Lumbung", hook, known["coinbase_webhook"]),)


def commerce(settings: Settings) -> tuple[CommerceMerchant, ...]:
    """The sandbox's account at Coinbase Commerce, which makes onchain charges and tells them the demo's connection."""
    known = _made_up(settings.data)
    hook = f"{settings.base_url}/hooks/{COMMERCE}"
    return (CommerceMerchant(known["commerce_key"], known["commerce_secret"], hook, name="Toko Lumbung"),)


# Which of the demo's connections leads to which simulator, and by which of its wires where that matters.
CONNECTIONS: Final = {
    "nicepay": NICEPAY, "nicepay/snap": SNAP, "coinbase-business": COINBASE, "coinbase-commerce": COMMERCE, "chain": WALLET,
}  # fmt: skip


def api_key(data: Path) -> str:
    """The demo's API key, for the shop that the sandbox plays; empty until `up` has made the demo users."""
    path = data / "demo.json"
    return str(json.loads(path.read_text())["api_key"]) if path.exists() else ""


def _made_up(data: Path) -> Mapping[str, str]:
    """The sandbox's keys."""
    keys = (*[imid for imid, _ in _NICEPAY_MERCHANTS.values()], "commerce_key", "commerce_secret")
    makers: dict[str, Callable[[], str]] = {name: lambda: chance.token_urlsafe(48) for name in keys}
    makers |= {"wallet_seed": lambda: chance.token_hex(SEED_BYTES), "coinbase_key": _api_key}
    makers |= dict.fromkeys(("coinbase_key_id", "coinbase_webhook"), lambda: str(uuid.uuid4()))
    return _kept(data, makers)


def _snap_keys(data: Path) -> Mapping[str, str]:
    """Those of SNAP, apart because a key pair takes a moment to make."""
    pairs = dict.fromkeys(("snap_private_key", "nicepay_private_key"), _rsa_pem)
    return _kept(data, {"snap_client_secret": lambda: chance.token_urlsafe(48), **pairs})


def _kept(data: Path, makers: Mapping[str, Callable[[], str]]) -> Mapping[str, str]:
    """Made at random once and kept with the data (0600); those that came later are added to an older file."""
    path = data / "sandbox.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = [name for name in makers if name not in known]
    if missing:
        known |= {name: makers[name]() for name in missing}
        data.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(known, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    return known


def _rsa_pem() -> str:
    """An RSA key of 2048 bits, as openssl writes it."""
    key = rsa.generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _public_pem(private_pem: str) -> str:
    key = load_pem_private_key(private_pem.encode(), None)
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _api_key() -> str:
    """A secret API key as Coinbase shows it: base64 of an Ed25519 seed and its public key."""
    key = Ed25519PrivateKey.generate()
    return base64.b64encode(key.private_bytes_raw() + key.public_key().public_bytes_raw()).decode()


async def connect_nicepay(connections: Connections, secrets: Secrets, settings: Settings) -> None:
    """The demo's connection to the sandbox's NICEPAY, made or brought up to this run's ports."""
    known, names = _made_up(settings.data), {}
    place = {"base_url": f"{settings.sandbox_url}/nicepay", "methods": " ".join(_NICEPAY_MERCHANTS)}
    for method, (imid, _) in _NICEPAY_MERCHANTS.items():
        place[f"imid_{method}"] = imid
        names[f"merchant_key_{method}"] = name = f"service/{NICEPAY}/merchant_key_{method}"
        await secrets.ensure(name, known[imid].encode, Purpose.CALL_PROVIDER)
    await _connect(connections, NICEPAY, "nicepay", place, names)


async def connect_snap(connections: Connections, secrets: Secrets, settings: Settings) -> None:
    """The demo's second connection to the sandbox's NICEPAY, which speaks SNAP by every method that can."""
    known, methods = _snap_keys(settings.data), "virtual_account qris ewallet"
    place = {
        "base_url": f"{settings.sandbox_url}/nicepay",
        "methods": methods,
        "snap": methods,
        "snap_client_id": _SNAP_CLIENT,
    }
    values = {name: known[name] for name in ("snap_client_secret", "snap_private_key")}
    values["snap_nicepay_public_key"] = _public_pem(known["nicepay_private_key"])
    names = {name: f"service/{SNAP}/{name}" for name in values}
    for credential, name in names.items():
        await secrets.ensure(name, values[credential].encode, Purpose.CALL_PROVIDER)
    await _connect(connections, SNAP, "nicepay", place, names)


async def connect_commerce(connections: Connections, secrets: Secrets, settings: Settings) -> None:
    """The demo's connection to the sandbox's Coinbase Commerce; our own node on the local chain must see what it claims."""
    (account,) = commerce(settings)
    place = {"base_url": f"{settings.sandbox_url}/coinbase-commerce", "recipient": account.recipient}
    names = {name: f"service/{COMMERCE}/{name}" for name in ("api_key", "shared_secret")}
    await secrets.ensure(names["api_key"], account.api_key.encode, Purpose.CALL_PROVIDER)
    await secrets.ensure(names["shared_secret"], account.shared_secret.encode, Purpose.VERIFY_WEBHOOK)
    await _connect(connections, COMMERCE, "coinbase_commerce", place, names)


async def connect_wallet(connections: Connections, settings: Settings, chain: LocalChain) -> None:
    """The demo's own wallet on the local chain; Gerbang gets nothing of it but the extended public key."""
    seed = bytes.fromhex(_made_up(settings.data)["wallet_seed"])
    place = {"network": NETWORK, "rpc_urls": chain.url, "xpub": account_key(seed), "confirmations": "2"}
    await _connect(connections, WALLET, "evm", place, {})


async def connect_coinbase(connections: Connections, secrets: Secrets, settings: Settings) -> None:
    """The demo's account at the sandbox's Coinbase; its payments count once the demo's own node has seen them."""
    known = _made_up(settings.data)
    root = f"{settings.sandbox_url}/coinbase-business"
    place = {
        "base_url": f"{root}/api/v1", "platform_url": f"{root}/platform", "api_key_id": known["coinbase_key_id"], "network": NETWORK,
    }  # fmt: skip
    names = {name: f"service/{COINBASE}/{name}" for name in ("api_key_secret", "webhook_secret")}
    await secrets.ensure(names["api_key_secret"], known["coinbase_key"].encode, Purpose.CALL_PROVIDER)
    await secrets.ensure(names["webhook_secret"], known["coinbase_webhook"].encode, Purpose.VERIFY_WEBHOOK)
    await _connect(connections, COINBASE, "coinbase_checkouts", place, names)


async def _connect(
    connections: Connections, name: str, provider: str, place: Mapping[str, str], secrets: Mapping[str, str]
) -> None:
    """A connection of the demo, made or brought up to this run's addresses; what people changed of it stays."""
    try:
        known = await connections.get(name)
    except ConnectionNotFound:
        await connections.create(SYSTEM, name, provider, livemode=False, settings=dict(place), secrets=dict(secrets))
        return
    if any(known.settings.get(field) != place[field] for field in _MOVES if field in place):
        settings = {**known.settings, **place}
        both = {**known.secrets, **secrets}
        await connections.update(SYSTEM, name, settings=settings, secrets=both, enabled=True)
