"""How often an app may call (notes 3.1, 8.3): per API and shop, 50 times a second for stock and price, and so many times a day.

Real time, for limits do not notice that business time moves. How often one API may be called is not published: the numbers here are ours.
"""

from typing import Final

from gerbang.providers.lazada.simulator.refusals import Refused

STOCK: Final = frozenset(
    {"/product/price_quantity/update", "/product/stock/sellable/update", "/product/stock/sellable/adjust"}
)
STOCK_PER_S: Final = 50
PER_S: Final = 30
BAN_S: Final = 1
_A_DAY: Final = {False: 10_000, True: 10_000_000}


class Limits:
    """Counts of the running second and day."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str], tuple[int, int]] = {}
        self._banned: dict[tuple[str, str, str], float] = {}

    def check(self, app_key: str, seller: str, path: str, at: float, *, online: bool) -> None:
        """Count this call; raises Refused for one too many."""
        key = (app_key, seller, path)
        if self._banned.get(key, 0.0) > at:
            raise Refused("ApiCallLimit", str(BAN_S))
        if self._count((app_key, "", "day"), int(at // 86_400)) > _A_DAY[online]:
            raise Refused("AppCallLimit")
        if path in STOCK:
            if self._count((app_key, seller, "stock"), int(at)) > STOCK_PER_S:
                raise Refused("901")
        elif self._count(key, int(at)) > PER_S:
            self._banned[key] = at + BAN_S
            raise Refused("ApiCallLimit", str(BAN_S))

    def _count(self, key: tuple[str, str, str], window: int) -> int:
        of, count = self._counts.get(key, (window, 0))
        count = count + 1 if of == window else 1
        self._counts[key] = (window, count)
        return count
