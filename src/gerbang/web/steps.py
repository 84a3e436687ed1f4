"""How to pay a virtual account at each bank: mobile, ATM, internet banking, in both languages. Menu names are the banks' own words, in bold.

Banks rename their menus; the note at the end of every list (check name and amount) is what protects the payer when they do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from gerbang.base.formats import Locale

BANK_TITLES: Final[Mapping[str, str]] = {
    "BCA": "BCA", "BRI": "BRI", "MANDIRI": "Mandiri", "BNI": "BNI", "PERMATA": "Permata", "CIMB": "CIMB Niaga",
    "DANAMON": "Danamon", "MAYBANK": "Maybank", "HANA": "Hana",
}  # fmt: skip
STORE_TITLES: Final[Mapping[str, str]] = {"ALFAMART": "Alfamart", "INDOMARET": "Indomaret"}
WALLET_TITLES: Final[Mapping[str, str]] = {"OVO": "OVO", "DANA": "DANA", "LINKAJA": "LinkAja", "SHOPEEPAY": "ShopeePay"}
LENDER_TITLES: Final[Mapping[str, str]] = {"KREDIVO": "Kredivo", "AKULAKU": "Akulaku", "INDODANA": "Indodana"}
OPTION_TITLES: Final[Mapping[str, str]] = {
    **BANK_TITLES,
    **STORE_TITLES,
    **WALLET_TITLES,
    **LENDER_TITLES,
    "JENIUS": "Jenius",
}


@dataclass(frozen=True, slots=True)
class Channel:
    """One place to pay at: its name, and the steps there; `**bold**` marks what stands on the screen."""

    title: str
    steps: tuple[str, ...]


# For each bank: the name of the place, and the menus to press there, one after the other.
_APP: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "BCA": ("BCA mobile", ("m-BCA", "m-Transfer", "BCA Virtual Account")),
    "BRI": ("BRImo", ("Pembayaran", "BRIVA", "Pembayaran Baru")),
    "MANDIRI": ("Livin' by Mandiri", ("Bayar", "Buat pembayaran baru", "Multi Payment")),
    "BNI": ("BNI Mobile Banking", ("Transfer", "Virtual Account Billing", "Input Baru")),
    "PERMATA": ("PermataMobile X", ("Bayar Tagihan", "Virtual Account")),
    "CIMB": ("OCTO Mobile", ("Transfer Dana", "Transfer ke CIMB Niaga Lain", "CIMB Virtual Account")),
    "DANAMON": ("D-Bank PRO", ("Pembayaran", "Virtual Account")),
    "MAYBANK": ("M2U ID", ("Transfer", "Virtual Account")),
    "HANA": ("MyHana", ("Transfer", "Virtual Account")),
}
_ATM: Final[Mapping[str, tuple[str, tuple[str, ...], str]]] = {
    "BCA": ("ATM BCA", ("Transaksi lainnya", "Transfer", "Ke rek BCA Virtual Account"), "Benar"),
    "BRI": ("ATM BRI", ("Transaksi Lain", "Pembayaran", "Lainnya", "BRIVA"), "Benar"),
    "MANDIRI": ("ATM Mandiri", ("Bayar/Beli", "Lainnya", "Multi Payment"), "Benar"),
    "BNI": ("ATM BNI", ("Menu Lain", "Transfer", "Virtual Account Billing"), "Ya"),
    "PERMATA": ("ATM Permata", ("Transaksi Lainnya", "Pembayaran", "Pembayaran Lain", "Virtual Account"), "Benar"),
    "CIMB": ("ATM CIMB Niaga", ("Pembayaran", "Lanjut", "Virtual Account"), "Proses"),
    "DANAMON": ("ATM Danamon", ("Pembayaran", "Lainnya", "Virtual Account"), "Benar"),
    "MAYBANK": ("ATM Maybank", ("Pembayaran/Top Up Pulsa", "Virtual Account"), "Benar"),
    "HANA": ("ATM Hana", ("Pembayaran", "Lainnya", "Virtual Account"), "Benar"),
}
_WEB: Final[Mapping[str, tuple[str, tuple[str, ...], str]]] = {
    "BCA": ("KlikBCA", ("Transfer Dana", "Transfer ke BCA Virtual Account"), "KeyBCA"),
    "BRI": ("Internet Banking BRI", ("Pembayaran", "BRIVA"), "mToken"),
    "MANDIRI": ("Mandiri Internet Banking", ("Pembayaran", "Multi Payment"), "Token"),
    "BNI": ("BNI Internet Banking", ("Transfer", "Virtual Account Billing"), "BNI e-Secure"),
    "PERMATA": ("PermataNet", ("Pembayaran Tagihan", "Virtual Account"), "Token"),
    "CIMB": ("OCTO Clicks", ("Bayar Tagihan", "Virtual Account"), "mPIN"),
    "DANAMON": ("D-Bank Online", ("Pembayaran", "Virtual Account"), "mToken"),
    "MAYBANK": ("Maybank2u", ("Transfer", "Virtual Account"), "TAC"),
    "HANA": ("Hana Internet Banking", ("Transfer", "Virtual Account"), "OTP"),
}
_SAYS: Final[Mapping[Locale, Mapping[str, str]]] = {
    "id": {
        "app.open": "Buka {place} dan masuk.",
        "menu": "Pilih {path}.",
        "then": ", lalu ",
        "app.paste": "Tempel nomor tadi, lalu lanjutkan.",
        "check": "Cocokkan: nama **{shop}**, jumlah **{amount}**. Kalau berbeda, jangan lanjutkan.",
        "app.pin": "Masukkan PIN. Selesai.",
        "atm.card": "Masukkan kartu dan PIN.",
        "atm.type": "Ketik nomor tadi, tekan **{yes}**.",
        "atm.done": "Tekan **{yes}** sekali lagi. Simpan struknya.",
        "web.open": "Masuk ke {place} di komputer.",
        "web.type": "Masukkan nomor tadi, lalu lanjutkan.",
        "web.code": "Masukkan kode **{code}**. Selesai.",
    },
    "en": {
        "app.open": "Open {place} and log in.",
        "menu": "Choose {path}.",
        "then": ", then ",
        "app.paste": "Paste the number, then continue.",
        "check": "Check: name **{shop}**, amount **{amount}**. If they differ, stop.",
        "app.pin": "Enter your PIN. Done.",
        "atm.card": "Insert your card and enter the PIN.",
        "atm.type": "Type the number, press **{yes}**.",
        "atm.done": "Press **{yes}** once more. Keep the slip.",
        "web.open": "Log in to {place} on a computer.",
        "web.type": "Enter the number, then continue.",
        "web.code": "Enter the **{code}** code. Done.",
    },
}


def how_to_pay(bank: str, locale: Locale, *, shop: str, amount: str) -> tuple[Channel, ...]:
    """The steps at `bank` (contract spelling, `BCA`): mobile, ATM, internet; empty for a bank that we do not know.

    `amount` is already formatted; `shop` is the name that the payer will see at the bank.
    """
    if bank not in _APP:
        return ()
    say = _SAYS[locale]
    check = say["check"].format(shop=shop, amount=amount)
    place, menus = _APP[bank]
    app = (say["app.open"].format(place=place), _menu(say, menus), say["app.paste"], check, say["app.pin"])
    atm_place, atm_menus, yes = _ATM[bank]
    atm = (
        say["atm.card"],
        _menu(say, atm_menus),
        say["atm.type"].format(yes=yes),
        check,
        say["atm.done"].format(yes=yes),
    )
    web_place, web_menus, code = _WEB[bank]
    web = (
        say["web.open"].format(place=web_place),
        _menu(say, web_menus),
        say["web.type"],
        check,
        say["web.code"].format(code=code),
    )
    return Channel(place, app), Channel(atm_place, atm), Channel(web_place, web)


@lru_cache(maxsize=2_048)
def plain_steps(bank: str, locale: Locale, *, shop: str, amount: str) -> tuple[str, ...]:
    """The mobile steps as plain sentences, for `next_action.steps` of the outer contract."""
    channels = how_to_pay(bank, locale, shop=shop, amount=amount)
    return tuple(step.replace("**", "") for step in channels[0].steps) if channels else ()


def _menu(say: Mapping[str, str], menus: tuple[str, ...]) -> str:
    return say["menu"].format(path=say["then"].join(f"**{menu}**" for menu in menus))
