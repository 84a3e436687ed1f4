"""A NICEPAY connection: its settings and credentials with their defaults, and which merchant id and key serve which method. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from gerbang.base.http import ProviderRefused
from gerbang.ports.payment import LONGEST_EXPIRY_S, Account, Method
from gerbang.ports.provider import CredentialField, SecretFamily, SettingField
from gerbang.providers.nicepay.snap import account as snap

SANDBOX: Final = "https://dev.nicepay.co.id/nicepay"
PRODUCTION: Final = "https://www.nicepay.co.id/nicepay"

PAY_METHODS: Final = {
    Method.CARD: "01",
    Method.VIRTUAL_ACCOUNT: "02",
    Method.CONVENIENCE_STORE: "03",
    Method.DIRECT_DEBIT: "04",
    Method.EWALLET: "05",
    Method.PAYLATER: "06",
    Method.QRIS: "08",
}
# Paid to a number or a code: NICEPAY closes it while it is unpaid, and cannot give it back once it is paid. All others the other way round.
PAID_TO_A_NUMBER: Final = frozenset({Method.VIRTUAL_ACCOUNT, Method.CONVENIENCE_STORE})
BANKS: Final = {
    "BCA": "CENA",
    "BRI": "BRIN",
    "MANDIRI": "BMRI",
    "BNI": "BNIN",
    "PERMATA": "BBBA",
    "CIMB": "BNIA",
    "DANAMON": "BDIN",
    "MAYBANK": "IBBK",
    "HANA": "HNBN",
}
STORES: Final = {"ALFAMART": "ALMA", "INDOMARET": "INDO"}
WALLETS: Final = {"OVO": "OVOE", "DANA": "DANA", "LINKAJA": "LINK", "SHOPEEPAY": "ESHP"}
LENDERS: Final = {"KREDIVO": "KDVI", "AKULAKU": "AKLP", "INDODANA": "IDNA"}
DEBITS: Final = {"JENIUS": "JENC"}

_CALLED: Final = {
    Method.VIRTUAL_ACCOUNT: "virtual account",
    Method.CARD: "card",
    Method.CONVENIENCE_STORE: "convenience store",
    Method.QRIS: "QRIS",
    Method.EWALLET: "e-wallet",
    Method.PAYLATER: "pay later",
    Method.DIRECT_DEBIT: "direct debit",
}
# Bank Indonesia's limits: of one QRIS payment, and of what a wallet may hold.
_MOST: Final = {Method.QRIS: "10000000", Method.EWALLET: "20000000"}

CREDENTIALS: Final = (
    CredentialField("merchant_key", "Merchant key", "From NICEPAY's e-mail or back office; for every method without a key of its own.", SecretFamily.SERVICE_TOKEN),
    *[
        CredentialField(f"merchant_key_{method}", f"Merchant key, {called}", f"Only when {called} has a merchant id of its own.", SecretFamily.SERVICE_TOKEN)
        for method, called in _CALLED.items()
    ],
    *snap.CREDENTIALS,
)  # fmt: skip

SETTINGS: Final = (
    SettingField("imid", "Merchant id (iMid)", "10 characters; for every method without one of its own."),
    *[SettingField(f"imid_{method}", f"Merchant id, {called}", "Empty: the merchant id above.") for method, called in _CALLED.items()],
    SettingField("base_url", "Base address", "Empty: the sandbox or the live host, by the connection's mode.", form="url"),
    SettingField("methods", "Methods", "Those that NICEPAY activated, with spaces between.", "virtual_account card"),
    SettingField("banks", "Banks", "Those that NICEPAY activated for virtual accounts, with spaces between.", " ".join(BANKS)),
    SettingField("stores", "Stores", "Those that NICEPAY activated for convenience stores.", " ".join(STORES)),
    SettingField("wallets", "Wallets", "Those that NICEPAY activated for e-wallets.", " ".join(WALLETS)),
    SettingField("lenders", "Lenders", "Those that NICEPAY activated for pay later.", " ".join(LENDERS)),
    SettingField("hosted", "Methods on NICEPAY's page", "Of `ewallet` and `paylater`, those whose payers go by NICEPAY's checkout page and not straight to the partner."),
    SettingField("partial_refunds", "Partial refunds", "Methods that NICEPAY gives back in parts, with spaces between.", "card"),
    SettingField("card_status_table", "Card status table", "Which generation of NICEPAY's documents the card merchant id follows.", "current", choices=("current", "2020")),
    SettingField("qris_issuer", "QRIS issuer", "ShopeePay (QSHP) or Nobu (NOBU).", "QSHP", choices=("QSHP", "NOBU")),
    SettingField("qris_encoding", "QRIS request", "NICEPAY's page says form, its libraries send json.", "json", choices=("json", "form")),
    SettingField("shop_id", "Shop id", "For QRIS, and for refunds by SNAP.", "NICEPAY"),
    SettingField("seller_name", "Seller's name", "For lenders, who ask who sells.", "Toko"),
    SettingField("seller_email", "Seller's e-mail", "For Akulaku.", "toko@example.com"),
    SettingField("seller_url", "Seller's site", "For lenders.", "https://example.com", "url"),
    *[
        field
        for method, called in _CALLED.items()
        for field in (
            SettingField(f"least_{method}", f"Least amount, {called}", "Rupiah.", "1", "integer", most=999_999_999_999),
            SettingField(f"most_{method}", f"Greatest amount, {called}", "Rupiah; at most 12 digits.", _MOST.get(method, "999999999999"), "integer", most=999_999_999_999),
        )
    ],
    SettingField("longest_virtual_account", "Longest validity, virtual account", "Minutes that NICEPAY keeps a number open for you; what is asked for longer is refused.", "44640", "integer", most=44_640),
    SettingField("longest_convenience_store", "Longest validity, convenience store", "Minutes that NICEPAY keeps a code open for you.", "44640", "integer", most=44_640),
    SettingField("timeout_s", "Time limit", "Seconds that one call may take.", "15", "integer", most=60),
    SettingField("billing_name", "Payer's name, if none is known", "Letters.", "Pelanggan"),
    SettingField("billing_phone", "Payer's phone, if none is known", "Digits.", "0000000000"),
    SettingField("billing_email", "Payer's e-mail, if none is known or it is over 40 characters", "An address.", "pelanggan@example.com"),
    SettingField("billing_address", "Payer's address", "NICEPAY wants one of everybody; Gerbang asks nobody.", "Indonesia"),
    SettingField("billing_city", "Payer's city", "See the address.", "Jakarta"),
    SettingField("billing_state", "Payer's province", "See the address.", "DKI Jakarta"),
    SettingField("billing_postcode", "Payer's postcode", "Digits.", "10110"),
    SettingField("user_ip", "Payer's address on the internet, if none is known or it is IPv6", "Their field holds an IPv4 address.", "127.0.0.1"),
    SettingField("billing_country", "Payer's country", "At most 10 letters.", "Indonesia"),
    *snap.SETTINGS,
)  # fmt: skip

_DEFAULTS: Final = {one.name: one.default for one in SETTINGS}


@dataclass(frozen=True, slots=True)
class Merchant:
    """A merchant id and one of its keys."""

    imid: str
    key: bytes = field(repr=False)


def default(name: str) -> str:
    """What an absent or empty setting means."""
    return _DEFAULTS[name]


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


def longest_expiry_s(account: Account, method: Method) -> int:
    """Seconds for which an order of the method may be kept open; NICEPAY sets the end of those that are not paid to a number itself."""
    return 60 * number(account, f"longest_{method}") if method in PAID_TO_A_NUMBER else LONGEST_EXPIRY_S


def chosen(account: Account, name: str) -> frozenset[str]:
    """A setting that is a list of words."""
    return frozenset(setting(account, name).split())


def is_hosted(account: Account, method: Method) -> bool:
    """Whether the payer goes by NICEPAY's checkout page: where a card number or a cashtag is typed, and where the connection says so."""
    if method in {Method.CARD, Method.DIRECT_DEBIT}:
        return True
    return method in {Method.EWALLET, Method.PAYLATER} and method.value in chosen(account, "hosted")


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


def merchants(account: Account, pay_method: str = "") -> Iterator[Merchant]:
    """Every pair of merchant id and valid key that this connection holds, each once: any of them may have signed a notification. Those
    of the method that it names come first, since they are likely the last that are wanted.
    """
    seen = set()
    for method in sorted(PAY_METHODS, key=lambda one: PAY_METHODS[one] != pay_method):
        for pair in [(imid(account, method), key) for key in _keys(account, method)]:
            if pair[0] and pair not in seen:
                seen.add(pair)
                yield Merchant(*pair)
    for key in account.secrets.get("merchant_key", ()):
        pair = setting(account, "imid"), key
        if all(pair) and pair not in seen:
            yield Merchant(*pair)


def _keys(account: Account, method: Method) -> list[bytes]:
    own = [key for key in account.secrets.get(f"merchant_key_{method}", ()) if key]
    return own or [key for key in account.secrets.get("merchant_key", ()) if key]
