"""The SNAP half of a NICEPAY connection: its settings and credentials, which methods speak it, and who signs for them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from gerbang.base.errors import FieldError
from gerbang.base.http import ProviderRefused
from gerbang.ports.payment import Account, Method
from gerbang.ports.provider import CredentialField, SecretFamily, SettingField

DIALECT: Final = "snap"
METHODS: Final = (Method.VIRTUAL_ACCOUNT, Method.QRIS, Method.EWALLET)
MOST: Final = 999_999_999  # their `value` holds 12 characters, two decimals and the point among them

CREDENTIALS: Final = (
    CredentialField("snap_client_secret", "SNAP client secret", "From NICEPAY; for every SNAP method without one of its own.", SecretFamily.SERVICE_TOKEN),
    CredentialField("snap_client_secret_virtual_account", "SNAP client secret, virtual account", "Only when virtual accounts have a client id of their own.", SecretFamily.SERVICE_TOKEN),
    CredentialField("snap_client_secret_qris", "SNAP client secret, QRIS", "Only when QRIS has a client id of its own.", SecretFamily.SERVICE_TOKEN),
    CredentialField("snap_client_secret_ewallet", "SNAP client secret, e-wallet", "Only when e-wallets have a client id of their own.", SecretFamily.SERVICE_TOKEN),
    CredentialField("snap_private_key", "SNAP private key", "The RSA key (PEM) whose public half NICEPAY has of you.", SecretFamily.SERVICE_TOKEN),
    CredentialField("snap_nicepay_public_key", "NICEPAY's public key", "The RSA key (PEM) that NICEPAY e-mails for its notifications; not yours.", SecretFamily.WEBHOOK),
)  # fmt: skip

SETTINGS: Final = (
    SettingField("snap", "Methods by SNAP", "Those that speak SNAP instead of V2: virtual_account, qris, ewallet, with spaces between."),
    SettingField("snap_client_id", "SNAP client id", "10 characters; for every SNAP method without one of its own."),
    SettingField("snap_client_id_virtual_account", "SNAP client id, virtual account", "Empty: the client id above."),
    SettingField("snap_client_id_qris", "SNAP client id, QRIS", "Empty: the client id above."),
    SettingField("snap_client_id_ewallet", "SNAP client id, e-wallet", "Empty: the client id above."),
    SettingField("snap_channel_id", "SNAP channel id", "Empty: the client id and 01 behind it."),
    SettingField("snap_qris_service_code", "SNAP service code of a QRIS query", "NICEPAY's libraries differ: 47 or 51.", "47", choices=("47", "51")),
    SettingField("snap_validity", "SNAP validity of QRIS and e-wallets", "theirs: as long as NICEPAY gives; ours: the payment's, as ISO time.", "theirs", choices=("theirs", "ours")),
)  # fmt: skip

_DEFAULTS: Final = {one.name: one.default for one in SETTINGS}


@dataclass(frozen=True, slots=True)
class Client:
    """Who calls: a client id, the secret that signs calls, and the private key (PEM or base64 of DER) that signs for access tokens."""

    id: str
    secret: bytes = field(repr=False)
    private_key: bytes = field(repr=False)


def setting(account: Account, name: str) -> str:
    """The connection's value, or the default."""
    return account.settings.get(name) or _DEFAULTS[name]


def speaks(settings: Mapping[str, str], method: Method) -> bool:
    """Whether new payments of this method are made by SNAP."""
    return method in METHODS and method.value in settings.get("snap", "").split()


def client_id(settings: Mapping[str, str], method: Method) -> str:
    """The client id for a method; empty when there is none."""
    return settings.get(f"snap_client_id_{method}") or settings.get("snap_client_id", "")


def client_ids(account: Account) -> tuple[str, ...]:
    """Every client id of this connection: a notification may be for any of them."""
    named = [client_id(account.settings, method) for method in METHODS] + [account.settings.get("snap_client_id", "")]
    return tuple([one for one in dict.fromkeys(named) if one])


def client(account: Account, method: Method) -> Client:
    """Who signs for a method, with the newest of each. Raises ProviderRefused when something is missing, before anything is sent."""
    id_ = client_id(account.settings, method)
    secret = _newest(account, f"snap_client_secret_{method}") or _newest(account, "snap_client_secret")
    key = _newest(account, "snap_private_key")
    if not id_ or not secret or not key:
        missing = "SNAP client id" if not id_ else "SNAP client secret" if not secret else "SNAP private key"
        raise ProviderRefused(
            f"The NICEPAY connection has no {missing} for {method}.",
            hint=f"Set {missing.lower().replace(' ', '_')} or, where NICEPAY gives one per method, that of {method}.",
        )
    return Client(id_, secret, key)


def public_keys(account: Account) -> tuple[bytes, ...]:
    """NICEPAY's public keys that are valid now, newest first."""
    return tuple([key for key in account.secrets.get("snap_nicepay_public_key", ()) if key])


def channel_id(account: Account, client_: Client) -> str:
    return setting(account, "snap_channel_id") or f"{client_.id}01"


def problems(settings: Mapping[str, str]) -> Sequence[FieldError]:
    """What is wrong with the SNAP settings together."""
    found, known = [], {method.value: method for method in METHODS}
    for name in settings.get("snap", "").split():
        if name not in known:
            found.append(FieldError("/settings/snap", f"Methods that can speak SNAP: {', '.join(known)}."))
        elif not client_id(settings, known[name]):
            found.append(FieldError("/settings/snap_client_id", f"{name} by SNAP needs a client id."))
    return found


def _newest(account: Account, credential: str) -> bytes:
    return next((value for value in account.secrets.get(credential, ()) if value), b"")
