"""What people read when they sign in or register, in Indonesian and English. Codes and titles stay as they are."""

from typing import Final

LOCALES: Final = ("id", "en")
_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "credentials": (
        "Alamat email atau kata sandi salah.",
        "The email address or the password is wrong.",
    ),
    "throttled": (
        "Terlalu banyak percobaan masuk yang gagal. Coba lagi sebentar lagi.",
        "Too many failed attempts to sign in. Try again shortly.",
    ),
    "busy": (
        "Banyak orang sedang masuk. Coba lagi sebentar lagi.",
        "Many people are signing in right now. Try again shortly.",
    ),
    "password_short": (
        "Kata sandi minimal 15 karakter. Beberapa kata acak lebih mudah diingat.",
        "The password needs at least 15 characters. A few random words are easy to remember.",
    ),
    "password_long": (
        "Kata sandi maksimal 1024 karakter.",
        "The password may have at most 1024 characters.",
    ),
    "password_common": (
        "Kata sandi ini terlalu umum dan mudah ditebak. Pilih yang lain.",
        "This password is common and easily guessed. Choose another one.",
    ),
    "password_product": (
        "Kata sandi tidak boleh memuat nama produk ini.",
        "The password must not contain the name of this product.",
    ),
    "password_email": (
        "Kata sandi tidak boleh sama dengan alamat email.",
        "The password must not be the email address.",
    ),
    "email_taken": (
        "Alamat email ini sudah terdaftar.",
        "This email address is already registered.",
    ),
    "email_form": (
        "Tulis alamat email yang lengkap, misalnya nama@contoh.id.",
        "Write a whole email address, as name@example.com.",
    ),
    "name_form": (
        "Nama terdiri dari 1 sampai 200 karakter, tanpa karakter kendali.",
        "A name has 1 to 200 characters and no control characters.",
    ),
}


def text(key: str, locale: str) -> str:
    """The sentence in the locale; Indonesian unless the locale is `en`."""
    indonesian, english = _TEXTS[key]
    return english if locale == "en" else indonesian
