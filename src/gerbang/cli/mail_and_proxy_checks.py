"""What `gerbang doctor` finds of the settings about mail, proxies and host names, beyond whether each can be read: the mail host is asked."""

import asyncio
from datetime import UTC, datetime
from typing import Final

from gerbang.base.addresses import read_network
from gerbang.base.database_safety import Finding
from gerbang.base.errors import GerbangError
from gerbang.base.http import Http
from gerbang.settings import Settings

_PATIENCE_S: Final = 10.0
_LEAST_BITS: Final = {4: 8, 6: 16}  # what is wider is no network of proxies


async def mail(settings: Settings) -> list[Finding]:
    """Whether mail can be sent: by whom, to whom, and whether the host takes the log-in."""
    if settings.smtp_url is None:
        what = "GERBANG_SMTP_URL is not set: mail goes by a connection of the provider smtp, if there is one"
        return [Finding(what, good=True)]
    found = [await _host(settings)]
    if settings.mail_from.rstrip("> ").endswith("@localhost") and not settings.sandbox:
        cure = "set GERBANG_MAIL_FROM to an address of your own domain, as Toko Lumbung <halo@lumbung.example>"
        found.append(Finding("mail is sent from …@localhost, which no host takes", good=False, cure=cure))
    if not settings.operator_email:
        cure = "set GERBANG_OPERATOR_EMAIL to who looks after payments"
        found.append(Finding("nobody is written to about what needs a person's decision", good=False, cure=cure))
    return found


async def _host(settings: Settings) -> Finding:
    from gerbang.app import mail_account, mail_provider

    ask, http = mail_provider().probe, Http()
    assert ask is not None, "the provider of mail can be asked"
    cure = "correct GERBANG_SMTP_URL; is the port right (587 for smtp://, 465 for smtps://), and does a firewall let us out?"
    try:
        async with asyncio.timeout(_PATIENCE_S):
            (found,) = await ask(http, mail_account(settings), datetime.now(UTC))
    except TimeoutError:
        return Finding(f"the mail host does not answer within {_PATIENCE_S:.0f} s", good=False, cure=cure)
    except GerbangError as error:
        return Finding(f"mail: {error.detail.rstrip('.')}", good=False, cure=cure)
    finally:
        await http.close()
    return Finding(f"mail: {found.what}", good=found.good, cure=f"{found.cure} They stand in GERBANG_SMTP_URL.")


def in_front(settings: Settings) -> list[Finding]:
    """Whether too many are believed, and whether links lead where requests come."""
    found = []
    for one in settings.trusted_proxies:
        network = read_network(one)
        if network is not None and network.prefixlen < _LEAST_BITS[network.version]:
            what = f"GERBANG_TRUSTED_PROXIES holds {one}: whoever reaches us may say to be anybody, and limits count for nobody"
            found.append(
                Finding(what, good=False, cure="name the proxies' own addresses, as 10.0.0.5 or 172.16.0.0/12")
            )
    if settings.allowed_hosts and not settings.public_url:
        what = f"requests may come to {', '.join(settings.allowed_hosts)}, and links lead to {settings.base_url}"
        found.append(Finding(what, good=False, cure=f"set GERBANG_PUBLIC_URL, as https://{settings.allowed_hosts[0]}"))
    return found
