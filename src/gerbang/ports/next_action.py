"""What a payer is shown or sent to, as the provider answered it: the words of the outer contract. Frozen values; no I/O."""

import msgspec


class Redirect(msgspec.Struct, frozen=True, tag="redirect"):
    url: str


class DisplayVirtualAccount(msgspec.Struct, frozen=True, tag="display_virtual_account"):
    bank: str
    number: str


class DisplayCode(msgspec.Struct, frozen=True, tag="display_code"):
    store: str
    code: str


class DisplayQr(msgspec.Struct, frozen=True, tag="display_qr"):
    content: str


class Wait(msgspec.Struct, frozen=True, tag="wait"):
    """Nothing to show: the payer acts elsewhere, in an app for one."""


class DisplayCrypto(msgspec.Struct, frozen=True, tag="display_crypto"):
    """`amount` is base units of `asset` as text (JSON would lose them), `uri` what a wallet opens (ERC-681), `page` the processor's own
    page for the same transfer, if it has one.
    """

    network: str
    asset: str
    address: str
    amount: str
    uri: str
    page: str = ""


NextAction = Redirect | DisplayVirtualAccount | DisplayCode | DisplayQr | DisplayCrypto | Wait
