"""What clients may send about buyers' claims. Unknown members are refused (R40); whether it can be answered is decided by core."""

from typing import Annotated

import msgspec

from gerbang.core.orders.claims import WantedAnswer

_MOST = 100
_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Lines = Annotated[
    list[_Id],
    msgspec.Meta(
        min_length=1,
        max_length=_MOST,
        description="Ids of the claim's lines; without it all that wait for this answer.",
    ),
]
Comment = Annotated[str, msgspec.Meta(min_length=1, max_length=500, description="For the buyer to read.")]
Image = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"^https://")]
Images = Annotated[
    list[Image],
    msgspec.Meta(min_length=1, max_length=5, description="Addresses of pictures that show what is wrong."),
]
Warehouse = Annotated[
    str, msgspec.Meta(min_length=1, max_length=64, description="Where it is put; without it the only one that it has.")
]


class AcceptClaimBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A cancel, a return, or money back is agreed to. `confirm_amount`: the amount of a held claim was compared with the seller centre."""

    lines: Lines | None = None
    confirm_amount: bool = False

    def read(self) -> WantedAnswer:
        """What is answered."""
        return WantedAnswer("accept", self.lines, confirmed=self.confirm_amount)


class RefuseClaimBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`reason` is the id of one of `refusal-reasons`; a return needs it and a comment, once the goods are back `images` too, and money alone a comment."""

    lines: Lines | None = None
    reason: _Id | None = None
    comment: Comment | None = None
    images: Images | None = None

    def read(self) -> WantedAnswer:
        """What is answered."""
        return WantedAnswer("refuse", self.lines, self.reason or "", self.comment or "", self.images or ())


class ReceiveClaimBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The goods are back. `restock`: and can be sold again, so they are counted in."""

    lines: Lines | None = None
    restock: bool = False
    warehouse: Warehouse | None = None

    def read(self) -> WantedAnswer:
        """What is answered."""
        return WantedAnswer("receive", self.lines, restock=self.restock, warehouse=self.warehouse)
