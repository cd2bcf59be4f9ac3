"""Formulas in Chinese, for where one is read and not seen: names by labels, cases and functions in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente._printing_text import SUM, VOCABULARY, Plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from detente.formula import Node

__all__ = ["ChineseFormula"]

_FUNCTIONS = {"min": "最小值", "max": "最大值", "abs": "绝对值", "sqrt": "平方根", "exp": "指数函数", "log": "自然对数"}


class ChineseFormula(Plain):
    """Writes trees of formulas; ``called`` puts the text of a name, or of an entry of a table, in words."""

    def __init__(self, called: Callable[[str], str]) -> None:
        self.called = called

    def name(self, name: str) -> str:
        return self.called(name)

    def item(self, node: Node) -> str:
        return self.called(super().item(node))

    def join(self, op: str, parts: list[str]) -> str:
        return f" {VOCABULARY['zh'][op]} ".join(parts)

    def negation(self, text: str) -> str:
        return f"{VOCABULARY['zh']['not']}{text}"

    def piecewise(self, args: tuple[Node, ...]) -> str:
        parts = [
            f"若{self.show(condition)}，则为{self.show(value, SUM)}"  # noqa: RUF001 - Chinese punctuation
            for value, condition in zip(args[0::2], args[1::2], strict=False)
        ]
        if len(args) % 2:
            parts.append(f"否则为{self.show(args[-1], SUM)}")
        return f"（{'，'.join(parts)}）"  # noqa: RUF001 - Chinese punctuation

    def call(self, op: str, args: tuple[Node, ...]) -> str:
        return f"{_FUNCTIONS[op]}（{'，'.join(map(self.show, args))}）"  # noqa: RUF001 - Chinese punctuation
