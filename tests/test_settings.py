"""Settings: read from variables, files and `.env`, refused with names, and shown without what is secret."""

import os
from pathlib import Path

import pytest

from gerbang import settings
from gerbang.settings import Settings, SettingsInvalid

CANARY = "canary-9f3a"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `.env` and no variable of the machine may colour these tests."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GERBANG_")]:
        monkeypatch.delenv(name)


def test_defaults_are_safe() -> None:
    known = settings.load()
    assert (known.host, known.port, known.sandbox, known.customer_amounts) == ("127.0.0.1", 8080, False, "deny")
    assert known.base_url == "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("", ""),
        ("halo@lumbung.example", "mailto:halo@lumbung.example"),
        ("0812 3456 7890", "tel:+6281234567890"),
        ("https://lumbung.example/bantuan?from=pay@page", "https://lumbung.example/bantuan?from=pay@page"),
    ],
)
def test_the_shop_is_reached_by_mail_phone_or_page(contact: str, link: str) -> None:
    assert settings.load(shop_contact=contact).contact_link == link


@pytest.mark.parametrize(
    "contact", ["javascript:alert(1)", "http://lumbung.example", "0812 3456", 'a@b"><b', "a@b?bcc=c@d", "two words@x"]
)
def test_a_contact_that_would_open_something_else_is_refused(contact: str) -> None:
    with pytest.raises(SettingsInvalid, match="GERBANG_SHOP_CONTACT"):
        settings.load(shop_contact=contact)


def test_every_setting_has_a_sentence() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name


def test_a_variable_beats_the_env_file_and_an_argument_beats_both(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("GERBANG_PORT=9001\nGERBANG_SHOP_NAME=Warung\nOTHER=1\n")
    assert settings.load().port == 9001
    monkeypatch.setenv("GERBANG_PORT", "9002")
    assert settings.load().port == 9002
    assert settings.load(port=9003).port == 9003
    assert settings.load().shop_name == "Warung"


def test_a_secret_may_stand_in_a_file_and_not_in_both_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dsn").write_text("postgresql://a:b@db/gerbang\n")
    monkeypatch.setenv("GERBANG_DATABASE_URL_FILE", str(tmp_path / "dsn"))
    assert settings.load().database_dsn() == "postgresql://a:b@db/gerbang"
    monkeypatch.setenv("GERBANG_DATABASE_URL", "postgresql://c:d@db/gerbang")
    with pytest.raises(SettingsInvalid, match="both set"):
        settings.load()


def test_a_secret_file_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GERBANG_SMTP_URL_FILE", "/nowhere/at/all")
    with pytest.raises(SettingsInvalid, match="GERBANG_SMTP_URL_FILE cannot be read"):
        settings.load()


def test_the_root_key_file_is_a_path_and_is_not_read_as_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GERBANG_ROOT_KEY_FILE", "/etc/gerbang/root.key")
    assert settings.load().root_key_path == Path("/etc/gerbang/root.key")


def test_every_wrong_variable_is_named_at_once_and_no_value_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GERBANG_PORT", CANARY)
    monkeypatch.setenv("GERBANG_DATABASE_URL", CANARY)
    with pytest.raises(SettingsInvalid) as raised:
        settings.load()
    assert {error.pointer for error in raised.value.errors} == {"GERBANG_PORT", "GERBANG_DATABASE_URL"}
    assert CANARY not in str(raised.value)


def test_a_missing_database_is_said_with_the_variable() -> None:
    with pytest.raises(SettingsInvalid, match="GERBANG_DATABASE_URL is not set"):
        settings.load().database_dsn()


def test_nothing_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """R49: a password planted in every secret setting appears neither in the listing nor in repr."""
    monkeypatch.setenv("GERBANG_DATABASE_URL", f"postgresql://app:{CANARY}@db/gerbang")
    monkeypatch.setenv("GERBANG_SMTP_URL", f"smtp://post:{CANARY}@mail:587")
    monkeypatch.setenv(
        "GERBANG_DATABASE_OWNER_URL", f"postgresql://{CANARY}:{CANARY}@db/gerbang".replace(CANARY, "owner", 1)
    )
    known = settings.load()
    shown = {one.variable: one.value for one in settings.described(known)}
    assert CANARY not in str(shown) + repr(known) + known.model_dump_json()
    assert shown["GERBANG_DATABASE_URL"] == "postgresql://app:…@db/gerbang"


def test_a_variable_that_means_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GERBANG_PROT", "8081")
    assert settings.unknown_variables() == ["GERBANG_PROT"]


def test_a_child_gets_what_a_program_needs_and_no_key_of_anything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "PGPASSWORD", "GERBANG_SMTP_URL_FILE", "GERBANG_SMTP_URL"):
        monkeypatch.setenv(name, CANARY)
    child = settings.child_environment({"port": 9010})
    assert CANARY not in child.values()
    assert child["PATH"] == os.environ["PATH"]
    assert [name for name in child if name.startswith("GERBANG_")] == ["GERBANG_PORT"]


def test_what_a_child_gets_reads_back_as_the_same_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"sandbox": True, "port": 9010, "trusted_proxies": ("10.0.0.0/8", "192.0.2.1"), "log_json": False}
    for name, value in settings.child_environment(given).items():
        monkeypatch.setenv(name, value)
    known = settings.load()
    assert {name: getattr(known, name) for name in given} == given


@pytest.mark.parametrize("wrong", ["gerbang.example", "ftp://gerbang.example", "https://gerbang.example?x=1"])
def test_a_public_url_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(SettingsInvalid, match="GERBANG_PUBLIC_URL"):
        settings.load(public_url=wrong)


SAYS = {
    "port": ("http", "must be a whole number from 1 to 65535"),
    "database_wait_s": ("soon", "must be a number from 0.2 to 30, in seconds"),
    "provider_wait_s": ("0", "must be a number above 0 up to 30, in seconds"),
    "statement_timeout_ms": ("1.5", "must be a whole number of 100 or more, in milliseconds"),
    "sandbox": ("maybe", "must be true or false"),
    "business_country": ("Indonesia", "must be the two capital letters of a country, as ID or SG"),
    "crypto_reason": ("because", "must be a reason of 20 to 500 characters, or empty"),
    "refund_approval_above": (
        "7654321",
        "must be currencies with whole minor units, as IDR=1000000 USD=50000, or empty",
    ),
    "log_level": ("loud", "must be one of: debug, info, warning, error"),
    "shop_name": ("x" * 99, "is too long: at most 80 characters"),
    "trusted_proxies": ("nginx", "must be addresses or networks, by commas"),
    "allowed_private_targets": ("localhost:3000", "must be addresses or networks, by commas, as 127.0.0.1:3000"),
    "smtp_url": ("mail.example:25", "must be like smtp://user:password@mail.example:587"),
    "mail_from": ("Warung Kita", "must be an e-mail address, with a name before it if you like"),
    "operator_email": ("kirana", "must be one e-mail address, as ratih@shop.example, or empty"),
    "quiet_hours": ("21-7", "must be two different times of day, as 21:00-07:00, or none"),
    "time_zone": ("Bandung/Kota", "must be a time zone of the IANA list, as Asia/Jakarta"),
    "database_url": ("postgresql://app:se/cret@db/gerbang", "cannot be read: write @ : / ? # % in its password as %40"),
    "database_owner_url": ("postgresql://app:s@db:54x/gerbang", "has a port that is no number from 1 to 65535"),
}


@pytest.mark.parametrize("name", SAYS)
def test_what_is_wrong_with_a_setting_is_a_plain_sentence(name: str) -> None:
    value, said = SAYS[name]
    with pytest.raises(SettingsInvalid) as refused:
        settings.load(**{name: value})
    (error,) = refused.value.errors
    assert (error.pointer, error.detail[: len(said)]) == (f"GERBANG_{name.upper()}", said)
    assert value not in refused.value.detail or len(value) < 3


def test_no_setting_is_refused_in_the_words_of_the_machine() -> None:
    """Whatever the kind of a setting: text of several lines is none of them, and an empty list neither."""
    for name in Settings.model_fields:
        for value in (object(), "\n", "x" * 5_000):
            try:
                settings.load(**{name: value})
            except SettingsInvalid as refused:
                words = refused.detail
                assert not any(
                    word in words
                    for word in ("regex", "pattern", "Input should", "String should", "^", "type=", "object at")
                ), words


@pytest.mark.parametrize("sslmode", ["requires", "on", "verify_full"])
def test_an_sslmode_that_does_not_exist_is_told_with_those_that_do(sslmode: str) -> None:
    with pytest.raises(SettingsInvalid, match="verify-full"):
        settings.load(database_url=f"postgresql://app:x@db/gerbang?sslmode={sslmode}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("allowed_hosts", one)
            for one in ("http://x/", "x/", "pay.example,https://y", "*.toko.example", "a b", "300.1.1.1")
        ),
        *(("host", one) for one in ("999.1.1.1", "1.2.3", "http://x", "[::1]", "127.0.0.1:8080", "a b", ":::", "-")),
        *(("shop_name", one) for one in (" ", "\u00a0\t", "\u200b")),
    ],
)
def test_what_is_no_host_and_no_name_is_refused_by_its_variable(name: str, value: str) -> None:
    with pytest.raises(SettingsInvalid, match=f"GERBANG_{name.upper()} must") as raised:
        settings.load(**{name: value})
    assert [error.pointer for error in raised.value.errors] == [f"GERBANG_{name.upper()}"]


def test_hosts_and_names_are_taken_as_people_write_them() -> None:
    known = settings.load(allowed_hosts="Pay.Example., münchen.example:8443,10.0.0.5,::1", shop_name=" Lumbung ")
    assert known.allowed_hosts == ("pay.example", "xn--mnchen-3ya.example", "10.0.0.5", "[::1]")
    assert known.shop_name == "Lumbung"
    for host in ("0.0.0.0", "::", "::1", "localhost", "kasir-1.local", "fe80::1%eth0"):
        assert settings.load(host=host).host == host
