# %% [markdown]
# # Confrontation or cooperation
#
# Two states depend on each other for rare earths. One can decouple and deny technology, the other can license its exports sparingly.
# Five policy documents argue about what follows. This notebook takes the numbers that they give, adds the judgements that they leave
# open, and computes what follows from both.
#
# Nothing here is estimated or simulated. Payoffs are exact fractions, and so are the answers. Where the text states a result, an
# `assert` below it checks that the study still says so.

# %%
from fractions import Fraction

import matplotlib.pyplot as plt
import pandas as pd

import detente

study = detente.Study.find()
game = study.game("confrontation")
study.name, game.name, game.model.players

# %% [markdown]
# ## What each side gets
#
# Both sides choose at once, once a year: cooperate or confront. Payoffs are counted in units of *V*, the yearly value of secure supply to
# the United States. Each payoff is a sum of named terms, each term a formula of parameters.

# %%
game.payoffs

# %% [markdown]
# The same table in numbers, every parameter at its baseline. `game.at()` is an ordinary game without any memory of documents.

# %%
game.at()

# %% [markdown]
# And the terms behind one player's payoffs, as a data frame.

# %%
terms = game.payoffs.breakdown().to_frame()
terms[terms["player"] == "us"].pivot(index="term", columns="profile", values="formula").fillna("")

# %% [markdown]
# ## What cancels
#
# A decision compares the payoffs of a player's own strategies against the *same* choice of the other. Whatever stands on both sides of that
# comparison cancels. `detente` names such terms *inert*. They include the largest numbers in the table: a disruption hurts the United
# States whatever it does, and only the part of it that a buffer softens or a concession adds can move Washington. Denied technology is the
# same for Beijing, but for the part that a counter-control lifts.

# %%
game.payoffs.inert

# %%
assert game.payoffs.inert["us"] == ("supply_value", "disruption")
assert set(game.payoffs.inert["china"]) == {"export_rent", "legacy_cleanup", "tech_denial", "market_loss"}

# %% [markdown]
# What is left is the gain from confronting, once against a cooperator and once against a confronter. Question 1 of the game file asks
# for it in symbols: `A` is the gain against a cooperator, `B` against a confronter, `D` what mutual cooperation is worth over mutual
# confrontation.

# %%
game.question(1)

# %% [markdown]
# The picture behind `A`: which terms come and go when a player confronts a cooperator.


# %%
def change(player, before, after, point="baseline"):
    """Return how each term of a player's payoff changes between two profiles; terms that stay are left out."""
    values = [{term.name: term.value for term in game.trace(profile, player, point).sources} for profile in (before, after)]
    names = dict.fromkeys(name for each in values for name in each)
    found = {name: values[1].get(name, 0) - values[0].get(name, 0) for name in names}
    return pd.Series({name: float(value) for name, value in found.items() if value != 0})


COLORS = {"us": "#1d4f88", "china": "#b3541e"}
NAMES = {"us": "United States", "china": "China"}
alone = {"us": "confront,cooperate", "china": "cooperate,confront"}

figure, axes = plt.subplots(1, 2, figsize=(10, 2.8), sharex=True, layout="constrained")
for panel, player in zip(axes, COLORS):
    parts = change(player, "cooperate,cooperate", alone[player])
    panel.barh([name.replace("_", " ") for name in parts.index], parts, color=COLORS[player])
    panel.axvline(0, color="#191919", linewidth=0.8)
    panel.axvline(parts.sum(), color="#191919", linestyle=":")
    panel.invert_yaxis()
    panel.set_title(f"{NAMES[player]}: in all {parts.sum():+.3f}", fontsize=10)
    panel.set_xlabel("change of payoff, in V per year")
plt.show()

# %% [markdown]
# At the baseline neither side gains by confronting a cooperator, and both gain by confronting a confronter.

# %%
gain = {name: game.trace(name).value for name in ("A_us", "B_us", "A_cn", "B_cn")}
assert gain["A_us"] == Fraction(-41, 500) and gain["A_cn"] < 0
assert gain["B_us"] > 0 and gain["B_cn"] > 0
gain

# %% [markdown]
# ## What is stable
#
# So two outcomes are stable, in that nobody gains by changing alone: both cooperate, or both confront. Between them lies a mixed equilibrium. The
# solver says that these are all, and each was confirmed by a check that shares no code with the search: the regret, the most that anyone
# could gain by deviating, is exactly 0.

# %%
solved = game.equilibria()
assert solved.complete
assert {tuple(each.support[player][0] for player in game.model.players) for each in solved.pure} == {
    ("cooperate", "cooperate"),
    ("confront", "confront"),
}
assert all(each.regret == 0 for each in solved.equilibria)
solved

# %%
solved.to_frame().T

# %% [markdown]
# A game with this pattern is a stag hunt: cooperation is best for both, and confrontation is safe. The mixed equilibrium is no forecast that anyone
# throws dice. It is the tipping point of trust: the United States cooperates if it thinks China does with probability 0.27 or more, China only
# if it is four-fifths sure of the United States. China's trust is the bottleneck, and confrontation risk-dominates.

# %%
numeric = game.at()
(mixed,) = [each for each in solved.equilibria if not each.pure]
trust = {"us": mixed.profile["china"]["cooperate"], "china": mixed.profile["us"]["cooperate"]}
assert detente.ordinal_class(numeric).name == "stag_hunt"
assert round(float(trust["us"]), 2) == 0.27 and round(float(trust["china"]), 2) == 0.81
assert numeric.profile_labels(detente.risk_dominant(numeric)) == ("confront", "confront")
trust

# %% [markdown]
# The documents do not agree with the baseline, or with one another. Their own readings are named points of the game file, beside a hawkish one.
# Every answer occurs.

# %%
points = ["baseline", *game.model.definition.points]
pd.DataFrame(
    {
        point: {
            "stable": " or ".join(",".join(own[0] for own in each.support.values()) for each in game.equilibria(point).pure),
            "class": detente.ordinal_class(game.at(point)).name,
        }
        for point in points
    }
).T

# %%
assert game.holds("class:prisoners_dilemma", "hawkish")
assert game.holds("unique:cooperate,cooperate", "doc002_strong")
assert game.holds("unique:confront,confront", "doc003_strong")

# %% [markdown]
# ## What would change it
#
# Move one parameter, hold the others, and the set of equilibria changes at a few exact values. They are roots of polynomials, not readings from a
# grid. Here is the severity of a cutoff: below the first threshold only cooperation is stable, above the second only confrontation.

# %%
severity = game.thresholds("sev")
assert [each.at for each in severity] == [Fraction(139, 666), Fraction(3103, 7881)]
severity

# %%
def gains(name, values, along):
    """Return a named formula along a parameter."""
    return [float(game.trace(name, **{along: value}).value) for value in values]


low, high = severity.interval
values = [low + (high - low) * Fraction(step, 8) for step in range(9)]
curves = {
    "A_us": ("us", "-", "US, against a cooperator"),
    "B_us": ("us", "--", "US, against a confronter"),
    "A_cn": ("china", "-", "China, against a cooperator"),
    "B_cn": ("china", "--", "China, against a confronter"),
}
figure, axis = plt.subplots(figsize=(8, 3.6), layout="constrained")
for name, (player, style, label) in curves.items():
    line = gains(name, values, "sev")
    axis.plot([float(value) for value in values], line, style, color=COLORS[player])
    axis.annotate(label, (float(high), line[-1]), xytext=(6, 0), textcoords="offset points", va="center", color=COLORS[player])
for each in severity:
    axis.axvline(float(each.at), color="#5f5f5f", linewidth=0.8)
    axis.annotate(f"{each.at}", (float(each.at), axis.get_ylim()[0]), xytext=(3, 3), textcoords="offset points", color="#5f5f5f")
axis.axhline(0, color="#191919", linewidth=0.8)
axis.set_xlabel("severity of a cutoff, share of V")
axis.set_ylabel("gain from confronting")
axis.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# Only two of the four lines cross zero: what the United States gains against a confronter, and what China gains against a cooperator.
# Those are the two crossings.

# %%
signs = {name: {value > 0 for value in gains(name, values, "sev")} for name in curves}
assert signs == {"A_us": {False}, "B_us": {False, True}, "A_cn": {False, True}, "B_cn": {True}}

# %% [markdown]
# ## Exactly when
#
# The atlas gives every equilibrium in closed form, with the condition under which it exists over the whole box of parameters. No outcome is settled
# in advance: each exists somewhere in the box, and none everywhere.

# %%
atlas = game.atlas()
assert {region.status for region in atlas.regions} == {"conditional"}
atlas

# %% [markdown]
# The first condition in words. Cooperation is stable exactly where, for the United States, the cost of rebuilding, the strain on allies and the
# dividend forgone outweigh what it values in denying technology; and where, for China, the dividend, the rent forgone and the loss of
# reliability outweigh what a cutoff would extract.
#
# Cooperation has the larger *material* sum everywhere in the box. That follows from the signs of the terms and from shares being at most 1, so
# it is no finding. Nor does it make cooperation stable, because nobody decides by the sum.

# %%
answers = {table.title: table for table in game.question(3).tables}
sums = answers["material sums"]
differences = sums.to_frame().set_index("cell").iloc[1:, -1]
assert set(differences) == {"always negative"}
assert not game.holds("equilibrium:cooperate,cooperate", "hawkish")
sums

# %% [markdown]
# ## Year after year
#
# At the hawkish point confronting is dominant and the year is a prisoner's dilemma. Repeated for ever, it need not end so: whoever breaks the agreement
# today can be punished tomorrow. The critical discount factor is the patience from which that is enough.

# %%
patience = game.critical_discount_factors("hawkish")
assert patience.factors["grim"].per_player == {"us": Fraction(386, 573), "china": Fraction(62888, 910433)}
assert patience.factors["punishment_2"].per_player["us"] is None
patience

# %% [markdown]
# Grim punishment sustains cooperation from 0.67 for the United States, and almost any patience will do for China. Two years of punishment are too few for the United
# States at any patience, three are enough. Tit for tat never is.
#
# The more the United States values the rival's loss for its own sake, the more patience it takes: none, up to the weight at which confronting a
# cooperator begins to pay.

# %%
(start,) = game.thresholds("rel_us", "A_us", "hawkish")
weights = sorted([start.at, *(Fraction(step, 40) for step in range(8, 21, 2))])
needed = [
    detente.critical_discount_factor(game.at("hawkish", rel_us=weight), "grim", ("cooperate", "cooperate"), ("confront", "confront")).per_player["us"]
    for weight in weights
]
assert needed == sorted(needed) and needed[weights.index(start.at)] == 0

figure, axis = plt.subplots(figsize=(7, 3), layout="constrained")
axis.plot([float(weight) for weight in weights], [float(value) for value in needed], color=COLORS["us"], marker="o", markersize=3)
baseline = game.point().values["delta"]
axis.axhline(float(baseline), color="#5f5f5f", linewidth=0.8)
axis.annotate(f"discount factor of the study: {float(baseline)}", (float(weights[0]), float(baseline)), xytext=(0, -11), textcoords="offset points")
axis.set_xlabel("US relative-gains weight (0.5 at the hawkish point)")
axis.set_ylabel("patience needed by the US")
axis.set_ylim(-0.03, 1)
axis.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# ## Where does a number come from?
#
# Ask. Every number goes down to a line of a document, with the words that carry it, or to a named judgement.

# %%
print(game.trace("c_reb"))

# %%
payoff = game.trace("confront,confront", "us")
leaves = [each for each in payoff.walk() if each.kind in {"figure", "judgement"}]
assert {each.name for each in leaves if each.kind == "figure"} >= {"d_us", "l_gdp", "capex_usd"}
assert all(each.figures for each in leaves if each.kind == "figure")
assert all(each.reason for each in leaves if each.kind == "judgement")
pd.DataFrame({each.name: {"kind": each.kind, "value": str(each.value), "unit": each.unit} for each in leaves}).T

# %% [markdown]
# ## Change a judgement
#
# No document says how much Washington values a loss in China for its own sake. The study supposes 0.25 and lets it range from 0 to 0.5. Suppose
# more: at 0.45 cooperation is gone, and only the judgement has moved.

# %%
assert game.holds("equilibrium:cooperate,cooperate")
assert not game.holds("equilibrium:cooperate,cooperate", rel_us="9/20")
game.equilibria(rel_us="9/20")

# %% [markdown]
# The turning point is exact. At it, the United States is indifferent; beyond it, cooperation is lost.

# %%
(turn,) = game.thresholds("rel_us", "equilibrium:cooperate,cooperate")
assert turn.at == Fraction(207, 500)
assert (turn.before, turn.at_point, turn.after) == (True, True, False)
numbers = game.at(rel_us=Fraction(207, 500))
assert numbers.payoff("us", ("confront", "cooperate")) == numbers.payoff("us", ("cooperate", "cooperate"))
turn.at

# %% [markdown]
# A derived value has no value of its own to set. The study says what to change instead.

# %%
try:
    game.at(c_reb="1/2")
except detente.UsageError as error:
    print(error)
    assert "capex_flow" in str(error)

# %% [markdown]
# Try it: which single parameter would make cooperation the safer of the two stable outcomes? Begin with
# `game.thresholds("rel_us", "selected:cooperate,cooperate")`.
