"""What is wrong with a NICEPAY connection before it is saved, and whether NICEPAY takes it: lists, merchant ids, keys. Moves nothing."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from ipaddress import IPv4Address
from typing import Final

from gerbang.base.errors import FieldError
from gerbang.base.http import Http, OutcomeUnknown, ProviderRefused, Unreachable
from gerbang.ports.payment import Account, Method
from gerbang.ports.provider import Probed
from gerbang.providers.nicepay import account, timestamps, wire
from gerbang.providers.nicepay.client import Client, Endpoint, order_token
from gerbang.providers.nicepay.snap import account as snap
from gerbang.providers.nicepay.snap.adapter import endpoint_of
from gerbang.providers.nicepay.snap.client import Client as SnapClient
from gerbang.providers.nicepay.snap.client import Unauthorized

_LISTS: Final[Mapping[str, Collection[str]]] = {
    "methods": [method.value for method in account.PAY_METHODS],
    "banks": account.BANKS,
    "stores": account.STORES,
    "wallets": account.WALLETS,
    "lenders": account.LENDERS,
    "hosted": [Method.EWALLET.value, Method.PAYLATER.value],
    "partial_refunds": [method.value for method in account.PAY_METHODS],
}
_IMID: Final = re.compile(r"[A-Za-z0-9]{10}")
_WORD: Final = re.compile(r"[a-z_]{1,24}|[A-Z]{1,8}")
_PROBE: Final = "0" * 30  # a tXid that no transaction has
# The merchantToken is looked at before the transaction is: that none is found means that id and key were taken.
_NO_SUCH: Final = frozenset({"8001", "8002", "8003", "8004", "8005", "9228", "9528", "0000"})
_REFUSALS: Final[Mapping[str, tuple[str, str]]] = {
    "9010": (
        "merchant_key",
        "The merchant key does not match the iMid: check both, and that they are of this environment.",
    ),
    "9225": (
        "merchant_key",
        "The merchant key does not match the iMid: check both, and that they are of this environment.",
    ),
    "9525": (
        "merchant_key",
        "The merchant key does not match the iMid: check both, and that they are of this environment.",
    ),
    "9011": (
        "imid",
        "NICEPAY does not know this iMid: check it, and that it is of this environment (sandbox or live).",
    ),
    "9012": (
        "methods",
        "The method is not active for this iMid: set the iMid that NICEPAY gave for it, or have it activated.",
    ),
}


def problems(settings: Mapping[str, str], credentials: Collection[str]) -> Sequence[FieldError]:
    """Words that are in no list, methods without a merchant id or key, and limits that leave no amount."""
    found = list(snap.problems(settings))
    for name, known in _LISTS.items():
        strange = [word for word in settings.get(name, "").split() if word not in known]
        if strange:
            found.append(FieldError(f"/settings/{name}", f"{_shown(strange[0])} is none of: {' '.join(known)}."))
    for method in _methods(settings):
        found += _unsigned(settings, credentials, method)
        found += _without_room(settings, method)
    found += [
        FieldError(f"/settings/{name}", "A merchant id (iMid) is 10 letters and digits, as NICEPAY gave it.")
        for name, value in settings.items()
        if (name == "imid" or name.startswith("imid_")) and value and not _IMID.fullmatch(value)
    ]
    if settings.get("user_ip") and not _is_ipv4(settings["user_ip"]):
        found.append(FieldError("/settings/user_ip", "Must be an IPv4 address, like 203.0.113.7."))
    return found


def _methods(settings: Mapping[str, str]) -> list[Method]:
    """Those that the settings switch on; words that are none are complained about elsewhere."""
    names = (settings.get("methods") or account.default("methods")).split()
    return [method for method in account.PAY_METHODS if method.value in names]


def _unsigned(settings: Mapping[str, str], credentials: Collection[str], method: Method) -> Sequence[FieldError]:
    """What is missing to sign for a method: without it the first customer would find out."""
    if snap.speaks(settings, method):
        wanted = {
            "snap_private_key": {"snap_private_key"},
            "snap_client_secret": {"snap_client_secret", f"snap_client_secret_{method}"},
        }
        return [
            FieldError(f"/secrets/{name}", f"{method.value} by SNAP needs it.")
            for name, either in wanted.items()
            if not either & set(credentials)
        ]
    found = []
    if not (settings.get("imid") or settings.get(f"imid_{method}")):
        found.append(
            FieldError("/settings/imid", f"{method.value} needs a merchant id: this one, or imid_{method.value}.")
        )
    if not {"merchant_key", f"merchant_key_{method}"} & set(credentials):
        found.append(
            FieldError(
                "/secrets/merchant_key",
                f"{method.value} needs a merchant key: this one, or merchant_key_{method.value}.",
            )
        )
    return found


def _without_room(settings: Mapping[str, str], method: Method) -> Sequence[FieldError]:
    least, most = (settings.get(f"{end}_{method}") or account.default(f"{end}_{method}") for end in ("least", "most"))
    if least.isdigit() and most.isdigit() and int(least) > int(most):
        return [FieldError(f"/settings/least_{method}", "Must not be above the greatest amount.")]
    return []


def _is_ipv4(text: str) -> bool:
    try:
        return str(IPv4Address(text)) == text
    except ValueError:
        return False


def _shown(word: str) -> str:
    """A word as people may read it back; whatever is longer was pasted into the wrong field."""
    return word if _WORD.fullmatch(word) else "A word of it"


async def probe(http: Http, to: Account, now: datetime) -> Sequence[Probed]:
    """Ask for a transaction that nobody has with every merchant id and key that is used, and for an access token by SNAP."""
    client, found = Client(http), list[Probed]()
    asked: set[tuple[str, bytes]] = set()
    for method in _methods(to.settings):
        if snap.speaks(to.settings, method):
            continue
        who = account.merchant(to, method)
        if (who.imid, who.key) not in asked:
            asked.add((who.imid, who.key))
            found.append(await _asked(client, to, method, now))
    if any(snap.speaks(to.settings, method) for method in _methods(to.settings)):
        found += await _signed_in(SnapClient(http), to, now)
    return found


async def _asked(client: Client, to: Account, method: Method, now: datetime) -> Probed:
    who = account.merchant(to, method)
    stamp, reference = timestamps.stamp(now), "gerbang-probe"
    token = order_token(stamp, who.imid, reference, "1", who.key)
    question = wire.Inquiry(
        time_stamp=stamp, t_xid=_PROBE, i_mid=who.imid, reference_no=reference, amt="1", merchant_token=token
    )
    at = Endpoint(account.base_url(to), float(account.number(to, "timeout_s")))
    try:
        code = await client.code_of(at, question)
    except (Unreachable, OutcomeUnknown) as error:
        return Probed(f"NICEPAY did not answer for {who.imid}: {error.detail}", None)
    if code in _NO_SUCH:
        return Probed(f"NICEPAY takes the merchant id {who.imid} and its key", good=True)
    if code in _REFUSALS:
        field, cure = _REFUSALS[code]
        place, given = ("secrets", to.secrets) if field == "merchant_key" else ("settings", to.settings)
        own = f"{field}_{method}"
        pointer = f"/{place}/{own if given.get(own) else field}"
        return Probed(f"NICEPAY refused {who.imid} with {code}", good=False, pointer=pointer, cure=cure)
    return Probed(f"NICEPAY answered {code} for {who.imid}, which says nothing about it", None)


async def _signed_in(client: SnapClient, to: Account, now: datetime) -> Sequence[Probed]:
    found = []
    for method in snap.METHODS:
        if not snap.speaks(to.settings, method):
            continue
        at = endpoint_of(to, method, now)
        try:
            await client.sign_in(at)
        except Unauthorized as error:
            found.append(
                Probed(
                    f"NICEPAY refused {at.client.id}: {error.detail}",
                    False,
                    "/secrets/snap_private_key",
                    error.hint or "",
                )
            )
        except ProviderRefused as error:
            found.append(Probed(error.detail, False, "/secrets/snap_private_key", error.hint or ""))
        except (Unreachable, OutcomeUnknown) as error:
            found.append(Probed(f"NICEPAY gave {at.client.id} no access token: {error.detail}", None))
        else:
            found.append(Probed(f"NICEPAY gives {at.client.id} an access token", good=True))
    return list(dict.fromkeys(found))
