# %% [markdown]
# # Who holds power in a chain of suppliers?
#
# Eleven blocs own parts of a chain: mines, refineries, money. A club is worth what its scarcest stage lets through, up to demand. The documents ask whether such a club can do
# without China, and the answer turns on which stage is scarce.

# %%
from fractions import Fraction

import detente

study = detente.Study.find()
game = study.game("forge_coalition")
game.at()

# %% [markdown]
# ## The binding stage
#
# At the baseline money is scarcer than refining, and refining is always scarcer than mining. With a leverage of 6.3 private dollars for each public one money stops binding.

# %%
finance, refining = (game.trace(name).value for name in ("finance_binds", "refining_binds"))
assert finance > 0 and refining == Fraction(1, 2)
leverage = game.thresholds("leverage", of="finance_binds")
assert [str(each.at) for each in leverage] == ["4000/633"]
leverage

# %% [markdown]
# ## Is it worth being exclusive?
#
# A club of all is worth what it lets through. Dealing with China instead is worth more at the baseline; the exclusive club loses a third of demand.

# %%
gain = game.trace("exclusive_gain").value
assert gain < Fraction(-1, 3)
game.question(4)

# %%
shares = game.robustness(draws=8192, seed=0, conclusions=["exclusive_gain"], terms=False, save=False)
least, greatest = shares.range("exclusive_gain")
assert greatest < 0.02
shares

# %% [markdown]
# On less than two in a hundred of all parameter combinations does exclusivity pay, under any prior.
#
# ## Who gets what
#
# The Shapley value averages what each bloc adds over all orders; the nucleolus makes the worst-off coalition as well off as can be; the core holds the divisions to which no coalition
# objects. All three are exact, and the nucleolus carries its proof.

# %%
solved = game.equilibria()
assert sum(solved.shapley.values()) == sum(solved.nucleolus.values()) == Fraction(633, 4000)
assert not solved.core.empty
assert solved.nucleolus["argentina"] == solved.nucleolus["drc"] == 0
solved

# %% [markdown]
# The core is a single division: everything goes to those who bring the scarce money. Owners of mines alone get nothing there, though the Shapley value leaves them a little: in
# some orders they complete a chain.

# %%
assert all(low == high for low, high in solved.core.ranges.values())
assert 0 < solved.shapley["argentina"] < solved.shapley["us"] / 50
round(float(solved.shapley["us"] / sum(solved.shapley.values())), 3)

# %% [markdown]
# ## Votes
#
# Suppose instead that 55 seats vote. With a simple majority and no veto the European Union has 29 % of the power; a veto gives the United States half of it. Exact counts over
# all coalitions:

# %%
votes = game.question(6)
assert "50.00" in str(votes) and "29.41" in str(votes)
votes
