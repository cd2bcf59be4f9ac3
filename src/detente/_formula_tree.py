"""The expression tree that formulas are parsed into."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["COMPARISONS", "COUNTS", "TOTAL", "Node"]

#: Operators whose result is true or false.
COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})
#: Functions of a strategy: how many players choose it, which share of all of them, which share of the others.
COUNTS = ("count", "share", "others")
#: The sum of a table over the members of a coalition.
TOTAL = "total"


@dataclass(frozen=True)
class Node:
    """A node of an expression tree: an operator, its arguments, and where it stands in the text.

    ``op`` is ``number`` (``value`` a Fraction), ``name`` (``value`` the name), ``item`` (``value`` the
    name, ``keys`` its subscripts, or the strategy that ``count``, ``share`` or ``others`` is about), an
    operator, a comparison, ``and or not``, ``neg`` or a function.
    """

    op: str
    args: tuple[Node, ...] = ()
    value: Any = None
    keys: tuple[tuple[str, ...], ...] = ()
    column: int = field(default=1, compare=False)

    @property
    def is_condition(self) -> bool:
        """True where the node is true or false instead of a number."""
        return self.op in COMPARISONS or self.op in {"and", "or", "not"}

    def walk(self) -> Iterable[Node]:
        """Yield this node and all nodes below it."""
        yield self
        for arg in self.args:
            yield from arg.walk()

    def replaced(self, item: Callable[[Node], Node | None]) -> Node:
        """Return the tree with every item for which ``item`` returns a node in its place."""
        if self.op == "item":
            return item(self) or self
        args = tuple(arg.replaced(item) for arg in self.args)
        # parts without items are shared
        same = all(new is old for new, old in zip(args, self.args, strict=True))
        return self if same else replace(self, args=args)
