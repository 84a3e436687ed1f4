"""Step-up (R38): what moves money is done only by who has given the password within five minutes, in this very session."""

from gerbang.base import ids
from gerbang.base.db import Database, Tx
from gerbang.base.errors import Forbidden
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.identity import store
from gerbang.core.identity.model import STEP_UP_VALID_S, Caller, StepUpRequired, WrongPassword
from gerbang.core.identity.passwords import Passwords
from gerbang.core.identity.throttle import Throttle


class StepUp:
    """The password, asked for once more."""

    def __init__(self, db: Database, *, passwords: Passwords, throttle: Throttle) -> None:
        self._db = db
        self._passwords = passwords
        self._throttle = throttle

    async def give(self, caller: Caller, password: str, *, locale: str = "en") -> None:
        """The caller's session counts as proven for five minutes. Raises Forbidden, WrongPassword, AccountThrottled, LoginBusy."""
        if caller.kind != "user" or caller.id is None or caller.session_id is None:
            raise Forbidden("Only people have passwords.")
        async with self._db.reading() as tx:
            row = await store.password_of(tx, caller.id)
        account = caller.id.hex
        admission = await self._throttle.admit_login(
            account=account, source=account, client="step-up", known=True, locale=locale
        )
        matches = await self._passwords.matches(row["password_hash"] if row else None, password)
        session = ids.show("ses", caller.session_id)
        async with self._db.transaction() as tx:
            await record(tx, [Entry(caller.label, "session.stepped_up" if matches else "step_up.refused", session)])
            if matches:
                await store.prove_family(tx, caller.session_id)
        if not matches:
            raise WrongPassword
        await self._throttle.take_back(admission)

    async def is_given(self, caller: Caller) -> bool:
        """Whether the caller need not give the password now."""
        async with self._db.reading() as tx:
            return await _is_given(tx, caller)


async def check_given(tx: Tx, caller: Caller) -> None:
    """Raises StepUpRequired for a session whose person has not given the password within five minutes."""
    if not await _is_given(tx, caller):
        raise StepUpRequired("Give your password at POST /v1/auth/step-up, then ask again within five minutes.")


async def _is_given(tx: Tx, caller: Caller) -> bool:
    return caller.session_id is not None and await store.is_proven(tx, caller.session_id, STEP_UP_VALID_S)
