"""What Lazada says when it will not: the envelope of notes 3 with the codes of 3.1, 5.1, 7 and 8.3. Codes marked so are placeholders of ours."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

_SYSTEM: Final = frozenset({"ServiceTimeout", "901", "998", "6", "1000", "ApiCallLimit"})
MESSAGES: Final[Mapping[str, str]] = {
    "MissingParameter": "The input parameter {} that is mandatory for processing this request is not supplied",
    "IncompleteSignature": "The request signature does not conform to lazop standards",
    "IllegalAccessToken": "The specified access token is invalid or expired",
    "IllegalRefreshToken": "The specified refresh token is invalid or expired",
    "InvalidCode": "Invalid authorization code",
    "AUTH_TYPE_UNSUPPORTED": "The authorization of this app cannot be refreshed",
    "ApiCallLimit": "Api access frequency exceeds the limit. this ban will last {} seconds",
    "901": "The request has exceeded the QPS limit of the server",
    "998": "The API is temporarily unavailable during the campaign",
    "ServiceTimeout": "The service timed out; please try again with less data",
    "SellerNotVerified": "Seller is not verified",
    "SellerNotActive": "Seller is not active",
    "InsufficientPermission": "This app has no permission to call the API {}",
    "1000": "Internal Application Error",
    # placeholders of ours: no source names the codes for these
    "InvalidAppKey": "The app key does not exist",
    "IllegalTimestamp": "The request timestamp differs from the server's time by more than 7200 seconds",
    "AppCallLimit": "The app has used up its calls of today",
    "InvalidApiPath": "The specified API path does not exist",
    "UnsupportedMethod": "The API does not take the HTTP method {}",
    "5": "E005: Invalid Request Format",
    "14": 'E014: "{}" Invalid Offset',
    "16": 'E016: "{}" Invalid Order ID',
    "17": 'E017: "{}" Invalid Date Format',
    "19": 'E019: "{}" Invalid Limit',
    "20": 'E020: "{}" Invalid Order Item ID',
    "30": "E030: Empty Request",
    "34": "E034: Order Item must be packed. Please call setStatusToReadyToShip before",
    "36": "E036: Invalid status filter",
    "37": "E037: One or more order id in the list are incorrect",
    "38": "E038: Too many orders were requested",
    "39": "E039: No orders were found",
    "56": "E056: Invalid OrdersIdList format. Must use array format [1,2]",
    "70": "E070: You have corrupt data in your sku seller list.",
    "74": "E074: Invalid sort direction.",
    "75": "E075: Invalid sort filter.",
    "102": "The order item ids are invalid",
    "104": "The reason is invalid",
    "105": "The reverse order cannot be decided like this",
    "106": "Internal error, or there is no such reverse order",
    "108": "The reason is needed",
    "109": "The comment is needed",
    "110": "Images are needed",
    "111": "Only one line may be refused at a time",
    "115": "The order id is invalid",
    "122": "The order cannot be cancelled",
    "123": "The items cannot be cancelled",
    "124": "The items belong to another seller",
    "131": "There is nothing to decide",
    "204": "E204: Too many SKUs in one request",
    "208": "E208: The product does not exist",
    "500": "E500: Create product failed",
    "501": "E501: Update product failed",
    "506": "E506: Get product failed",
    "1000012": "The time range must be under 180 days",
    "1000014": "The parameters are invalid",
}


class Refused(Exception):
    """The call is answered with this code; `detail` says more per SKU (notes 8.3). Nothing happened, unless the caller did it before."""

    def __init__(self, code: str, about: str = "", detail: Sequence[Mapping[str, Any]] = ()) -> None:
        self.code = code
        self.message = MESSAGES.get(code, "Error").format(about)
        self.detail = detail
        super().__init__(self.message)

    def envelope(self) -> dict[str, Any]:
        """Nobody may build on `type`: its meaning is told in two ways."""
        kind = "SYSTEM" if self.code in _SYSTEM else "ISV"
        told: dict[str, Any] = {"type": kind, "code": self.code, "message": self.message}
        return told | ({"detail": list(self.detail)} if self.detail else {})
