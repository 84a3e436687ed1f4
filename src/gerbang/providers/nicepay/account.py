"""A NICEPAY connection: its settings and credentials with their defaults, and which merchant id and key serve which method. Pure."""

from dataclasses import dataclass, field
from typing import Final

from gerbang.base.http import ProviderRefused
from gerbang.ports.payment import Account, Method
from gerbang.ports.provider import CredentialField, SecretFamily, SettingField
from gerbang.providers.nicepay.snap import account as snap

SANDBOX: Final = "https://dev.nicepay.co.id/nicepay"
PRODUCTION: Final = "https://www.nicepay.co.id/nicepay"

PAY_METHODS: Final = {Method.CARD: "01", Method.VIRTUAL_ACCOUNT: "02"}
BANKS: Final = {
    "BCA": "CENA", "BRI": "BRIN", "MANDIRI": "BMRI", "BNI": "BNIN", "PERMATA": "BBBA", "CIMB": "BNIA",
    "DANAMON": "BDIN", "MAYBANK": "IBBK", "HANA": "HNBN",
}  # fmt: skip
TITLES: Final = {
    "BCA": "BCA", "BRI": "BRI", "MANDIRI": "Bank Mandiri", "BNI": "BNI", "PERMATA": "PermataBank", "CIMB": "CIMB Niaga",
    "DANAMON": "Danamon", "MAYBANK": "Maybank", "HANA": "KEB Hana",
}  # fmt: skip

CREDENTIALS: Final = (
    CredentialField("merchant_key", "Merchant key", "From NICEPAY's e-mail or back office; for every method without a key of its own.", SecretFamily.SERVICE_TOKEN),
    CredentialField("merchant_key_virtual_account", "Merchant key, virtual account", "Only when virtual accounts have a merchant id of their own.", SecretFamily.SERVICE_TOKEN),
    CredentialField("merchant_key_card", "Merchant key, card", "Only when cards have a merchant id of their own.", SecretFamily.SERVICE_TOKEN),
    *snap.CREDENTIALS,
)  # fmt: skip

SETTINGS: Final = (
    SettingField("imid", "Merchant id (iMid)", "10 characters; for every method without one of its own."),
    SettingField("imid_virtual_account", "Merchant id, virtual account", "Empty: the merchant id above."),
    SettingField("imid_card", "Merchant id, card", "Empty: the merchant id above."),
    SettingField("base_url", "Base address", "Empty: the sandbox or the live host, by the connection's mode.", form="url"),
    SettingField("methods", "Methods", "Those that NICEPAY activated, with spaces between.", "virtual_account card"),
    SettingField("banks", "Banks", "Those that NICEPAY activated for virtual accounts, with spaces between.", " ".join(BANKS)),
    SettingField("card_status_table", "Card status table", "Which generation of NICEPAY's documents the card merchant id follows.", "current", choices=("current", "2020")),
    SettingField("least_virtual_account", "Least amount, virtual account", "Rupiah.", "1", "integer"),
    SettingField("most_virtual_account", "Greatest amount, virtual account", "Rupiah; at most 12 digits.", "999999999999", "integer"),
    SettingField("least_card", "Least amount, card", "Rupiah.", "1", "integer"),
    SettingField("most_card", "Greatest amount, card", "Rupiah; at most 12 digits.", "999999999999", "integer"),
    SettingField("least_qris", "Least amount, QRIS", "Rupiah.", "1", "integer"),
    SettingField("most_qris", "Greatest amount, QRIS", "Rupiah; Bank Indonesia's limit.", "10000000", "integer"),
    SettingField("least_ewallet", "Least amount, e-wallet", "Rupiah.", "1", "integer"),
    SettingField("most_ewallet", "Greatest amount, e-wallet", "Rupiah.", "20000000", "integer"),
    SettingField("wallets", "Wallets", "Those that NICEPAY activated, with spaces between.", " ".join(snap.WALLETS)),
    SettingField("timeout_s", "Time limit", "Seconds that one call may take.", "15", "integer"),
    SettingField("billing_name", "Payer's name, if none is known", "Letters.", "Pelanggan"),
    SettingField("billing_phone", "Payer's phone, if none is known", "Digits.", "0000000000"),
    SettingField("billing_email", "Payer's e-mail, if none is known or it is over 40 characters", "An address.", "pelanggan@example.com"),
    SettingField("billing_address", "Payer's address", "NICEPAY wants one of everybody; Gerbang asks nobody.", "Indonesia"),
    SettingField("billing_city", "Payer's city", "See the address.", "Jakarta"),
    SettingField("billing_state", "Payer's province", "See the address.", "DKI Jakarta"),
    SettingField("billing_postcode", "Payer's postcode", "Digits.", "10110"),
    SettingField("billing_country", "Payer's country", "At most 10 letters.", "Indonesia"),
    *snap.SETTINGS,
)  # fmt: skip

_DEFAULTS: Final = {one.name: one.default for one in SETTINGS}


@dataclass(frozen=True, slots=True)
class Merchant:
    """A merchant id and one of its keys."""

    imid: str
    key: bytes = field(repr=False)


def setting(account: Account, name: str) -> str:
    """The connection's value, or the default."""
    return account.settings.get(name) or _DEFAULTS[name]


def number(account: Account, name: str) -> int:
    """A setting that is a whole number; raises ProviderRefused when it is none, before anything is sent."""
    value = setting(account, name)
    if not (value.isascii() and value.isdigit()):
        raise ProviderRefused(
            f"The NICEPAY setting {name} is not a whole number.", hint="Correct the connection's settings."
        )
    return int(value)


def base_url(account: Account) -> str:
    """Where their paths are appended, without a slash at the end."""
    return (account.settings.get("base_url") or (PRODUCTION if account.livemode else SANDBOX)).rstrip("/")


def imid(account: Account, method: Method) -> str:
    """The merchant id for a method; empty when there is none."""
    return setting(account, f"imid_{method}") or setting(account, "imid")


def merchant(account: Account, method: Method) -> Merchant:
    """Who signs for a method: the newest key. Raises ProviderRefused when the connection has none, before anything is sent."""
    name, keys = imid(account, method), _keys(account, method)
    if not name or not keys:
        raise ProviderRefused(
            f"The NICEPAY connection has no {'merchant key' if name else 'merchant id'} for {method}.",
            hint=f"Set {f'merchant_key or merchant_key_{method}' if name else f'imid or imid_{method}'}.",
        )
    return Merchant(name, keys[0])


def merchants(account: Account) -> tuple[Merchant, ...]:
    """Every pair of merchant id and valid key that this connection holds: any of them may have signed a notification."""
    pairs = [(imid(account, method), key) for method in PAY_METHODS for key in _keys(account, method)]
    pairs += [(setting(account, "imid"), key) for key in account.secrets.get("merchant_key", ()) if key]
    return tuple([Merchant(name, key) for name, key in dict.fromkeys(pairs) if name])


def _keys(account: Account, method: Method) -> list[bytes]:
    own = [key for key in account.secrets.get(f"merchant_key_{method}", ()) if key]
    return own or [key for key in account.secrets.get("merchant_key", ()) if key]
