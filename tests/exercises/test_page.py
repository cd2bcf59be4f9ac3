"""The page in notebooks/exercises says what the code is."""

import re
from pathlib import Path

from detente.exercises.asks import ASKS
from detente.exercises.key import USES
from detente.exercises.misconceptions import MISCONCEPTIONS
from detente.exercises.properties import PROPERTIES
from detente.exercises.sheet import read_sheet
from detente.exercises.variants import Variants

PAGE = (Path(__file__).parents[2] / "notebooks/exercises/README.md").read_text(encoding="utf-8")


def column(head):
    lines = PAGE[PAGE.index(f"\n| {head} |") + 1 :].split("\n")
    rows = [line.split("|")[1] for line in lines[2 : next(i for i, line in enumerate(lines) if not line)]]
    return {name.partition(":")[0] for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_the_tables_list_every_ask_property_and_sheet():
    assert column("ask") == set(ASKS)
    assert column("require") == set(PROPERTIES)
    assert column("sheet") == {path.stem for path in (Path(__file__).parents[2] / "notebooks/exercises").glob("*.toml")}


def test_the_table_lists_the_keys_that_each_ask_uses():
    lines = PAGE[PAGE.index("\n| ask |") + 1 :].split("\n\n")[0].split("\n")[2:]
    for line in lines:
        names, keys, _ = line.strip("| ").split("| ", 2)
        for name in re.findall(r"`(\w+)`", names):
            told = set(re.findall(r'`(\w+)(?: = "[^`]*")?`', keys)) - {"text", "start"}
            assert told == set(USES[name]), name


def test_the_example_is_a_sheet(tmp_path, files):
    (text,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "example.toml").write_text(text, encoding="utf-8")
    assert len(Variants(read_sheet(tmp_path / "example.toml"), files, "3").of("ada").items) == 2


def test_every_misconception_has_words_in_both_languages():
    assert len(MISCONCEPTIONS) >= 8
    for title, words in MISCONCEPTIONS.values():
        assert set(title) == set(words) == {"en", "zh"}
