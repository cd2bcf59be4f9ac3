# %% [markdown]
# # A text of your own
#
# From a text to figures, parameters, a game and a report, without writing formulas by hand. The same walk stands, for the terminal, in
# `src/GUIDE.md`; with questions and answers it is `detente new DIR --guided`. The text is invented: a strait, chips, two sides that
# need each other. Replace it by yours: text, Markdown, HTML, DOCX or PDF, in English or Chinese.

# %%
import contextlib
import shlex
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import pandas as pd

import detente
from detente.cli import run

TEXT = """A note on the Silica Strait. Bureau of Circuits, 4 June 2031

Ostrava Deep etches nearly 80% of the advanced chips that Lacustria buys; two thirds of them cross the strait by ferry.
Lacustria buys chips for 14 billion marks a year, and Ostrava earns over 6 billion marks on them. In 2030 the strait was
closed for eleven days. Prices tripled, orders worth about 3.5 billion marks were lost, and 40 glass factories stood idle.

A foundry of its own would cost Lacustria 18 to 22 billion marks, take at least five years to build and serve for about
20 years. Its chips would be 30% dearer. Parliament has set aside 2.5 billion marks. Some 12,000 engineers would be needed;
Lacustria trains 900 a year, and a quarter of them leave.

A treaty is worth between 1 and 2 billion marks a year to each side. 石英岛的官员估计，断供一年，奥斯特拉瓦损失约15亿马克，
占其出口的三成以上，重新赢得客户需要十余年。
"""

folder = Path(tempfile.mkdtemp())
(folder / "strait.txt").write_text(TEXT, encoding="utf-8")
root = folder / "strait"


def command(line):
    """Run a command as the terminal would, and stop where it fails."""
    print("$ detente", line)
    with contextlib.redirect_stderr(sys.stdout), contextlib.chdir(root if root.exists() else folder):
        code = run(shlex.split(line))
    assert code == 0, f"exit code {code}"


# %% [markdown]
# ## An empty study and a document
#
# `seeds add` copies the text into `documents/`, takes its hash and registers it.

# %%
command("new strait --empty")
command("seeds add ../strait.txt --title 'A note on the Silica Strait' --date 2031-06 --genre memo --slant 'wants the treaty'")

# %% [markdown]
# ## What rules find
#
# Candidates are numbers with their unit, bound and place. Rules find them, nothing is learned, and some will be of no use. A table holds
# them, with a column `accept` and blanks for who and what a figure is about.

# %%
command("seeds scan documents/strait.txt -o figures.csv")
candidates = pd.read_csv(root / "figures.csv", dtype=str, keep_default_na=False)
assert len(candidates) >= 20
candidates[["where", "match", "unit", "low", "central", "high", "bound", "context"]]

# %% [markdown]
# Filling in is what a person does, in a spreadsheet or here. Two rows are rejected: *one year* is a way of speaking, *two thirds* nobody
# needs.

# %%
about = {
    "14 billion": ("Lacustria", "yearly bill for chips"),
    "3.5 billion": ("Lacustria", "orders lost in eleven days"),
    "18 to 22 billion": ("Lacustria", "cost of a foundry"),
    "1 and 2 billion": ("each side", "worth of a treaty"),
    "约15亿": ("Ostrava", "loss from a year of closure"),
}
for index, row in candidates.iterrows():
    subject, quantity = about.get(row["match"], ("Silica Strait", f"what line {row['paragraph']} says: {row['unit']}"))
    candidates.loc[index, ["accept", "subject", "quantity"]] = ["yes", subject, quantity]
candidates.loc[candidates["match"].isin(["一年", "two thirds"]), "accept"] = "no"
candidates.to_csv(root / "figures.csv", index=False)
command("seeds accept figures.csv")
command("check --documents documents")
study = detente.Study(root)
assert len(study.files.figures) == len(candidates) - 2

# %% [markdown]
# ## A game from a template
#
# Two sides, each of which cooperates or confronts. The numbers of a template only hold the place of yours.

# %%
command("new . --template two_by_two --game strait --title 'The Silica Strait' --player first=Lacustria --player second=Ostrava")

# %% [markdown]
# ## The numbers
#
# All parameters go out as a table and come back. What the text gives becomes a *figure*, with the rule by which it follows; what it does
# not give stays a *judgement* with a range and a reason. Only cells that changed are written; if anything is wrong, nothing is.

# %%
command("parameters out numbers.csv")
numbers = pd.read_csv(root / "numbers.csv", dtype=str, keep_default_na=False).set_index("name")
figure = {each.quantity: each.id for each in study.files.figures.values()}
treaty = {"kind": "figure", "value": "1.5", "low": "1", "high": "2", "figures": figure["worth of a treaty"], "rule": "single",
          "interval": "stated", "scale": "1e-9", "unit": "bn marks/yr", "reason": ""}
lost = {**treaty, "value": "3.5", "low": "2.5", "high": "4.5", "figures": figure["orders lost in eleven days"], "interval": "reading",
        "reason": "about, read as a third more or less"}
for name, cells in {"gain_first": treaty, "gain_second": treaty, "exposure_first": lost}.items():
    numbers.loc[name, list(cells)] = list(cells.values())
numbers.reset_index().to_csv(root / "numbers.csv", index=False)
command("parameters in numbers.csv")
taken = detente.Study(root).files.payoffs["strait"].parameters.entries
assert {name for name, each in taken.items() if each.kind == "figure"} == {"gain_first", "gain_second", "exposure_first"}
assert taken["gain_first"].value == Fraction(3, 2)

# %% [markdown]
# ## What follows
#
# With these numbers both "all cooperate" and "all confront" are stable where the advantage of confronting stays below the worth of the treaty.

# %%
game = detente.Study(root).game("strait")
game.payoffs

# %%
result = game.equilibria(advantage_first=1, advantage_second=1)
assert {tuple(max(mixed, key=mixed.get) for mixed in each.profile.values()) for each in result.equilibria if each.pure} == {
    ("cooperate", "cooperate"), ("confront", "confront"),
}
result

# %% [markdown]
# Every number leads back to its line.

# %%
command("trace strait gain_first")

# %% [markdown]
# ## Other people's judgements
#
# A form asks for the lowest, the highest and the best value and how sure one is, in this order; it does not show the study's own values.
# Two colleagues answer about one number.

# %%
for expert, answer in {"alice": ("0.5", "1.2", "1", "80"), "bob": ("2", "4", "3", "60")}.items():
    command(f"elicit out {expert}.csv advantage_second")
    form = pd.read_csv(root / f"{expert}.csv", dtype=str, keep_default_na=False)
    form.loc[0, ["lowest", "highest", "best", "confidence"]] = list(answer)
    form.to_csv(root / f"{expert}.csv", index=False)
command("elicit in alice.csv bob.csv --weight bob=2 -o together.txt")
together = (root / "together.txt").read_text(encoding="utf-8")
assert "intervals apart" in together  # alice and bob cannot both be right
print(together)

# %% [markdown]
# ## A report
#
# Everything as a PDF, with every table as CSV and every figure as SVG beside it.

# %%
command("report")
assert (root / "reports" / "strait.pdf").read_bytes().startswith(b"%PDF")
