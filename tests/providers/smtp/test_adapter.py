"""Mail over a real SMTP conversation: what the receiver gets, and what each failure is called."""

import asyncio
import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Sequence
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gerbang.base.http import OutcomeUnknown, Unreachable
from gerbang.ports.messenger import Mail, Refused
from gerbang.ports.payment import Account
from gerbang.providers.smtp import PROVIDER
from gerbang.providers.smtp.adapter import SmtpMessenger
from tests.providers.smtp.listener import Trick, authenticator, listening

MESSAGE = Mail(
    to="sari@example.com",
    subject="Pembayaran Rp\u00a0150.000 sudah masuk – terima kasih ☕",
    text="Terima kasih, Sari.\n.\nBaris dengan titik di atas.\n",
    html="<p>Terima kasih, <b>Sari</b>.</p>",
    message_id="<ntf_01KC0000000000000000000000@toko.example>",
)


def account(number: int, secrets: dict[str, Sequence[bytes]] | None = None, **settings: str) -> Account:
    base = {"host": "127.0.0.1", "port": str(number), "tls": "none", "from": "Tokó Lumbung <bayar@toko.example>"}
    return Account("smtp-main", livemode=True, settings=base | settings, secrets=secrets or {})


async def test_the_receiver_gets_both_parts_the_fixed_id_and_a_mark_of_automatic_mail() -> None:
    async with listening() as server:
        await SmtpMessenger().send(account(server.port), MESSAGE)
    mail = server.received[0]
    assert mail["To"] == "sari@example.com"
    assert mail["From"].addresses[0].display_name == "Tokó Lumbung"
    assert server.senders == ["bayar@toko.example"]
    assert mail["Subject"] == MESSAGE.subject
    assert mail["Message-ID"] == MESSAGE.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert abs((parsedate_to_datetime(mail["Date"]) - dt.datetime.now(dt.UTC)).total_seconds()) < 60
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == MESSAGE.text
    assert "<b>Sari</b>" in html.get_content()
    assert server.raw[0].isascii(), "a server without 8BITMIME must be able to take it"
    assert max(len(line) for line in server.raw[0].splitlines()) < 998


@pytest.mark.parametrize(
    "broken",
    [
        replace(MESSAGE, subject="Lunas\r\nBcc: everyone@example.com"),
        replace(MESSAGE, to="sari@example.com\nBcc: x@example.com"),
        replace(MESSAGE, to="sari@example.com, all@example.com"),
        replace(MESSAGE, to="Sari <sari@example.com>"),
        replace(MESSAGE, to=""),
        replace(MESSAGE, to="sari"),
        replace(MESSAGE, to="sári@example.com"),
        replace(MESSAGE, message_id="<a@b>\r\nX-Evil: 1"),
    ],
)
async def test_nothing_can_be_smuggled_into_a_header_r47(broken: Mail) -> None:
    async with listening() as server:
        with pytest.raises(Refused):
            await SmtpMessenger().send(account(server.port), broken)
    assert server.received == []


async def test_no_server_is_unreachable() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    with pytest.raises(Unreachable):
        await SmtpMessenger().send(account(free), MESSAGE)


async def test_a_4xx_may_be_tried_again_and_then_goes_through() -> None:
    async with listening() as server:
        server.recipient_answers.append("450 4.2.0 greylisted")
        server.answers.append("451 4.3.0 not now")
        with pytest.raises(Unreachable, match=r"450 4\.2\.0"):
            await SmtpMessenger().send(account(server.port), MESSAGE)
        with pytest.raises(Unreachable, match=r"451 4\.3\.0"):
            await SmtpMessenger().send(account(server.port), MESSAGE)
        await SmtpMessenger().send(account(server.port), MESSAGE)


@pytest.mark.parametrize("where", ["recipient", "message"])
async def test_a_5xx_about_the_message_is_for_good_and_its_words_stay_out_of_our_error(where: str) -> None:
    async with listening() as server:
        answers = server.recipient_answers if where == "recipient" else server.answers
        answers.append("550 5.1.1 sari@example.com is unknown here")
        with pytest.raises(Refused) as caught:
            await SmtpMessenger().send(account(server.port), MESSAGE)
    assert str(caught.value) == "550 5.1.1"


async def test_a_connection_lost_before_the_message_was_not_sent() -> None:
    async with listening() as server:
        server.recipient_answers.append(Trick.HANG_UP_AT_RECIPIENT)
        with pytest.raises(Unreachable):
            await SmtpMessenger().send(account(server.port), MESSAGE)
    assert server.received == []


async def test_a_connection_lost_between_message_and_250_is_unknown() -> None:
    async with listening() as server:
        server.answers.append(Trick.HANG_UP_AFTER_MESSAGE)
        with pytest.raises(OutcomeUnknown):
            await SmtpMessenger().send(account(server.port), MESSAGE)
        assert len(server.received) == 1


async def test_a_server_that_falls_silent_is_not_waited_for_long() -> None:
    async with listening() as server:
        server.recipient_answers.append(Trick.FALL_SILENT)
        with pytest.raises(Unreachable):
            await SmtpMessenger(step_timeout_s=0.3).send(account(server.port), MESSAGE)
        server.answers.append(Trick.FALL_SILENT)
        with pytest.raises(OutcomeUnknown):
            await SmtpMessenger(step_timeout_s=0.3).send(account(server.port), MESSAGE)
        server.answers.append(Trick.FALL_SILENT)
        with pytest.raises(OutcomeUnknown):
            await SmtpMessenger(total_timeout_s=0.3).send(account(server.port), MESSAGE)


async def test_a_server_that_hangs_up_instead_of_greeting_is_unreachable() -> None:
    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(rude, "127.0.0.1", 0)
    async with server:
        with pytest.raises(Unreachable):
            await SmtpMessenger().send(account(server.sockets[0].getsockname()[1]), MESSAGE)


async def test_a_log_in_is_used_and_a_wrong_one_can_be_mended_by_an_operator() -> None:
    check = authenticator(b"toko", b"correct horse")
    async with listening(authenticator=check, auth_required=True, auth_require_tls=False) as server:
        await SmtpMessenger().send(
            account(server.port, {"user": [b"toko"], "password": [b"correct horse", b"older"]}), MESSAGE
        )
        wrong = account(server.port, {"user": [b"toko"], "password": [b"wrong"]})
        with pytest.raises(Unreachable):
            await SmtpMessenger(step_timeout_s=0.5).send(wrong, MESSAGE)
        with pytest.raises(Unreachable, match="asks for a log-in"):
            await SmtpMessenger().send(account(server.port), MESSAGE)
    assert len(server.received) == 1


async def test_a_password_never_leaves_without_tls() -> None:
    open_line = account(25, {"user": [b"toko"], "password": [b"secret"]}, host="mail.example.com")
    with pytest.raises(Unreachable, match="not sent without TLS"):
        await SmtpMessenger().send(open_line, MESSAGE)


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_tls_is_verified_against_the_trusted_bundle(tls: str, tmp_path: Path) -> None:
    context, bundle = certificate(tmp_path)
    options = {"tls": context} if tls == "tls" else {"tls_context": context, "require_starttls": True}
    async with listening(**options) as server:
        with pytest.raises(Unreachable):
            await SmtpMessenger().send(account(server.port, tls=tls), MESSAGE)
        await SmtpMessenger().send(account(server.port, tls=tls, ca_file=str(bundle)), MESSAGE)
    assert len(server.received) == 1


async def test_a_server_without_starttls_is_not_used_in_the_clear() -> None:
    async with listening() as server:
        with pytest.raises(Unreachable):
            await SmtpMessenger().send(account(server.port, tls="starttls"), MESSAGE)
    assert server.received == []


@pytest.mark.parametrize("settings", [{"port": "abc"}, {"port": "70000"}, {"tls": "maybe"}, {"from": ""}, {"host": ""}])
async def test_settings_that_cannot_work_are_named_and_nothing_is_sent(settings: dict[str, str]) -> None:
    with pytest.raises(Unreachable, match="mail connection"):
        await SmtpMessenger().send(account(25, None, **settings), MESSAGE)


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a fresh certificate for 127.0.0.1, and the file that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    bundle, key_file = folder / "trust.pem", folder / "key.pem"
    bundle.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(bundle, key_file)
    return context, bundle


def test_the_registry_entry_refuses_what_the_adapter_could_not_use() -> None:
    good = {"host": "mail.toko.example", "port": "587", "tls": "starttls", "from": "bayar@toko.example"}
    assert PROVIDER.problems(good, ["user", "password"]) == []
    assert {error.pointer for error in PROVIDER.problems({"tls": "maybe", "port": "x"}, ["token"])} == {
        "/settings/host",
        "/settings/from",
        "/settings/tls",
        "/settings/port",
        "/secrets/token",
    }


@pytest.mark.parametrize(
    "sender", ["a@b", "<a@b>", "Toko <a@b>", "bayar@toko..example", "Toko Lumbung", "a@b.example, c@d.example"]
)
def test_a_sender_that_nobody_can_answer_is_refused(sender: str) -> None:
    given = {"host": "mail.toko.example", "from": sender}
    assert [error.pointer for error in PROVIDER.problems(given, [])] == ["/settings/from"]


@pytest.mark.parametrize(
    "host", ["http://mail.example", "mail .example", "mail.example:587", "mail.example/", "-", "user@mail.example"]
)
def test_a_server_is_a_name_alone(host: str) -> None:
    given = {"host": host, "from": "Toko Lumbung <bayar@toko.example>"}
    assert [error.pointer for error in PROVIDER.problems(given, [])] == ["/settings/host"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "mail", "smtp-relay.toko.example"])
def test_names_and_addresses_of_servers_are_taken(host: str) -> None:
    assert PROVIDER.problems({"host": host, "from": "bayar@toko.example"}, []) == []
