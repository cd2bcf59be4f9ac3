"""Words that every report prints by itself, in each language, and the signs of the kinds of rows."""

from __future__ import annotations

from typing import Any

__all__ = ["GLYPH_NOTE", "NO_FONTS", "SIGNS", "WORDS", "ZH_NOTE"]

#: Language to the words.
WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "table": "Table",
        "figure": "Figure",
        "equation": "Equation",
        "section": "Section",
        "contents": "Contents",
        "kind": "kind",
        "kinds": {"figure": "figure from a document", "derived": "derived", "judgement": "judgement"},
        "key": ("First number: {row}; second: {column}. Underlined: best response (solid: {row}; dashed: {column})."),
        "framed": " Framed: equilibrium.",
        "unit": " Payoffs in {unit}.",
    },
    "zh": {
        "table": "表",
        "figure": "图",
        "equation": "式",
        "section": "第",
        "contents": "目录",
        "kind": "类别",
        "kinds": {"figure": "文献数据", "derived": "推导值", "judgement": "判断"},
        "key": (
            "前一数字为{row}的支付，后一数字为{column}的支付。"  # noqa: RUF001 (Chinese punctuation)
            "下划线表示最优反应（实线：{row}；虚线：{column}）。"  # noqa: RUF001 (Chinese punctuation)
        ),
        "framed": "方框表示均衡。",
        "unit": "支付单位：{unit}。",  # noqa: RUF001 (Chinese punctuation)
    },
}

#: Kind of a row to its sign.
SIGNS = {"figure": "■", "derived": "=", "judgement": "◇"}

ZH_NOTE = (
    "Chinese text is shown as [zh], because the fonts for it are not installed; "
    'the extra "zh" brings them: pip install "detente[zh]".'
)

#: Without fonts a Chinese edition would be signs for missing text: it is not made.
NO_FONTS = 'the Chinese edition needs fonts that are not installed; the extra "zh" brings them: pip install "detente[zh]"'

GLYPH_NOTE = "Characters that cannot be printed are shown by their number, as in [U+200B]: {}."
