"""The expression tree that formulas are parsed into."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["COMPARISONS", "Node"]

#: Operators whose result is true or false.
COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})


@dataclass(frozen=True)
class Node:
    """A node of an expression tree: an operator, its arguments, and where it stands in the text.

    ``op`` is ``number`` (``value`` a Fraction), ``name`` (``value`` the name), ``item`` (``value`` the
    name, ``keys`` its subscripts), an operator, a comparison, ``and or not``, ``neg`` or a function.
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
