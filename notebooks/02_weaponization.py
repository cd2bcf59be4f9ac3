# %% [markdown]
# # When is a choke point a weapon?
#
# Whoever controls a node of a network can watch what passes, or cut it. The documents say that this power grows with dependence and with control of the
# node. The game behind the claim has four moves: the sender does nothing, monitors, or chokes; a choked target complies, resists, or
# diversifies; and the sender then executes its threat or backs down. A threat that would not be carried out is no threat, so the game is
# solved from its end.

# %%
from fractions import Fraction

import detente

study = detente.Study.find()
game = study.game("weaponization")
game.payoffs

# %% [markdown]
# ## How it is played
#
# At the baseline the sender monitors and does not choke: the target would diversify, after which carrying out the threat no longer pays.

# %%
solved = game.equilibria()
(only,) = solved.equilibria
assert solved.complete and only.path_text() == "monitor"
assert only.payoffs == {"sender": Fraction(3, 200), "target": Fraction(-3, 200)}
solved

# %% [markdown]
# Four points of the game file describe other places. Only at the American hub is the threat made, and obeyed. What is planned off the path decides it.

# %%
paths = {point: game.equilibria(point).equilibria[0].path_text() for point in game.model.definition.points}
assert paths["us_hub"] == "choke,comply"
assert {name for name, path in paths.items() if path == "monitor"} == {"cn_hub", "weak_institutions", "high_conflict"}
paths

# %% [markdown]
# ## Credible after resistance, credible after diversification
#
# Question 1 of the file asks for both conditions in closed form, with the institutions (`inst`) and the expectation of conflict (`psi`) at which they begin.

# %%
game.question(1)

# %% [markdown]
# At the baseline a threat is credible against resistance and not against diversification. So it is not enough to control the node: what matters is how
# much of the damage an alternative supplier takes away.

# %%
after_resistance, after_diversification = (game.trace(name).value for name in ("cred_resist", "cred_diversify"))
assert after_resistance > 0 > after_diversification
float(after_resistance), float(after_diversification)

# %% [markdown]
# Institutions move both. The exact values at which credibility begins, all else at the baseline:

# %%
resisted = game.thresholds("inst", of="cred_resist")
diversified = game.thresholds("inst", of="cred_diversify")
(first,), (second,) = ([float(each.at) for each in found] for found in (resisted, diversified))
assert first < float(game.point().values["inst"]) < second
assert round(first, 3) == 0.375 and round(second, 3) == 0.625
resisted

# %% [markdown]
# ## Demands
#
# How much can be asked for? The best demand for the sender leaves the target just willing to comply. At the American hub it is larger than the demand that
# the file assumes; at the Chinese hub no demand pays.

# %%
game.question(3)

# %%
best = {point: detente.best_value(game.symbolic, "z", "sender", game.point(point).values) for point in ("cn_hub", "us_hub")}
assert best["us_hub"].value == Fraction(8357, 30000) > game.point("us_hub").values["z"]
best["us_hub"]

# %% [markdown]
# ## How much of this is judgement?
#
# Over the whole box the share in which the threat is made and obeyed is small under every prior; monitoring is what the figures and judgements mostly
# lead to.

# %%
shares = game.robustness(draws=8192, seed=0, conclusions=["selected:monitor", "selected:choke,comply"], terms=False, save=False)
monitored, obeyed = (shares.range(name) for name in ("selected:monitor", "selected:choke,comply"))
assert monitored[0] > obeyed[1]
shares

# %% [markdown]
# Move about in it: `game.explore()` draws the tree with the moves that are made. What to try: `game.equilibria(dep="9/10")`, `game.atlas()` for the conditions of every plan,
# `game.options("target")` for the target's plans as commitments.
