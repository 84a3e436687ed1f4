"""What `gerbang doctor` finds out by asking the public address as a visitor would: does it lead here, and is what the proxy says believed?"""

from gerbang.base.database_safety import Finding
from gerbang.base.errors import GerbangError
from gerbang.base.http import Answer, Http, NoSuchHost, NotTrusted
from gerbang.web.gateway.hosts import FORWARDING_HEADER, INSTANCE_HEADER

_TIMEOUT_S = 5.0
_PAGE = "docs/how-to/behind-a-proxy.md"
_LEAKS = "browsers tell other sites the whole address of a page, with what opens it"
_HARM = {
    "no-referrer": "browsers hide that our forms are our own, and older ones cannot send any",
    "unsafe-url": _LEAKS,
    "no-referrer-when-downgrade": _LEAKS,
}


async def look(public_url: str, installation: str) -> list[Finding]:
    """Ask `/healthz` and a page of the public address; `installation` is what this very database calls itself."""
    http = Http()
    try:
        answer = await _asked(http, f"{public_url}/healthz")
        if isinstance(answer, Finding):
            return [answer]
        wrong = _where_it_leads(public_url, answer, installation)
        if wrong is not None:
            return [wrong]
        page = await _asked(http, f"{public_url}/login")
    finally:
        await http.close()
    found = [Finding(f"{public_url} leads to this Gerbang", good=True), _forwarding(public_url, answer)]
    if isinstance(page, Finding) or b"host_unknown" in page.body:
        cure = f"let the proxy pass the visitor's Host on, or name what it sends in GERBANG_ALLOWED_HOSTS; see {_PAGE}"
        found.append(
            Finding(
                f"pages at {public_url} are refused: the proxy sends a Host that is not ours", good=False, cure=cure
            )
        )
    else:
        found += _referrers(page)
    return found


def _referrers(page: Answer) -> list[Finding]:
    """Whether something in front sets a Referrer-Policy that does harm: of two, browsers obey the last."""
    policy = page.headers.get("referrer-policy", "").rpartition(",")[2].strip().lower()
    harm = _HARM.get(policy)
    if harm is None:
        return []
    cure = f"set same-origin there, or leave it to Gerbang; see {_PAGE}"
    return [Finding(f"the proxy sets Referrer-Policy: {policy}, so {harm}", good=False, cure=cure)]


async def _asked(http: Http, url: str) -> Answer | Finding:
    try:
        return await http.send("GET", url, timeout_s=_TIMEOUT_S)
    except GerbangError as error:
        if isinstance(error, NotTrusted):
            return Finding(
                f"{url}: its certificate is not trusted",
                good=False,
                cure="give the proxy a certificate for this very name",
            )
        if isinstance(error, NoSuchHost):
            return Finding(
                f"{url}: there is no such name",
                good=False,
                cure="make a DNS record for it, or correct GERBANG_PUBLIC_URL",
            )
        return Finding(
            f"{url} does not answer ({error.detail.rstrip('.')})",
            good=False,
            cure=f"start what stands in front; see {_PAGE}",
        )


def _where_it_leads(public_url: str, answer: Answer, installation: str) -> Finding | None:
    """What is wrong with the answer, if anything."""
    if 300 <= answer.status < 400:
        what = f"{public_url} redirects to {answer.headers.get('location', 'elsewhere')}"
        return Finding(
            what, good=False, cure="set GERBANG_PUBLIC_URL to where it leads: links and webhooks are not redirected"
        )
    if answer.status != 200 or INSTANCE_HEADER not in answer.headers:
        cure = f"let the proxy pass / of this name to GERBANG_HOST:GERBANG_PORT, unchanged; see {_PAGE}"
        return Finding(f"at {public_url} something else answers (/healthz: {answer.status})", good=False, cure=cure)
    if answer.headers[INSTANCE_HEADER] not in (installation, ""):
        return Finding(
            f"at {public_url} another Gerbang answers",
            good=False,
            cure="correct GERBANG_PUBLIC_URL, or the proxy's target",
        )
    return None


def _forwarding(public_url: str, answer: Answer) -> Finding:
    match answer.headers.get(FORWARDING_HEADER, "none"):
        case "ignored":
            cure = "name the proxy's address, as Gerbang sees it, in GERBANG_TRUSTED_PROXIES"
            return Finding(
                "what the proxy says about visitors is not believed: all share one address, and its limits",
                good=False,
                cure=cure,
            )
        case "none" if public_url.startswith("https://"):
            cure = f"let it send X-Forwarded-For and X-Forwarded-Proto; see {_PAGE}"
            return Finding(
                "the proxy does not say who the visitors are: all share one address, and its limits",
                good=False,
                cure=cure,
            )
        case _:
            return Finding("visitors are known by their own addresses", good=True)
