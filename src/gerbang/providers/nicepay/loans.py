"""What lenders ask beside everybody else: what is sold, by whom, and where it goes. Gerbang knows the payer only, so it goes to the payer. Pure."""

from typing import Any, Final

import msgspec

from gerbang.ports.payment import Account
from gerbang.providers.nicepay import wire
from gerbang.providers.nicepay.account import setting

_AKULAKU: Final = "AKLP"


def particulars(account: Account, plain: wire.Registration) -> dict[str, Any]:
    """The fields of a registration that pay-later adds; the payer picks a plan on the lender's page, and pays its interest."""
    return {
        "instmnt_type": "1",
        "instmnt_mon": "1",
        "cart_data": _basket(account, plain),
        "sellers": _sellers(account, plain) if plain.mitra_cd == _AKULAKU else "",
        "delivery_nm": plain.billing_nm,
        "delivery_phone": plain.billing_phone,
        "delivery_addr": plain.billing_addr,
        "delivery_city": plain.billing_city,
        "delivery_state": plain.billing_state,
        "delivery_post_cd": plain.billing_post_cd,
        "delivery_country": plain.billing_country,
    }


def _basket(account: Account, plain: wire.Registration) -> str:
    item = wire.LoanItem(
        goods_id=plain.reference_no,
        goods_name=plain.goods_nm,
        goods_detail=plain.goods_nm,
        goods_amt=plain.amt,
        goods_type="others",
        goods_url=setting(account, "seller_url"),
        goods_sellers_id=plain.i_mid,
        goods_sellers_name=setting(account, "seller_name"),
    )
    return msgspec.json.encode(wire.Cart(count="1", item=(item,))).decode()


def _sellers(account: Account, plain: wire.Registration) -> str:
    address = wire.SellersAddress(
        seller_nm=setting(account, "seller_name"),
        seller_last_nm=setting(account, "seller_name"),
        seller_addr=plain.billing_addr,
        seller_city=plain.billing_city,
        seller_post_cd=plain.billing_post_cd,
        seller_country=plain.billing_country,
        seller_phone=setting(account, "billing_phone"),
    )
    seller = wire.Seller(
        sellers_id=plain.i_mid,
        sellers_nm=setting(account, "seller_name"),
        sellers_email=setting(account, "seller_email"),
        sellers_url=setting(account, "seller_url"),
        sellers_address=address,
    )
    return msgspec.json.encode([seller]).decode()
