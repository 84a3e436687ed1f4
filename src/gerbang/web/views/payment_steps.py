"""How to pay in each way, in both languages: at every bank and till, with a QR, in a wallet's app. Menu names are the places' own words, in bold.

Banks, stores, wallets and lenders are the market's: any provider may bring them, and none names them for us. What only one provider has is called
as its terms say (`MethodOption.title`).

Banks rename their menus; the step that is in every list (check name and amount) is what protects the payer when they do.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from gerbang.base import formats
from gerbang.base.formats import Locale
from gerbang.core.payments.model import Payment
from gerbang.ports.next_action import DisplayCode, DisplayVirtualAccount, NextAction

BANK_TITLES: Final[Mapping[str, str]] = {
    "BCA": "BCA",
    "BRI": "BRI",
    "MANDIRI": "Mandiri",
    "BNI": "BNI",
    "PERMATA": "Permata",
    "CIMB": "CIMB Niaga",
    "DANAMON": "Danamon",
    "MAYBANK": "Maybank",
    "HANA": "Hana",
}
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
# Three digits name a bank when one transfers from another; BCA takes transfers to its virtual accounts from BCA alone.
_CODES: Final[Mapping[str, str]] = {
    "BRI": "002",
    "MANDIRI": "008",
    "BNI": "009",
    "DANAMON": "011",
    "PERMATA": "013",
    "MAYBANK": "016",
    "CIMB": "022",
    "HANA": "484",
}
# One code is good at every shop of the group.
_TILLS: Final[Mapping[str, tuple[str, ...]]] = {
    "ALFAMART": ("Alfamart", "Alfamidi", "Lawson", "Dan+Dan"),
    "INDOMARET": ("Indomaret",),
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
        "or": " atau ",
        "other.title": "Dari bank lain",
        "other.menu": "Di aplikasi atau ATM bank Anda, pilih **Transfer ke bank lain**, cara **Online**. BI-FAST sering tidak menerima virtual account.",
        "other.bank": "Bank tujuan **{bank}**, kode **{code}**. Nomor rekening: nomor tadi.",
        "other.done": "Masukkan PIN. Bank Anda bisa menambah biaya transfernya sendiri.",
        "other.none": "Virtual account {bank} hanya menerima transfer dari rekening {bank}. Punya bank lain? Ganti cara bayar di bawah.",
        "till.title": "Di kasir {place}",
        "till.go": "Datang ke kasir {places} sebelum waktunya habis.",
        "till.say": "Bilang mau membayar belanja online, lalu tunjukkan kode tadi.",
        "till.done": "Bayar, dan simpan struknya sampai pesanan Anda datang.",
        "lost.title": "Kasir tidak menemukan kodenya?",
        "lost.type": "Minta diketik ulang angka demi angka, tanpa spasi.",
        "lost.time": "Lihat sisa waktunya. Kalau habis, buat kode baru di halaman ini.",
        "lost.change": "Masih tidak bisa? Ganti cara bayar di bawah. Uang Anda tidak disentuh.",
        "same.title": "Sedang di HP yang sama?",
        "same.save": "Simpan gambar kodenya, atau bagikan langsung ke aplikasinya.",
        "same.open": "Buka aplikasi bank atau dompet, pilih **QRIS** atau **Bayar**.",
        "same.pick": "Ambil gambar itu dari galeri.",
        "scan.title": "Layarnya di perangkat lain?",
        "scan.open": "Buka aplikasi bank atau dompet di HP, pilih **QRIS** atau **Pindai**.",
        "scan.aim": "Arahkan kamera ke kode di layar ini.",
        "push.title": "Tidak ada yang muncul di HP?",
        "push.open": "Buka {app} di HP Anda, lalu lihat **Notifikasi**. Permintaannya untuk nomor yang terdaftar di {app}.",
        "push.net": "Pastikan HP tersambung ke internet.",
        "push.wait": "Sudah satu menit dan masih kosong? Ganti cara bayar di bawah; permintaan yang tadi kami tutup.",
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
        "or": " or ",
        "other.title": "From another bank",
        "other.menu": "In your bank's app or at its ATM, choose **Transfer to another bank**, by **Online**. BI-FAST often takes no virtual accounts.",
        "other.bank": "Bank **{bank}**, code **{code}**. Account number: the number above.",
        "other.done": "Enter your PIN. Your bank may add a transfer fee of its own.",
        "other.none": "A {bank} virtual account takes transfers from {bank} accounts alone. Another bank? Pay another way, below.",
        "till.title": "At the {place} counter",
        "till.go": "Go to the counter of {places} before the time is up.",
        "till.say": "Say that you want to pay for an online order, and show the code.",
        "till.done": "Pay, and keep the slip until your order has come.",
        "lost.title": "They cannot find the code?",
        "lost.type": "Ask them to type it again, digit by digit, without spaces.",
        "lost.time": "Look at the time left. If it is up, make a new code on this page.",
        "lost.change": "Still nothing? Pay another way, below. Your money was not touched.",
        "same.title": "Are you on that very phone?",
        "same.save": "Save the picture of the code, or share it with the app at once.",
        "same.open": "Open your bank's or wallet's app, choose **QRIS** or **Pay**.",
        "same.pick": "Take the picture from your gallery.",
        "scan.title": "Is this screen on another device?",
        "scan.open": "Open your bank's or wallet's app on the phone, choose **QRIS** or **Scan**.",
        "scan.aim": "Point the camera at the code on this screen.",
        "push.title": "Nothing on your phone?",
        "push.open": "Open {app} on your phone and look at **Notifications**. The request goes to the number that is registered at {app}.",
        "push.net": "Make sure that the phone is online.",
        "push.wait": "A minute has gone and still nothing? Pay another way, below; we close this request.",
    },
}


def how_to_pay(bank: str, locale: Locale, *, shop: str, amount: str) -> tuple[Channel, ...]:
    """The steps at `bank` (contract spelling, `BCA`): mobile, ATM, internet, another bank; empty for a bank that we do not know.

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
    other = Channel(say["other.title"], _from_another(bank, say, check))
    return Channel(place, app), Channel(atm_place, atm), Channel(web_place, web), other


def _from_another(bank: str, say: Mapping[str, str], check: str) -> tuple[str, ...]:
    title = BANK_TITLES[bank]
    if bank not in _CODES:
        return (say["other.none"].format(bank=title),)
    return say["other.menu"], say["other.bank"].format(bank=title, code=_CODES[bank]), check, say["other.done"]


def at_the_till(store: str, locale: Locale, *, shop: str, amount: str) -> tuple[Channel, ...]:
    """The steps at the counter of `store` (`ALFAMART`), and what helps when the code is not found; empty for one we do not know."""
    if store not in _TILLS:
        return ()
    say, places = _SAYS[locale], _TILLS[store]
    listed = ", ".join(places[:-1]) + say["or"] + places[-1] if len(places) > 1 else places[0]
    check = say["check"].format(shop=shop, amount=amount)
    till = (say["till.go"].format(places=listed), say["till.say"], check, say["till.done"])
    lost = (say["lost.type"], say["lost.time"], say["lost.change"])
    return Channel(say["till.title"].format(place=places[0]), till), Channel(say["lost.title"], lost)


def by_qr(locale: Locale, *, shop: str, amount: str) -> tuple[Channel, ...]:
    """With the phone that shows the code, and with another; `shop` is the name in the code."""
    say = _SAYS[locale]
    end = (say["check"].format(shop=shop, amount=amount), say["app.pin"])
    return (
        Channel(say["same.title"], (say["same.save"], say["same.open"], say["same.pick"], *end)),
        Channel(say["scan.title"], (say["scan.open"], say["scan.aim"], *end)),
    )


def when_nothing_comes(app: str, locale: Locale) -> tuple[Channel, ...]:
    """What to do when the wallet's app shows no request."""
    say = _SAYS[locale]
    return (Channel(say["push.title"], (say["push.open"].format(app=app), say["push.net"], say["push.wait"])),)


def steps_for(shop: str) -> Callable[[NextAction, Payment, str], Sequence[str]]:
    """How to pay, in the payer's language, with our shop's name."""

    def steps(action: NextAction, payment: Payment, locale: str) -> Sequence[str]:
        match action:
            case DisplayVirtualAccount(bank=place) | DisplayCode(store=place):
                language = formats.locale_of(locale)
                owed = formats.money(payment.amount - payment.amount_captured, payment.currency, language)
                return plain_steps(place, language, shop=shop, amount=owed)
            case _:
                return ()

    return steps


@lru_cache(maxsize=2_048)
def plain_steps(option: str, locale: Locale, *, shop: str, amount: str) -> tuple[str, ...]:
    """The first way at a bank or store as plain sentences, for `next_action.steps` of the outer contract."""
    known = how_to_pay(option, locale, shop=shop, amount=amount) or at_the_till(
        option, locale, shop=shop, amount=amount
    )
    return tuple(step.replace("**", "") for step in known[0].steps) if known else ()


def _menu(say: Mapping[str, str], menus: tuple[str, ...]) -> str:
    return say["menu"].format(path=say["then"].join(f"**{menu}**" for menu in menus))
