# %% [markdown]
# # Align, hedge, or tilt
#
# Argentina and Korea signed within days of each other, and both kept their Chinese links. Is that betrayal, or simply best? Four players choose at once: the United States rewards, tolerates
# or punishes; China accommodates or punishes; Korea and Argentina align, hedge or tilt.

# %%
from fractions import Fraction

import detente

study = detente.Study.find()
game = study.game("alliance_hedging")
game.question(1)

# %% [markdown]
# ## Korea hedges, Argentina tilts
#
# At the baseline there is one equilibrium, mixed ones counted: the United States tolerates, China accommodates, Korea hedges and Argentina tilts. With four players that is a theorem about a
# polynomial system; the solver proves that nothing is missing.

# %%
numeric = game.at()
pure = detente.pure_equilibria(numeric)
(only,) = pure.equilibria
assert [next(iter(own)) for own in only.support.values()] == ["tolerate", "accommodate", "hedge", "tilt"]
assert game.equilibria().complete
pure

# %% [markdown]
# ## Two at a time
#
# Each slice holds two players fixed and shows a plain matrix. Korea hedges whatever China does; it aligns only when punished by the United States.

# %%
korea = study.game("alliance_hedging:korea_us")
assert game.model.variant is None and korea.name == "alliance_hedging:korea_us"
matrix = korea.at()
best = {us: max(("align", "hedge", "tilt"), key=lambda own: matrix.payoff("korea", {"us": us, "korea": own})) for us in ("reward", "tolerate", "punish")}
assert best == {"reward": "hedge", "tolerate": "hedge", "punish": "align"}
matrix

# %% [markdown]
# But punishing does not pay the United States once Korea has chosen: tolerating is better against hedgers. The stick is not credible, so nobody has to fear it.

# %%
credible = game.trace("stick_hedgers").value
assert credible < 0
hedge = korea.equilibria()
assert len(hedge.equilibria) == 1
hedge

# %% [markdown]
# ## Where would the stick work?
#
# With a strong stick at stake there is no pure equilibrium at all: the United States mixes reward and punishment, Argentina mixes aligning and hedging, and Korea aligns.

# %%
strong = game.equilibria("strong_stick")
assert strong.complete and not strong.pure
(mix,) = strong.equilibria
assert mix.profile["korea"]["align"] == 1
assert mix.profile["us"]["reward"] == Fraction(1425, 2233)
strong

# %% [markdown]
# ## Who moves first?
#
# If the members choose first, the United States has to live with what it finds. If it leads, it commits to an answer. The variants are trees, solved from their ends.

# %%
first = study.game("alliance_hedging:us_first").equilibria()
second = study.game("alliance_hedging:members_first").equilibria()
assert first.equilibria and second.equilibria
{"us first": first.equilibria[0].path_text(), "members first": second.equilibria[0].path_text()}

# %% [markdown]
# ## How sure?
#
# Hedging by Korea beats aligning on most of the box as long as the stick is not used; shares for tolerated play under five priors:

# %%
shares = game.robustness(draws=8192, seed=0, conclusions=["kr_hedge_align", "ar_hedge_align"], terms=False, save=False)
assert shares.range("ar_hedge_align")[0] > 0.5
shares

# %% [markdown]
# Move about in it: `game.explore()` shows the matrix of Korea and Argentina for any choice of the other two.
