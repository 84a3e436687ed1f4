"""From which warehouses what is ordered comes, and what cannot come. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from gerbang.core.catalogue.model import Line, Product, Shortage, Stock


@dataclass(frozen=True, slots=True)
class Part:
    """What is kept for a line: in a warehouse, `per_unit` of a product for each of so many units."""

    line: int
    product: UUID
    warehouse: str
    per_unit: int
    units: int

    @property
    def count(self) -> int:
        """How many units of the product that is."""
        return self.per_unit * self.units


@dataclass(frozen=True, slots=True)
class Allocation:
    """What is kept, and what is not there."""

    parts: tuple[Part, ...]
    shortages: tuple[Shortage, ...]


def allocate(lines: Sequence[tuple[int, Line]], products: Mapping[str, Product]) -> Allocation:
    """Give every numbered line what is free, first come first served. A line comes from one warehouse if one has it all, else from several;
    all components of one unit of a bundle come from the same.
    """
    free = _free_of(products.values())
    parts: list[Part] = []
    shortages: list[Shortage] = []
    for number, line in lines:
        product = products[line.sku]
        left, recipe = line.quantity, recipe_of(product)
        places = [one for one in warehouses_of(product) if line.warehouse in (None, one)]
        for place in sorted(places, key=lambda one: (_units(recipe, one, free) < line.quantity, one)):
            units = min(left, _units(recipe, place, free))
            if units <= 0:
                continue
            left -= units
            for id_, per_unit in recipe.items():
                free[id_, place] -= per_unit * units
                parts.append(Part(number, id_, place, per_unit, units))
        if left:
            shortages.append(Shortage(number, line.sku, left))
    return Allocation(tuple(parts), tuple(shortages))


def allocate_several(sales: Mapping[str, Sequence[Line]], products: Mapping[str, Product]) -> Mapping[str, Allocation]:
    """The same for several owners, one after the other, each with lines numbered from 0."""
    places = [(owner, number) for owner, lines in sales.items() for number in range(len(lines))]
    lines = [sales[owner][number] for owner, number in places]
    found = allocate(list(enumerate(lines)), products)
    parts: dict[str, list[Part]] = {owner: [] for owner in sales}
    shortages: dict[str, list[Shortage]] = {owner: [] for owner in sales}
    for part in found.parts:
        owner, number = places[part.line]
        parts[owner].append(replace(part, line=number))
    for one in found.shortages:
        owner, number = places[one.line]
        shortages[owner].append(Shortage(number, one.sku, one.missing))
    return {owner: Allocation(tuple(parts[owner]), tuple(shortages[owner])) for owner in sales}


def free_in(product: Product) -> dict[str, int]:
    """By warehouse of ours, how many units can be sold: of a bundle as many as its scarcest component allows."""
    free, recipe = _free_of([product]), recipe_of(product)
    return {place: _units(recipe, place, free) for place in warehouses_of(product)}


def available(product: Product) -> int:
    """How many units can be sold from all warehouses of ours."""
    return sum(free_in(product).values())


def limited_by(product: Product) -> str:
    """The component of a bundle that runs out first, by its SKU; empty for what is no bundle."""
    scarce = [(sum(_own(one.stock).values()) // one.quantity, one.sku) for one in product.components]
    return min(scarce)[1] if scarce else ""


def recipe_of(product: Product) -> dict[UUID, int]:
    """What one unit takes: itself, or its components."""
    return {one.product_id: one.quantity for one in product.components} or {product.id: 1}


def warehouses_of(product: Product) -> Sequence[str]:
    """Where it stands, by name; of a bundle where all of its components do."""
    if not product.components:
        return sorted(one.warehouse for one in product.own_stock)
    places = [set(_own(one.stock)) for one in product.components]
    return sorted(set.intersection(*places))


def _own(stock: Sequence[Stock]) -> dict[str, int]:
    return {one.warehouse: one.free for one in stock if not one.fulfilled_by}


def _free_of(products: Iterable[Product]) -> dict[tuple[UUID, str], int]:
    free: dict[tuple[UUID, str], int] = {}
    for product in products:
        for id_, stock in ((product.id, product.stock), *((one.product_id, one.stock) for one in product.components)):
            free |= {(id_, place): count for place, count in _own(stock).items()}
    return free


def _units(recipe: Mapping[UUID, int], place: str, free: Mapping[tuple[UUID, str], int]) -> int:
    return min(free.get((id_, place), 0) // per_unit for id_, per_unit in recipe.items())
