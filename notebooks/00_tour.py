# %% [markdown]
# # Ten minutes with detente
#
# A study is a folder of readable files: what documents say (`seeds/`), payoffs as sums of named terms (`payoffs/`), games (`games/`). This tour walks
# from one figure in a document to an equilibrium, and back. Run the cells in order, change a number, run them again. What the text states, an
# `assert` checks.

# %%
from fractions import Fraction

import detente

study = detente.Study.find()
study

# %% [markdown]
# ## A number and where it comes from
#
# `d_us` is the share of its rare earths that the United States imports from China. Three documents give figures for it, and they differ. The median is
# the baseline, the smallest and the largest are the ends of the interval.

# %%
game = study.game("confrontation")
dependence = game.trace("d_us")
assert dependence.value == Fraction(37, 50)
assert len(dependence.figures) == 3
dependence

# %% [markdown]
# Five in six numbers of this study are judgements: no document gives them. They are marked as such, with a range and a reason.

# %%
kinds = list(game.kinds.values())
assert set(kinds) == {"figure", "judgement"}
assert kinds.count("judgement") > kinds.count("figure")
{kind: kinds.count(kind) for kind in set(kinds)}

# %% [markdown]
# ## From terms to an answer
#
# Both sides choose at once, cooperate or confront. Each payoff is a formula.

# %%
game.payoffs

# %% [markdown]
# At the baseline there are three equilibria. Nothing is rounded: payoffs are fractions, and the regret, the most that anyone could gain by
# deviating, is 0. The result says that the list is complete.

# %%
found = game.equilibria()
assert found.complete and len(found.equilibria) == 3
assert all(each.regret == 0 for each in found.equilibria)
found

# %% [markdown]
# ## From an answer to its conditions
#
# The same for all parameter values at once: each equilibrium with the exact condition under which it exists.

# %%
atlas = game.atlas()
together = next(each for each in atlas.regions if all(own["cooperate"] == 1 for own in each.profile.values()))
assert together.status == "conditional"
assert together.holds_at(game.point().values)
atlas

# %% [markdown]
# Along one parameter the answer changes at exact values. Severity of a cutoff, all else at the baseline:

# %%
severity = game.thresholds("sev")
assert [each.at for each in severity] == [Fraction(139, 666), Fraction(3103, 7881)]
severity

# %% [markdown]
# ## How sure is that?
#
# The box of all ranges is large. Draw from it under five priors and count where cooperation is an equilibrium. The word *robust* is kept for
# conclusions that hold in at least 95 % under every prior. This one does not.

# %%
shares = game.robustness(draws=8192, seed=0, conclusions=["equilibrium:cooperate,cooperate"], terms=False, save=False)
least, greatest = shares.range("equilibrium:cooperate,cooperate")
assert 0 < least < greatest < 0.95
assert not shares.is_robust("equilibrium:cooperate,cooperate")
shares

# %% [markdown]
# ## What would change it?
#
# The cheapest change that makes mutual cooperation the equilibrium that risk dominance selects; cost is the move over the width of the range.

# %%
levers = game.levers(to={"us": "cooperate", "china": "cooperate"}, outcome="selected")
assert not levers.holds
levers

# %% [markdown]
# And which numbers have to be known for a conclusion, whatever the others are:

# %%
rests = game.rests_on("A_us")
assert rests.complete
rests

# %% [markdown]
# ## Patience
#
# Repeated for ever, a breach can be punished. At the hawkish point cooperation is no equilibrium of the game played once; how much must the future
# count?

# %%
patience = game.critical_discount_factors("hawkish")
assert not game.holds("equilibrium:cooperate,cooperate", "hawkish")
assert patience.factors["grim"].overall < 1
patience

# %% [markdown]
# ## A game without documents
#
# The engine knows nothing about rare earths. Any table of numbers or formulas will do.

# %%
hawk_dove = detente.SymbolicGame([[["(v - c)/2", "v"], [0, "v/2"]], [["(v - c)/2", 0], ["v", "v/2"]]], parameters={"v": (1, 4), "c": (1, 6)})
regions = detente.atlas(hawk_dove).regions
(mixed,) = [each for each in regions if not each.pure]
assert str(mixed.profile["1"]["1"]) == "v/c"
detente.atlas(hawk_dove)

# %%
numeric = hawk_dove.at(v=2, c=3)
weights = [each.profile["1"]["1"] for each in detente.equilibria(numeric).equilibria if not each.pure]
assert weights == [Fraction(2, 3)]  # v/c
detente.equilibria(numeric)

# %% [markdown]
# ## Move about
#
# Every parameter as a slider, and payoffs, equilibria and a map that follow. Pull one (in JupyterLab: `make lab`).

# %%
game.explore()

# %% [markdown]
# The same in a program:

# %%
explorer = game.explorer()
explorer.move({"sev": "1/5"})
view = explorer.view()
assert view.sentence.startswith("The only equilibrium is (cooperate, cooperate)")
print(view.sentence)
print(explorer.code())

# %% [markdown]
# Next: `01_confrontation` takes this game apart; `detente new my-study` begins one on documents of your own.
