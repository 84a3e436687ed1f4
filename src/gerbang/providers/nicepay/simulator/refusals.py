"""NICEPAY's V2 result codes, and the exception by which a request is refused with one. Only the codes that this simulator gives.

The texts are ours: the notes (section 3.5) paraphrase the provider's list, and a client must not read them.
"""

from collections.abc import Mapping
from typing import Final

SUCCESS: Final = "0000"

MESSAGES: Final[Mapping[str, str]] = {
    SUCCESS: "SUCCESS",
    "05": "Do not honor.",
    "14": "Invalid card number.",
    "51": "Insufficient funds.",
    "54": "Expired card.",
    "8005": "Order inquiry failed. tXid is not valid.",
    "9001": "Order could not be registered. The message is malformed.",
    "9003": "Invalid order.",
    "9006": "Transaction number could not be generated.",
    "9007": "amt is not set.",
    "9008": "amt is not an integer.",
    "9009": "referenceNo is already used.",
    "9010": "merchantToken is not valid.",
    "9011": "iMid is not valid.",
    "9012": "Payment method is not active for this iMid.",
    "9013": "currency is not set.",
    "9014": "referenceNo is not set.",
    "9015": "goodsNm is not set.",
    "9016": "billingNm is not set.",
    "9017": "billingPhone is not set.",
    "9018": "billingEmail is not set.",
    "9019": "callBackUrl is not set.",
    "9020": "dbProcessUrl is not set.",
    "9022": "cartData is not valid JSON.",
    "9023": "cartData total differs from amt.",
    "9024": "userIP is not set.",
    "9025": "billingCity is not set.",
    "9026": "billingState is not set.",
    "9027": "billingPostCd is not set.",
    "9028": "billingCountry is not set.",
    "9029": "Installment month is not offered.",
    "9030": "The transaction failed.",
    "9031": "Date or time is not valid.",
    "9109": "referenceNo is too long.",
    "9110": "Card data is not valid.",
    "9115": "amt is too low.",
    "9117": "3-D Secure failed.",
    "9118": "Installment type is not valid.",
    "9127": "Transaction already exists.",
    "9160": "Card expiry is not YYMM.",
    "9203": "No virtual account number is left.",
    "9205": "bankCd is not valid.",
    "9207": "referenceNo is too long.",
    "9209": "amt is too small for a virtual account.",
    "9210": "Virtual account expiry is not valid.",
    "9211": "Virtual account expiry has a wrong length.",
    "9223": "customerId of the fixed virtual account is not valid.",
    "9226": "Virtual account number is too long.",
    "9228": "Transaction is not found.",
    "9233": "Virtual account number is already in use.",
    "9301": "cancelType is not valid.",
    "9312": "Cancel amount is missing or not numeric.",
    "9314": "This transaction cannot be cancelled.",
    "9315": "Cancel is already registered.",
    "9317": "Partial cancel is possible only once.",
    "9318": "Virtual account cannot be cancelled.",
    "9319": "Cancel amount is above what is left.",
    "9320": "Full cancel is refused after a partial one.",
    "9321": "Cancel amount must be above zero.",
    "9330": "Virtual account is already paid and cannot be cancelled.",
    "9333": "Merchant is not entitled to partial cancel.",
    "9334": "Transaction is older than 90 days.",
    "9503": "No payment code is left.",
    "9505": "Convenience store is not valid.",
    "9507": "referenceNo is too long.",
    "9509": "amt is too small for a convenience store.",
    "9510": "Convenience store expiry is not valid.",
    "9511": "Convenience store expiry has a wrong length.",
    "9528": "Transaction is not found.",
    "9751": "E-wallet parameter is not valid.",
    "9752": "E-wallet payment failed.",
    "9802": "Direct debit parameter is not valid.",
    "9806": "Direct debit payment failed.",
}


class Refused(Exception):
    """This request gets `code` and nothing happens."""

    def __init__(self, code: str) -> None:
        super().__init__(MESSAGES[code])
        self.code = code
