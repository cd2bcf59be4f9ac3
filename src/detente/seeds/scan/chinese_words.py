"""What the Chinese rules know by heart: words for bounds, units and classifiers, and words that only look like numerals.

The rules are compiled from a :class:`Words`, so that they can be measured with words taken out.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["WORDS", "Words"]


@dataclass(frozen=True)
class Words:
    """The words of the rules.

    Attributes
    ----------
    before, after : mapping
        A word that stands before or behind an amount, to the bound that it states.
    units : mapping
        A word behind a number, to the unit of the candidate; ``count`` for classifiers.
    idioms : tuple of str
        Words that hold a numeral and state no number.
    """

    before: dict[str, str]
    after: dict[str, str]
    units: dict[str, str]
    idioms: tuple[str, ...]

    def without(self, words: frozenset[str]) -> Words:
        """Return the same with some words taken out."""
        return Words(
            {word: bound for word, bound in self.before.items() if word not in words},
            {word: bound for word, bound in self.after.items() if word not in words},
            {word: unit for word, unit in self.units.items() if word not in words},
            tuple(word for word in self.idioms if word not in words),
        )

    @property
    def every(self) -> frozenset[str]:
        """All of them."""
        return frozenset({*self.before, *self.after, *self.units, *self.idioms})


def _by_word(groups: dict[str, str]) -> dict[str, str]:
    return {word: meaning for meaning, words in groups.items() for word in words.split()}


WORDS = Words(
    before=_by_word(
        {
            "over": "超过 超過 逾 多于 多於 高于 高於 突破 大于 大於 不止",
            "at_least": "至少 不少于 不少於 不低于 不低於 起码 起碼 最少 最低",
            "at_most": (
                "不超过 不超過 不得超过 不得超過 不高于 不高於 至多 最多 最高 高达 高達 多达 多達 不到 不足 低于 低於 少于 少於"
            ),
            "about": "约 約 大约 大約 大概 左右 估计 估計 差不多 近 将近 將近 接近",
        }
    ),
    after=_by_word(
        {
            "at_least": "以上 及以上 起",
            "over": "多 余 餘",
            "at_most": "以下 以内 以內 之内 之內",
            "about": "左右 上下 许 許",
        }
    ),
    units=_by_word(
        {
            "USD": "美元 美金 美",
            "CNY": "人民币 人民幣 元",
            "EUR": "欧元 歐元",
            "years": "周年 年 载 載",
            "months": "个月 個月",
            "weeks": "周 星期 礼拜 禮拜",
            "days": "天 日",
            "hours": "小时 小時 钟头 鐘頭",
            "minutes": "分钟 分鐘",
            "tonnes": "公吨 公噸 吨 噸",
            "kg": "公斤 千克",
            "km": "公里 千米",
            "ratio": "倍",
            "count": (
                "个 個 种 種 类 類 项 項 家 国 國 位 名 人 次 条 條 款 份 座 艘 架 辆 輛 台 套 批 起 场 場 轮 輪 步 点 點 大 方 期 成员 "
                "成員 支 只 隻 届 屆 级 級 层 層 部 件 号 號 门 門 难 難 者 地 州 省 党 黨"
            ),
        }
    ),
    idioms=tuple(
        (
            "一方面 另一方面 一个月内 一個月內 进一步 進一步 一步步 一体 一體 一致 一般 一样 一樣 一定 一切 一些 一直 一旦 一系列 "
            "一带一路 一帶一路 一帶 一带 万一 萬一 十分 百姓 千方百计 千方百計 千万 三番五次 统一 統一 唯一 同一 之一 第一时间 第一時間 "
            "一度 一起 一同 一时 一時 一味 单一 單一 一律 一贯 一貫 一面 一边 一邊 一端 一举 一舉 每一 这一 這一 那一 某一 任何一 另一 "
            "逐一 一大批 一批 两国 兩國 双方 雙方 百年 千年 数据 數據 数量 數量 数字 數字 几乎 幾乎 多数 多數 少数 少數 半导体 半導體 "
            "半岛 半島 多年 大多 许多 許多 多个 多個 多国 多國 多种 多種 多家 多项 多項 多边 多邊 多元 余地 餘地 其余 其餘 万众 萬眾 "
            "四处 四處 五金 九牛 七国 七國 一种 一種 一个 一個 一条 一條 一场 一場 一项 一項 一位 一名 一家 一国 一國 一次 一份 一款 "
            "一座 一只 一隻 一点 一點 一类 一類 一部 一大 一套 一层 一層 一级 一級 一门 一門"
        ).split()
    ),
)
