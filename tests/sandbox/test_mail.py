"""The SMTP listener: real mail in, kept before 250, read back through the control API, and its faults."""

from email.message import EmailMessage
from typing import Any

import aiosmtplib
import httpx
import pytest

from gerbang.sandbox.app import Sandbox, SandboxConfig, running


def letter(subject: str = "Pembayaran Anda masuk", to: str = "sari@example.com") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Toko Lumbung <toko@example.com>", to, subject
    message["Message-ID"] = "<ntf_1@example.com>"
    message.set_content("Terima kasih, Sari. Rp 150.000 ✓")
    message.add_alternative("<p>Terima kasih, <b>Sari</b></p>", subtype="html")
    return message


async def post(
    sandbox: Sandbox, message: EmailMessage, username: str | None = None, password: str | None = None
) -> None:
    await aiosmtplib.send(
        message,
        hostname="127.0.0.1",
        port=sandbox.smtp_port,
        timeout=3,
        start_tls=False,
        username=username,
        password=password,
    )


async def mails(http: httpx.AsyncClient, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await http.get("/control/mail", params=query)).json()["data"]
    return found


async def test_a_mail_is_kept_with_its_parts(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    await post(sandbox, letter())
    (mail,) = await mails(http)
    assert (mail["from"], mail["to"]) == ("toko@example.com", ["sari@example.com"])
    assert (mail["subject"], mail["message_id"]) == ("Pembayaran Anda masuk", "<ntf_1@example.com>")
    assert mail["text"].strip() == "Terima kasih, Sari. Rp 150.000 ✓"
    assert "<b>Sari</b>" in mail["html"]
    assert mail["headers"]["From"] == "Toko Lumbung <toko@example.com>"


async def test_newest_first_and_by_receiver(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    for number, to in enumerate(("sari@example.com", "budi@example.com", "sari@example.com")):
        await post(sandbox, letter(f"{number}", to))
    assert [mail["subject"] for mail in await mails(http)] == ["2", "1", "0"]
    assert [mail["subject"] for mail in await mails(http, to="Sari@Example.com")] == ["2", "0"]


async def test_a_user_name_and_password_are_taken(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    await post(sandbox, letter(), username="gerbang", password="secret")
    assert len(await mails(http)) == 1


@pytest.mark.parametrize(
    ("kind", "kept"),
    [("http_500", 0), ("reset_before", 0), ("http_500_after_effect", 1), ("reset_after_effect", 1)],
)
async def test_a_fault_between_the_end_of_the_message_and_250(
    sandbox: Sandbox, http: httpx.AsyncClient, kind: str, kept: int
) -> None:
    await http.put("/control/mail/faults", json={"kind": kind, "count": 1})
    with pytest.raises((aiosmtplib.SMTPException, OSError)) as failure:
        await post(sandbox, letter())
    if kind.startswith("http_500"):
        assert isinstance(failure.value, aiosmtplib.SMTPResponseException)
        assert failure.value.code == 451
    assert len(await mails(http)) == kept
    await post(sandbox, letter())
    assert len(await mails(http)) == kept + 1


async def test_mail_survives_a_restart(config: SandboxConfig) -> None:
    async with running(config) as sandbox:
        await post(sandbox, letter())
    async with running(config) as sandbox, httpx.AsyncClient(base_url=sandbox.url) as http:
        assert [mail["subject"] for mail in await mails(http)] == ["Pembayaran Anda masuk"]


async def test_the_other_channels_are_there_and_empty(http: httpx.AsyncClient) -> None:
    assert (await http.get("/control/sms")).json() == {"data": [], "next_cursor": None}
    assert (await http.get("/control/push")).json() == {"data": [], "next_cursor": None}
