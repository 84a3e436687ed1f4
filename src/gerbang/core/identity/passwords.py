"""Passwords: which are accepted, and their Argon2id hashes, a bounded number at a time. Stores nothing, knows no user.

A password is normalised to NFKC (RFC 8265 and NIST SP 800-63B 3.1.1.2 let a verifier choose it), so that the same characters
typed on another device give the same bytes; then it is used whole: never cut, never changed in case, and no kind of character
is demanded. Its length counts code points after that.
"""

import asyncio
import base64
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from gerbang.base.errors import FieldError
from gerbang.core.identity.model import LoginBusy, WeakPassword
from gerbang.core.identity.texts import text

T = TypeVar("T")
SHORTEST: Final = 15  # NIST SP 800-63B rev. 4: a password that is the only factor
LONGEST: Final = 1024
_PRODUCT: Final = "gerbang"
_PADDING: Final = 8  # so many digits or signs around a common word do not make it uncommon
_ROWS: Final = (
    "1234567890" * 4,
    "qwertyuiopasdfghjklzxcvbnm" * 2,
    "abcdefghijklmnopqrstuvwxyz" * 2,
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
)
_LEET: Final = str.maketrans("013457@$!", "oieastasi")


class Passwords:
    """Hashes and checks at most `concurrency` passwords at once, with `waiting` more in line; beyond that LoginBusy.

    The defaults are OWASP's first choice for Argon2id: 19 MiB, two passes, one lane.
    """

    def __init__(
        self, *, concurrency: int = 2, waiting: int = 64, memory_kib: int = 19_456, time_cost: int = 2
    ) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="argon2")
        self._room = concurrency + waiting
        self._nobody = _of_nobody(self._hasher)

    async def hash(self, password: str) -> str:
        """An Argon2id hash in PHC form."""
        return await self._run(lambda: self._hasher.hash(_bytes(password)))

    async def matches(self, known: str | None, password: str) -> bool:
        """Whether the password belongs to the hash; with None (nobody) the same work is done and the answer is no."""
        return await self._run(lambda: self._verify(known or self._nobody, password)) and known is not None

    def outdated(self, known: str) -> bool:
        """Whether the hash was made with other costs than today's."""
        return self._hasher.check_needs_rehash(known)

    def close(self) -> None:
        """End the threads once they are idle."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, _bytes(password if len(password) <= LONGEST else ""))
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._room == 0:
            raise LoginBusy(retry_after_s=2)
        self._room -= 1
        loop = asyncio.get_running_loop()
        future = self._threads.submit(work)
        future.add_done_callback(lambda _: self._give_back(loop))
        return await asyncio.wrap_future(future)

    def _give_back(self, loop: asyncio.AbstractEventLoop) -> None:
        """In the thread that worked, or in ours when the work was cancelled; the count is only changed in the loop's thread."""
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._count_back)

    def _count_back(self) -> None:
        self._room += 1


def _of_nobody(hasher: PasswordHasher) -> str:
    """A hash of no password, in PHC form: to look at it costs what every other one costs, and to make it nothing."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).rstrip(b"=").decode() for size in (hasher.salt_len, hasher.hash_len)
    )
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${costs}${salt}${digest}"


def check_new(password: str, *, email: str, locale: str, pointer: str = "/password") -> None:
    """Raise WeakPassword with the reason, in the locale and at the pointer, unless the password may be used (R31)."""
    normal = unicodedata.normalize("NFKC", password)
    problem = _problem(normal, email)
    if problem is not None:
        detail = text(problem, locale)
        raise WeakPassword(detail, errors=[FieldError(pointer, detail)])


def _problem(password: str, email: str) -> str | None:
    if len(password) < SHORTEST:
        return "password_short"
    if len(password) > LONGEST:
        return "password_long"
    folded = password.casefold()
    if _PRODUCT in folded or _PRODUCT in _letters(folded):
        return "password_product"
    if folded == email.casefold():
        return "password_email"
    return "password_common" if is_common(folded) else None


def is_common(folded: str) -> bool:
    """Whether a case-folded password is in the blocklist, is a run or a repetition, or one or two common words with padding."""
    plain = "".join(char for char in folded if char.isalnum())
    if plain in _COMMON or _repeats(folded) or _repeats(plain) or _is_run(plain):
        return True
    for spelling in (plain, plain.translate(_LEET)):
        word = _letters(spelling)
        padding = "".join(char for char in spelling if not char.isalpha())
        if word and (len(padding) <= _PADDING or _repeats(padding) or _is_run(padding)) and _is_common_word(word):
            return True
    return False


def _is_common_word(word: str) -> bool:
    if word in _COMMON or _is_run(word):
        return True
    return any(word[:cut] in _COMMON and word[cut:] in _COMMON for cut in range(3, len(word) - 2)) or any(
        len(word) % size == 0 and word == word[:size] * (len(word) // size) and word[:size] in _COMMON
        for size in range(3, len(word) // 2 + 1)
    )


def _letters(folded: str) -> str:
    return "".join(char for char in folded if char.isalpha())


def _repeats(word: str) -> bool:
    """Whether the word is one piece of at most eight characters over and over, the last perhaps cut."""
    return any((word[:size] * len(word))[: len(word)] == word for size in range(1, min(8, len(word) // 2) + 1))


def _is_run(word: str) -> bool:
    """Whether the word follows the alphabet, the digits or the keyboard, forwards or backwards."""
    return len(word) > 3 and any(word in row or word[::-1] in row for row in _ROWS)


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _read_common() -> frozenset[str]:
    lines = resources.files("gerbang.core.identity").joinpath("common_passwords.txt").read_text("utf-8").split()
    return frozenset(lines)


_COMMON: Final = _read_common()
