r"""Expressions and conditions as plain text, LaTeX, Typst and words.

Every function takes a number, a SymPy expression or condition, or a :class:`detente.formula.Formula`.
SymPy expressions are printed in an order of their own (see :mod:`detente._printing_tree`), positive
terms first; a formula is printed as it was written.

>>> import sympy
>>> a, b, c = sympy.symbols("a b c")
>>> plain(a * (b - c) / 2 - c)
'a*(b - c)/2 - c'
>>> typst(a / b, names={"a": "phi_u", "b": "delta"})
'frac(phi_(u), delta)'
>>> latex(a**2 >= c)
'a^{2} \\geq c'
>>> words(a + b >= c, label={"c": "cost"})
'a + b is at least cost'

Notes
-----
Typst code can read files, so what :func:`typst` returns is closed under a fixed alphabet, whatever the
names and symbols are: numerals, single ASCII letters, the identifiers in ``TYPST_WORDS``, the strings
``upright("...")`` made of ``[A-Za-z0-9 _-]`` and ``\u{hex}``, and the signs ``+ - = < > ! ( ) , & _ ^``.
None of these starts code or markup.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from detente._printing_math import TYPST_WORDS, Latex, Typst
from detente._printing_text import VOCABULARY, Plain, Reading
from detente._printing_tree import tree
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TYPST_WORDS", "latex", "plain", "relation_normal", "typst", "words"]


def plain(expr: object) -> str:
    """Return ``expr`` as text that :func:`detente.formula.parse` reads back to an equal expression.

    Conditions that are always or never true become ``1 == 1`` and ``1 == 0``. The text also serves as
    alternative text of typeset formulas.

    What the grammar cannot say is still printed, in a form that the parser refuses and never misreads:
    a name outside the grammar in double quotes, ``infinity``, ``root_of(polynomial, index)``, and a
    ``piecewise`` without a last value.

    SymPy's ``re(x)`` prints as ``x``: all names stand for real numbers.

    Raises
    ------
    UsageError
        If ``expr`` is text or has a part that no notation here can express, such as an integral.

    Examples
    --------
    >>> import sympy
    >>> x, n = sympy.symbols("x n")
    >>> plain(3 * 2**-n - x), plain(sympy.Max(x, 0) > sympy.Rational(3, 7))
    ('3*2**(-n) - x', 'max(0, x) > 3/7')
    >>> plain((53 - sympy.sqrt(601)) / 46)
    '(53 - sqrt(601))/46'
    """
    return Plain().show(tree(expr))


def latex(expr: object, names: Mapping[str, str] | None = None, lang: str = "en") -> str:
    r"""Return ``expr`` as LaTeX math, for amsmath, MathJax and KaTeX.

    Parameters
    ----------
    expr : number, formula, SymPy expression or condition
    names : mapping, optional
        From a name to its symbol, such as ``d``, ``delta``, ``phi_u`` or ``T_e``: a letter, a Greek
        letter spelled out, or a word, each with optional subscripts. Single letters are italic, words
        upright. A name without a symbol is set upright, unless it is itself a letter. An item such as
        ``share[ban]`` may have words of its own.
    lang : {"en", "zh"}
        Language of *and*, *or*, *if* and *otherwise*.

    Examples
    --------
    >>> import sympy
    >>> latex(sympy.Symbol("coop_dividend") / sympy.Symbol("d") ** 2, {"d": "delta_x"})
    '\\frac{\\mathrm{coop\\_dividend}}{\\delta_{x}^{2}}'
    """
    return Latex(names or {}, _vocabulary(lang)).show(tree(expr))


def typst(expr: object, names: Mapping[str, str] | None = None, lang: str = "en") -> str:
    r"""Return ``expr`` as Typst math, to stand between dollar signs or in ``eval(..., mode: "math")``.

    The arguments are those of :func:`latex`. The notes of this module say which alphabet the result
    keeps to; a symbol such as ``"#read(...)"`` is set as the text it is.

    Examples
    --------
    >>> import sympy
    >>> x, y = sympy.symbols("x y")
    >>> typst(sympy.sqrt(x + 1) <= -x * y, {"x": "b_u", "y": '$"'})
    'sqrt(b_(u) + 1) <= -b_(u) dot.op upright("\\u{24}\\u{22}")'
    """
    return Typst(names or {}, _vocabulary(lang)).show(tree(expr))


def words(condition: object, label: Mapping[str, str] | None = None, lang: str = "en") -> str:
    """Return a condition in words.

    Parameters
    ----------
    condition : bool, formula or SymPy condition
        Printed as it stands; see :func:`relation_normal` for a form that reads well.
    label : mapping, optional
        From names to readable labels; other names stand for themselves.
    lang : {"en", "zh"}
        Language of the words.

    Examples
    --------
    >>> import sympy
    >>> a, b = sympy.symbols("a b")
    >>> words((2 * a > b) & (a <= 1), {"b": "the price"}), words(a >= b, lang="zh"), words(True)
    ('a is at most 1 and 2 × a is more than the price', 'a 不小于 b', 'always')
    """
    text = Reading(label or {}, _vocabulary(lang)).show(tree(condition))
    return re.sub(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])", "", text) if lang == "zh" else text


def relation_normal(rel: Any) -> Any:
    """Return a condition with positive terms on both sides of each comparison and no needless factors.

    Negative terms change sides, numeric denominators and a common positive rational factor go, and a
    comparison is turned so that it says *more than* (or, of something compared with a number, so that
    the number is on the right and a lone product has the coefficient 1). Equivalent orientations give
    the same result. The truth set is the same wherever both sides are defined: only terms are moved,
    and only positive rational numbers multiplied. ``and``, ``or`` and ``not`` are gone through; anything
    else is returned as it is.

    Examples
    --------
    >>> import sympy
    >>> b_u, c, h, phi = sympy.symbols("b_u c h phi")
    >>> plain(relation_normal(-b_u - c + phi * h > 0)), plain(relation_normal(1 - 2 * c >= 0))
    ('h*phi > b_u + c', 'c <= 1/2')
    """
    import sympy

    if isinstance(rel, (sympy.And, sympy.Or, sympy.Not)):
        return rel.func(*(relation_normal(arg) for arg in rel.args))
    if not isinstance(rel, sympy.core.relational.Relational) or rel.has(sympy.oo, -sympy.oo, sympy.nan):
        return rel
    left, right = _sides(sympy, rel.lhs - rel.rhs)
    func = rel.func
    if isinstance(rel, (sympy.Lt, sympy.Le)):
        left, right, func = right, left, rel.reversed.func
    if func in (sympy.Eq, sympy.Ne):
        left, right = sorted(
            (left, right), key=lambda side: (side.is_number, len(sympy.Add.make_args(side)), plain(side))
        )
    elif left.is_number and not right.is_number:
        left, right = right, left
        func = sympy.Le if func is sympy.Ge else sympy.Lt
    if right.is_number and right != 0 and not left.is_Add and not left.is_number:
        coefficient = left.as_coeff_Mul()[0]
        if coefficient.is_Rational and coefficient > 0:
            left, right = left / coefficient, right / coefficient
    # With symbols SymPy would ask whether the sign is known, which takes longer than all the rest.
    return func(left, right, evaluate=not (left.free_symbols or right.free_symbols))


def _sides(sympy: Any, difference: Any) -> tuple[Any, Any]:
    """Return ``(left, right)`` with a positive multiple of ``difference`` equal to ``left - right``."""
    parts = sympy.Add.make_args(difference)
    exact = not difference.has(sympy.Float) and difference != 0
    for _ in range(2 if exact else 0):  # a factor may come out of a root only once it has been multiplied
        contents = [part.as_content_primitive() for part in parts]
        top = math.gcd(*(int(content.p) for content, _ in contents))
        bottom = math.lcm(*(int(content.q) for content, _ in contents))
        parts = [content * sympy.Rational(bottom, top) * rest for content, rest in contents]
    negative = [tree(part, absorb=False).op == "neg" for part in parts]
    left = [part for part, moves in zip(parts, negative, strict=True) if not moves]
    right = [-part for part, moves in zip(parts, negative, strict=True) if moves]
    return sympy.Add(*left), sympy.Add(*right)


def _vocabulary(lang: str) -> Mapping[str, str]:
    if lang not in VOCABULARY:
        raise UsageError(f"found the language {lang!r}; expected one of {', '.join(VOCABULARY)}")
    return VOCABULARY[lang]
