"""What routing knows about a person: as little as the routing needs."""

from __future__ import annotations

from dataclasses import dataclass

ADULT = 18


@dataclass(frozen=True)
class Situation:
    """`age` is that of the one it is about; `role` is self, child (my child), other (someone else) or
    user (the one who uses violence), None unknown.

    `withheld`: asked and not told, so it is not asked again. `topic` is the need that waits beside an urgent one.
    `named` is a service that the person named.
    """

    need: str
    age: int | None = None
    age_withheld: bool = False
    role: str | None = None
    place: str | None = None
    district: str | None = None
    place_withheld: bool = False
    topic: str | None = None
    named: str | None = None

    def younger_than(self, years: int) -> bool:
        """Known to be younger."""
        return self.age is not None and self.age < years

    def at_least(self, years: int) -> bool:
        """Known to be that old."""
        return self.age is not None and self.age >= years

    @property
    def about_self(self) -> bool:
        """The one who writes, as far as we know."""
        return self.role not in ("child", "other")

    @property
    def child_writes(self) -> bool:
        """A person under 18 writes about themself; who says "me" about being harmed at home is one, age or no age."""
        harmed = self.need == "child_welfare" and self.role == "self" and self.age is None
        return harmed or (self.about_self and self.younger_than(ADULT))
