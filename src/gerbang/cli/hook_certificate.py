"""What `gerbang doctor` finds of the certificate that stands before our hooks, where a provider pushes only to hosts that a public authority has validated for an organisation.

How a certificate was validated stands in its policies (CA/Browser Forum, Baseline Requirements 7.1.6.1, and EV Guidelines 9.3): OV and EV name an organisation, DV a domain alone.
"""

import asyncio
import ssl
from collections.abc import Sequence
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID

from gerbang.base.database_safety import Finding
from gerbang.base.http_connections import tls_context
from gerbang.core.connections.model import Connection
from gerbang.ports.provider import Provider
from gerbang.settings import Settings

_PATIENCE_S: Final = 5.0
_PAGE: Final = "docs/how-to/lazada.md"


class Validation(StrEnum):
    """For whom an authority has validated a certificate."""

    DOMAIN = "DV"
    INDIVIDUAL = "IV"
    ORGANISATION = "OV"
    EXTENDED = "EV"


_POLICIES: Final = {
    "2.23.140.1.1": Validation.EXTENDED,
    "2.23.140.1.2.1": Validation.DOMAIN,
    "2.23.140.1.2.2": Validation.ORGANISATION,
    "2.23.140.1.2.3": Validation.INDIVIDUAL,
}
_ENOUGH: Final = frozenset({Validation.ORGANISATION, Validation.EXTENDED})


async def look(
    settings: Settings, known: Sequence[tuple[Connection, Provider]], authorities: str | None = None
) -> list[Finding]:
    """A line for each enabled app whose provider asks for such a certificate; none of a test app where we are reached from this machine alone, as a simulator does.

    `authorities` are those that are trusted beside the public ones.
    """
    place = urlsplit(settings.base_url)
    is_local = place.hostname in ("127.0.0.1", "::1") or settings.sandbox
    apps = [
        (connection, provider)
        for connection, provider in known
        if provider.asks_for_validated_hook and connection.enabled and connection.parent is None
        if connection.livemode or not is_local
    ]
    if not apps:
        return []
    if place.scheme != "https" or place.hostname is None:
        what, cure = (
            "the hook is not reached by https",
            "set GERBANG_PUBLIC_URL to an https address with such a certificate",
        )
        return [_poll_only(*one, what, cure, settings) for one in apps]
    try:
        certificate = await _certificate(place.hostname, place.port or 443, authorities)
    except ssl.SSLCertVerificationError as error:
        what = f"the certificate of {place.hostname} is not trusted ({error.verify_message})"
        return [_poll_only(*one, what, _cure(place.hostname), settings) for one in apps]
    except (OSError, TimeoutError):
        what = f"the certificate of {place.hostname} could not be looked at"
        cure = f"ask again from where the host answers: openssl s_client -connect {place.hostname}:{place.port or 443}"
        return [Finding(f"connection {one.id}: {what}", None, cure) for one, _ in apps]
    validation, organisation = validation_of(certificate), organisation_of(certificate)
    if validation in _ENOUGH:
        named = f" for {organisation}" if organisation else ""
        what = f"the certificate of {place.hostname} is {validation}{named}: the marketplace pushes to it"
        return [Finding(f"connection {one.id}: {what}", good=True) for one, _ in apps]
    what = f"the certificate of {place.hostname} is {validation}"
    return [_poll_only(*one, what, _cure(place.hostname), settings) for one in apps]


def validation_of(certificate: x509.Certificate) -> Validation:
    """How it was validated: by its policies, and where they do not say so, by whether an organisation stands in it."""
    try:
        policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        policies = x509.CertificatePolicies([])
    told = {_POLICIES[oid] for one in policies if (oid := one.policy_identifier.dotted_string) in _POLICIES}
    best = (Validation.EXTENDED, Validation.ORGANISATION, Validation.INDIVIDUAL, Validation.DOMAIN)
    for one in best:
        if one in told:
            return one
    return Validation.ORGANISATION if organisation_of(certificate) else Validation.DOMAIN


def organisation_of(certificate: x509.Certificate) -> str:
    """The organisation in its subject; empty where there is none."""
    named = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(named[0].value).strip() if named else ""


async def _certificate(host: str, port: int, authorities: str | None) -> x509.Certificate:
    """What the host shows who asks for it by this name. Raises OSError, of it SSLCertVerificationError, and TimeoutError."""
    async with asyncio.timeout(_PATIENCE_S):
        _, writer = await asyncio.open_connection(host, port, ssl=tls_context(authorities), server_hostname=host)
    try:
        told = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        return x509.load_der_x509_certificate(told)
    finally:
        writer.close()


def _poll_only(one: Connection, provider: Provider, what: str, cure: str, settings: Settings) -> Finding:
    """Of a live app it is to be mended."""
    late = f"poll only: what changes is here up to {settings.order_poll_s:.0f} s later"
    said = f"connection {one.id}: {what}, and {provider.title} pushes to OV and EV alone; {late}"
    return Finding(said, False if one.livemode else None, cure)


def _cure(host: str) -> str:
    return f"get an OV or EV certificate for {host} from a public authority, then have the push address verified again; see {_PAGE}"
