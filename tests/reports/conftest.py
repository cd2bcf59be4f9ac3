"""What tests of both editions share."""

import re

import pytest

from detente.reports.elements import Figure, Formula, inlines
from detente.reports.spans import plain_text
from detente.reports.translation import left_over


def numbers(text):
    return sorted(re.findall(r"(?<![A-Za-z0-9])[0-9]+(?:[.,/][0-9]+)*%?", text))


@pytest.fixture(scope="session")
def compared():
    """Compare a report in both editions: no English left, the same blocks, the same numbers; how many these are."""

    def compare(english, chinese, texts):
        assert left_over(chinese, texts) == []
        one, two = english.blocks, chinese.blocks
        assert [type(each) for each in one] == [type(each) for each in two]
        count = 0
        for before, after in zip(one, two, strict=True):
            if isinstance(before, Formula):
                assert numbers(before.source) == numbers(after.source)
            elif not isinstance(before, Figure):
                for own, other in zip(map(plain_text, inlines(before)), map(plain_text, inlines(after)), strict=True):
                    # texts of the study itself may count in other units (2 USD bn is 20亿美元), and titles are in both languages
                    if not re.search("[\u4e00-\u9fff]", own) and not any(text in own for text in texts):
                        assert numbers(own) == numbers(other), own
                        count += len(numbers(own))
        return count

    return compare
