# %% [markdown]
# # Ties, and what methods see
#
# Real payoff tables have ties: a cost that falls on nobody, two outcomes that are worth the same. Most solvers are built for games without them, and some
# leave equilibria out in silence. This notebook puts methods side by side on such games. An answer that says whether it is complete is worth
# more than a fast one.

# %%
import warnings
from fractions import Fraction

import nashpy
import numpy as np

import detente

# %% [markdown]
# ## A game with a line of equilibria
#
# The row player does not care. The column player does better on the left, unless the row player is below for sure: then it does not care either.

# %%
table = [[[1, 1], [1, 1]], [[2, 0], [1, 1]]]
game = detente.NormalFormGame(table, ["row", "column"], [["above", "below"], ["left", "right"]])
found = detente.equilibria(game)
assert found.complete and found.degenerate
found

# %% [markdown]
# The equilibria listed are corners. `components` says which of them hang together: here all of them, in one connected set. `nash_subsets` are the largest
# sets within which strategies can be exchanged freely; two such sets may share a corner.

# %%
assert len(found.components) == 1
assert len(found.nash_subsets) == 2
found.components, found.nash_subsets

# %% [markdown]
# The corner that both subsets share is (below, left): from there either player can slide to its other strategy, but not both.

# %%
shared = set(found.nash_subsets[0]) & set(found.nash_subsets[1])
(corner,) = [found.equilibria[k] for k in shared]
assert corner.profile["row"]["below"] == 1 and corner.profile["column"]["left"] == 1
corner

# %% [markdown]
# ## What support enumeration sees
#
# nashpy looks for equilibria in which both players use equally many strategies. That is enough without ties; with them it may warn, and miss some.

# %%
row, column = (np.array(each, dtype=float) for each in table)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    other = [tuple(map(tuple, each)) for each in nashpy.Game(row, column).support_enumeration()]
ours = {tuple(tuple(float(x) for x in own.values()) for own in each.profile.values()) for each in found.equilibria}
assert set(other) <= ours
len(other), len(ours)

# %% [markdown]
# All methods of detente on the same game. What a method cannot see, its result says.

# %%
for method in ("enumeration", "support", "lemke-howson", "pure"):
    result = detente.equilibria(game, method=method)
    assert all(each.regret == 0 for each in result.equilibria)
    print(f"{method}: {len(result.equilibria)} found, complete: {result.complete}. {result.statement()}")

# %%
assert detente.equilibria(game, method="enumeration").complete
assert not detente.equilibria(game, method="lemke-howson").complete

# %% [markdown]
# ## A hard one
#
# Take three strategies each, and payoffs that are 0 or 1 only. Of two hundred such games count those in which support enumeration misses a corner.

# %%
random = np.random.default_rng(7)
missed = tied = 0
for _ in range(200):
    payoffs = random.integers(0, 2, size=(2, 3, 3))
    small = detente.NormalFormGame(payoffs.tolist())
    complete = detente.equilibria(small)
    assert complete.complete
    tied += bool(complete.degenerate)
    supports = detente.equilibria(small, method="support")
    missed += len(supports.equilibria) < len(complete.equilibria)
assert tied > 190
assert missed > 100
{"games": 200, "with ties": tied, "in which supports miss a corner": missed}

# %% [markdown]
# ## Almost a tie
#
# Floats make ties invisible or create them. Written as text, decimals are exact: `"0.1"` is one tenth.

# %%
exact = detente.NormalFormGame([[["0.1", "0.3"], ["0.3", "0.1"]], [["0.3", "0.1"], ["0.1", "0.3"]]])
floats = detente.NormalFormGame([[[0.1, 0.3], [0.3, 0.1]], [[0.3, 0.1], [0.1, 0.3]]])
assert detente.equilibria(exact).arithmetic == "exact"
assert detente.equilibria(floats).arithmetic == "float"
assert detente.equilibria(exact).equilibria[0].profile["1"]["1"] == Fraction(1, 2)
detente.equilibria(exact)

# %% [markdown]
# ## Ties in a parametric game
#
# With a parameter a tie is a boundary: the atlas says on which side of it, and whether on it, an equilibrium exists. At `t = 0` the row player is
# indifferent, and both of its strategies are in equilibrium.

# %%
family = detente.SymbolicGame([[["t", "t"], [0, 0]], [[1, 0], [1, 0]]], parameters={"t": (-1, 1)})
regions = detente.atlas(family).regions
at_the_tie = [each for each in regions if each.holds_at({"t": 0})]
assert len(at_the_tie) == 2
assert [sum(each.holds_at({"t": value}) for each in regions) for value in ("-1/2", "1/2")] == [1, 1]
detente.atlas(family)
