"""What students write, as the closed grammar reads it: signs of other keyboards, LaTeX, other ways to write the same number.

Text only becomes other text here; nothing is evaluated. What is ambiguous (``1,250``, ``2½``) is refused with what to write.
"""

from __future__ import annotations

import re
import unicodedata

from detente.errors import UsageError

__all__ = ["decimal_point", "normal", "tidy"]

_SIGNS = str.maketrans(
    {
        "≥": ">=", "≤": "<=", "≧": ">=", "≦": "<=", "⩾": ">=", "⩽": "<=", "≠": "!=", "×": "*", "·": "*", "⋅": "*", "∙": "*",
        "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "÷": "/", "⁄": "/", "∕": "/", "、": ",", "。": ".", "δ": " delta ",
        "∧": " and ", "∨": " or ", "且": " and ", "或": " or ", "→": ">", "⟶": ">", "⇒": ">", "≈": "=", "“": "", "”": "",
        "‘": "", "’": "", "「": "", "」": "", "∅": "none", "∈": " in ", "^": "**", "\u200b": "", "\ufeff": "",
    }
)  # fmt: skip
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))
_SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_VULGAR = re.compile(r"[¼½¾\u2150-\u215e]")
_FRACTION = re.compile(r"\\[dtc]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_SHORT_FRACTION = re.compile(r"\\[dtc]?frac\s*([0-9])\s*([0-9])")
_TEXT = re.compile(r"\\(?:text|mathrm|mathit|mathbf|textbf|textit|operatorname)\s*\{([^{}]*)\}")
_COMMANDS = {
    "cdot": "*", "times": "*", "div": "/", "le": "<=", "leq": "<=", "leqslant": "<=", "lt": "<", "ge": ">=", "geq": ">=",
    "geqslant": ">=", "gt": ">", "ne": "!=", "neq": "!=", "delta": " delta ", "land": " and ", "wedge": " and ", "lor": " or ",
    "vee": " or ", "to": ">", "rightarrow": ">", "approx": "=", "emptyset": "none", "varnothing": "none", "left": "", "right": "",
    "quad": " ", "qquad": " ", "in": " in ",
}  # fmt: skip
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_POWER = re.compile(r"\*\*\s*\{([^{}]*)\}")
_DECIMAL_COMMA = re.compile(r"([+-]?\d+),(\d+)(\s*%)?")


def tidy(text: str) -> str:
    """Return a name as it is looked up: no matter how it is spaced, written or wide."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("_", " ").split())


def normal(text: str) -> str:
    r"""Return an answer in plain signs.

    Examples
    --------
    >>> normal("$\\delta \\geq \\frac{1}{2}$"), normal("δ² ≥ ¼"), normal("**1/3**")
    ('delta  >= ((1)/(2))', 'delta **2 >= (1/4)', '1/3')
    """
    if re.search(r"\d\s?[¼½¾\u2150-\u215e]", text):
        raise UsageError("found a whole number beside a fraction; expected one fraction, such as 5/2")
    plain = _SUPERSCRIPT.sub(lambda found: "**" + "".join(_RAISED[each] for each in found.group()), text)
    plain = _VULGAR.sub(lambda found: f"({unicodedata.normalize('NFKC', found.group())})", plain)
    plain = unicodedata.normalize("NFKC", plain)
    if "\\" in plain:
        plain = _latex(plain)
    plain = plain.translate(_SIGNS).strip()
    emphasis = re.fullmatch(r"(\*{1,2}|_{1,2})([^*_].*?)\1", plain, re.DOTALL)
    plain = (emphasis.group(2) if emphasis else plain).strip().strip("`$").strip()
    return _POWER.sub(r"**(\1)", plain)


def _latex(text: str) -> str:
    for _ in range(4):  # as deep as an answer nests
        text = _SHORT_FRACTION.sub(r"((\1)/(\2))", _TEXT.sub(r"\1", _FRACTION.sub(r"((\1)/(\2))", text)))
    text = re.sub(r"\\[()\[\]]", "", text)
    text = re.sub(r"\\([{}%_#&])", r"\1", text)
    text = re.sub(r"\\[,;:! ]", " ", text)
    return _COMMAND.sub(lambda found: _COMMANDS.get(found.group(1), found.group()), text)


def decimal_point(text: str) -> str:
    """Return a number with a point where it was written with a decimal comma.

    Raises
    ------
    UsageError
        If the comma may part thousands as well.

    Examples
    --------
    >>> decimal_point("0,25"), decimal_point("-12,5 %"), decimal_point("1/3")
    ('0.25', '-12.5 %', '1/3')
    """
    found = _DECIMAL_COMMA.fullmatch(text)
    if found is None:
        return text
    whole, rest, percent = found.groups()
    if len(rest) == 3 and whole.lstrip("+-") not in ("0", "00"):
        raise UsageError(f"found {text!r}, which may be {whole}{rest} or {whole}.{rest}; expected a number without a comma")
    return f"{whole}.{rest}{percent or ''}"
