# %% [markdown]
# # Does rebuilding invite the strike that it is to prevent?
#
# A country that depends on another for its supply can rebuild, year by year, and the other can watch or strike. Every step makes a later strike weaker, so
# a strike, if it comes, comes early; and nobody can promise in one year what will be worth keeping in the next. The documents say how long rebuilding
# takes, that each use of the card speeds up substitutes, and that the card remains strong. The game has twenty states, the steps that are left.

# %%
from fractions import Fraction

import detente

study = detente.Study.find()
game = study.game("rebuild_race")
game

# %% [markdown]
# ## What is played
#
# At the baseline nobody moves: the United States freezes in every state and China would hold whatever it did. This is the only equilibrium in pure
# strategies of the state; each state was solved exactly and each one-shot deviation checked apart.

# %%
solved = game.solve()
(only,) = solved.equilibria
assert solved.arithmetic == "exact" and only.regret == 0
assert str(only.path) == "freeze, hold in 20; rests in 20"
assert {only.action("us", state) for state in range(1, 21)} == {"freeze"}
solved

# %% [markdown]
# A frozen year pays the United States 1 and the dividend of cooperation, less the risk of a cutoff from another crisis:
# 1 + 0.05 - 0.1*0.9*0.74, and that for ever at a discount factor of 0.95.

# %%
assert only.values["us"][20] == (1 + Fraction(5, 100) - Fraction(666, 10000)) / Fraction(5, 100)
float(only.values["us"][20])

# %% [markdown]
# Elsewhere the path ends in other ways: in independence where supply is cheap and the hazard high, part of the way where one step more would be
# answered, in a strike at once where coercion pays more.

# %%
ends = {"hot": "frozen", "insecure_us": "independence", "hot_insecure": "partial", "window": "partial", "strike": "strike_now"}
assert all(game.holds(f"selected:{end}", point) for point, end in ends.items())
assert not any(game.holds("selected:strike_later", point) for point in ends)
game.question(1)

# %% [markdown]
# ## Why it stops where it does
#
# At the point `window` the United States rebuilds for three steps and stops in state 17: there a further step would be answered by a strike.

# %%
path = game.solve("window").equilibria[0].path
assert str(path) == "fast, hold in 20; slow, hold in 18; freeze, hold in 17; rests in 17"
game.question(5)

# %% [markdown]
# ## From which hazard on is rebuilding worth it?
#
# The threshold is exact. It lies far above the baseline of 0.1: at these figures rebuilding is not justified, even before China answers.

# %%
found = game.thresholds("hazard", of="selected:frozen")
(threshold,) = found.inside
assert round(float(threshold.at), 4) == 0.2925 and threshold.before and not threshold.after
(static,) = game.thresholds("hazard", of="static_gap").inside
assert static.at == Fraction(25, 111) < Fraction(threshold.at)
found

# %% [markdown]
# ## What each side can commit to
#
# The same action in every state, as a commitment that the other sees. Freezing is best for the United States on nearly all of the draws: most of what
# rebuilding would prevent does not come.

# %%
options = game.options("us", draws=2000)
assert [each.strategy for each in options.best] == ["freeze"]
assert min(options["freeze"].share_range) > 0.9
options

# %% [markdown]
# ## How sure is this?
#
# Shares of the box under five priors. That China strikes at once happens in a few percent of it, that it strikes later practically nowhere.

# %%
shares = game.robustness(draws=8192, seed=0, terms=False, save=False, conclusions=["selected:frozen", "selected:strike_now", "selected:strike_later"])
assert shares.range("selected:frozen")[0] > 0.8
assert 0 < shares.range("selected:strike_now")[1] < 0.15 and shares.range("selected:strike_later")[1] < 0.001
shares

# %% [markdown]
# What to try: `game.question(3)` for the transfer that would keep China from striking, `game.question(2)` for the best date against a fixed pace,
# `study.game("rebuild_race:ten").solve("window")` for a shorter horizon, `game.levers("freeze_and_hold", point="hot")`.
