"""What the simulated Twilio keeps: messages with the course that each takes, and the numbers that said STOP."""

from datetime import datetime, timedelta

import msgspec


class Step(msgspec.Struct, frozen=True):
    """A status, so many seconds after the message was made; `told` times by callback."""

    status: str
    after_s: float
    code: int = 0
    told: int = 1


class Kept(msgspec.Struct, frozen=True, tag_field="kind", tag="twilio_message"):
    """One message and its course."""

    sid: str
    account: str
    to: str
    sender: str
    service: str
    body: str
    parts: int
    callback: str
    at: datetime
    first: str
    steps: tuple[Step, ...]

    def now(self, at: datetime) -> Step:
        """Where it is by then."""
        passed = [one for one in self.steps if self.at + timedelta(seconds=one.after_s) <= at]
        return passed[-1] if passed else Step(self.first, 0.0)


class Stopped(msgspec.Struct, frozen=True, tag_field="kind", tag="twilio_stopped"):
    """A person said STOP (`out`) or START to a sender."""

    number: str
    out: bool
