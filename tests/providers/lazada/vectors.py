"""Signatures that were computed with the official SDK, and pushes with theirs: made-up keys and orders, real arithmetic."""

from typing import Final

APP_KEY: Final = "100200"
SECRET: Final = b"made-up-app-secret-9c1d7e"
TOKEN: Final = "madeup-access-token-1"
NOW_MS: Final = 1_736_908_200_000
PARTNER: Final = {"partner_id": "lazop-sdk-python-20181207"}
_SYSTEM: Final = {"app_key": APP_KEY, "sign_method": "sha256", "timestamp": str(NOW_MS)}
_SELLER: Final = {**_SYSTEM, "access_token": TOKEN}
CODE: Final = "0_100200_MadeUpCode"
AFTER: Final = "2025-01-14T00:00:00+07:00"
PACK: Final = '{"pack_order_list":[{"order_item_list":[560694402292001],"order_id":560694402192001}],"delivery_type":"dropship","shipping_allocate_type":"TFS"}'
STOCK: Final = "<Request><Product><Skus><Sku><ItemId>6718170187</ItemId><SkuId>12761620980</SkuId><Price>99000</Price><Quantity>20</Quantity></Sku></Skus></Product></Request>"
ALL_ORDERS: Final = {
    "created_after": AFTER,
    "limit": "100",
    "offset": "0",
    "sort_by": "created_at",
    "sort_direction": "ASC",
    "status": "pending",
}

REQUESTS: Final = {
    "L1": ("/auth/token/create", {**_SYSTEM, "code": CODE}, "D1C12E0F3F577C79F1C9782CEAA14B5F8647447C30917D3F172B11191EFF4AAA"),
    "L1b": ("/auth/token/create", {**_SYSTEM, **PARTNER, "code": CODE}, "6DD308E7BCFE640C26B79C63F72E324F4A3733C16D66FBE97052BC3B33A37571"),
    "L2": ("/auth/token/refresh", {**_SYSTEM, "refresh_token": "madeup-refresh-token-1"}, "CF3A718156FD2C33AD65D4F1BA40CA5A877DA361F9F66A06ACB78BAC8B1FD2E2"),
    "L3": ("/orders/get", {**_SELLER, **ALL_ORDERS}, "85AD7B4B8E51690CD8BD1FDABE746BFAAECF6546C7065135D764E7096960D04E"),
    "L4": ("/order/items/get", {**_SELLER, "order_id": "560694402192001"}, "81696B5AAAE9A3A3C68A3B80E5EA870374525973D20CB32C21A15618B92BDB59"),
    "L5": ("/order/fulfill/pack", {**_SELLER, "packReq": PACK}, "A0E2523BD5F35767F85D472D6703D8920A086B9685678E5CBBA697BDBB74ACDF"),
    "L6": ("/order/package/rts", {**_SELLER, "readyToShipReq": '{"packages":[{"package_id":"FP000000000000001"}]}'}, "0891916A7345FA886D198954BB530DA145E44CD8E58A3B19DC9DE7621A33F371"),
    "L7": ("/product/price_quantity/update", {**_SELLER, "payload": STOCK}, "AB81FD8FBE29C3B66EC76BC08041436278B1EF574D1C3D10C486974B5EB7A978"),
    "L8": ("/orders/get", {**_SELLER, "created_after": AFTER, "status": ""}, "550371B0C4F3B1E02F72ED5643E15A2F429E97B9B59D2505DE4CEA6160B1C65E"),
    "L8b": ("/orders/get", {**_SELLER, "created_after": AFTER}, "E9BA242E63B2F1777FF52C99E4A2DC0D91449A229FF8D356EC508ECD738C098F"),
    "L9": ("/order/invoice_number/set", {**_SELLER, "order_item_id": "560694402292001", "invoice_number": "HĐ-Ω-01"}, "335FA7963CF71582CDA9F933B20E619248E044584CA16563A6121F979D44F5E3"),
}  # fmt: skip

# Whole requests as the SDK sends them: path, and query or form.
CAPTURED: Final = {
    "POST": ("/order/fulfill/pack", "app_key=100200&sign_method=sha256&timestamp=1736908200000&partner_id=lazop-sdk-python-20181207&access_token=madeup-access-token-1&packReq=%7B%22pack_order_list%22%3A%5B%7B%22order_item_list%22%3A%5B560694402292001%5D%2C%22order_id%22%3A560694402192001%7D%5D%2C%22delivery_type%22%3A%22dropship%22%2C%22shipping_allocate_type%22%3A%22TFS%22%7D&sign=989039D896DFFEB65C6629B7F64D5203664E8A40B5B9FE02A755CC044996075A"),
    "GET": ("/order/items/get", "app_key=100200&sign_method=sha256&timestamp=1736908200000&partner_id=lazop-sdk-python-20181207&access_token=madeup-access-token-1&order_id=560694402192001&sign=C2B920D1C98E8C8B60E6D3F83534CBB81299A4E090C388C691E4BE86D01F2D58"),
}  # fmt: skip

PUSHES: Final = {
    "P1": (b'{"seller_id":"1234567","message_type":0,"data":{"order_status":"pending","trade_order_id":"260422900198363","trade_order_line_id":"260422900298363","status_update_time":1736908200},"timestamp":1736908201530,"site":"lazada_id"}', "43a45470b047e67c8337165e7c78422b402428c9bf664de8cf944e6e0a801807"),
    "P2": (b'{"seller_id":"1234567","message_type":14,"data":{"trade_order_id":"260422900198363","buyer_id":"1001916603","fulfillment_package_id":"FP000000000000001","status":"READY_TO_SHIP","status_update_time":1736911800},"timestamp":1736911801,"site":"lazada_id"}', "38a37efc885eeefed1baadb7d8da1967d0aa735d9b40c7aad450ce38b0975e34"),
    "P3": (b'{"seller_id":"null","message_type":8,"data":{"app_key":"100200","auth_expiry_time":1737081000,"seller_id":"1234567"},"timestamp":1736908200,"site":"lazada_id"}', "d88d32b4e697d2e7ecc23181341e7c873707169fa2bb544110c29a0083a621bf"),
    "P4": (b'{"seller_id":"1234567","message_type":10,"data":{"reverse_order_id":658960600102006,"reverse_status":"CANCEL_INIT","trade_order_id":260422900198363,"extraParams":{},"trade_order_line_id":260422900298363,"buyer_id":100112802006,"seller_id":1234567,"reverse_order_line_id":663790000102006,"status_update_time":1736908300},"timestamp":1736908301,"site":"lazada_id"}', "5d6d3667abc5334bfc0297fad40c9d11a08141ddc11e2769e96c0e5146b21501"),
}  # fmt: skip
P1X: Final = "ce55b189a8e24bca8cff27db9a2d10afd4093956626e2fa66fb04d3250e392da"
