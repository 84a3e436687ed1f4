"""The QR of a payment as a file that the payer keeps. How it is drawn is qr.py's matter."""

from typing import Any, Final
from urllib.parse import quote

from litestar import Request, Response, get
from litestar.params import FromPath

from gerbang.base.errors import NotFound
from gerbang.core.payments import amount_due
from gerbang.ports.next_action import DisplayQr
from gerbang.web.checkout import qr
from gerbang.web.checkout.access import payment_for

_PICTURES: Final = {"png": "image/png", "svg": "image/svg+xml"}


@get(["/{payment:str}/qr.png", "/{payment:str}/qr.svg"])
async def picture(request: Request[Any, Any, Any], payment: FromPath[str]) -> Response[bytes]:
    """The QR as a file to keep, while it can be paid."""
    details, _ = await payment_for(request, payment)
    attempt = amount_due.payable(details)
    action = attempt.next_action if attempt else None
    if not isinstance(action, DisplayQr):
        raise NotFound
    kind = request.url.path.rpartition(".")[2]
    name = f"qris-{details.payment.order_reference or payment}.{kind}"
    headers = {
        "cache-control": "no-store",
        "content-disposition": f"attachment; filename*=utf-8''{quote(name, safe='')}",
        "x-content-type-options": "nosniff",
    }
    return Response(qr.picture(action.content, kind), media_type=_PICTURES[kind], headers=headers)
