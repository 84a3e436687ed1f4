"""Whether a form or a script that uses a cookie of ours is a page of ours. What a Host may be is hosts.py's matter."""

from gerbang.base.addresses import vouches
from gerbang.web.gateway.request_context import RequestContext
from gerbang.web.problems import CrossSite


def check_same_origin(context: RequestContext) -> None:
    """A form or script of another site must not use the session cookie; browsers send Origin, or say by Sec-Fetch-Site whose page it was."""
    origin, site, mode = (
        context.headers.get(name, b"").decode("latin-1") for name in (b"origin", b"sec-fetch-site", b"sec-fetch-mode")
    )
    if vouches(origin, site, mode) or context.hosts.is_ours(origin, context.host, context.forwarded_host):
        return
    hint = "Behind a proxy, GERBANG_PUBLIC_URL must be the very address that visitors see." if origin else None
    if origin == "null":
        hint = "A proxy that sets Referrer-Policy: no-referrer hides where our own forms come from; let it set same-origin, or nothing."
    raise CrossSite(
        "Requests that change something must come from our own pages, or carry an Authorization header.", hint=hint
    )
