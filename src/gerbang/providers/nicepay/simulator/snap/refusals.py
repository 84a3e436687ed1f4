"""SNAP's refusals: five digits (HTTP status and case) and a message; the service's two digits come between. Source: notes 7.6."""

import msgspec

from gerbang.ports.simulator import Answer


class Refused(Exception):
    """This request gets `code` (HTTP status and case, `40100`) and nothing happens."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def malformed(field: str) -> Refused:
    return Refused("40001", f"Invalid Field Format {field}")


def missing(field: str) -> Refused:
    return Refused("40002", f"Invalid Mandatory Field {field}")


def unauthorized(reason: str) -> Refused:
    return Refused("40100", f"Unauthorized [{reason}]")


def refusal(refused: Refused, service: str) -> Answer:
    status, case = refused.code[:3], refused.code[3:]
    body = {"responseCode": f"{status}{service}{case}", "responseMessage": refused.message}
    return Answer(int(status), msgspec.json.encode(body))
