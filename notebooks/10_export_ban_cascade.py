# %% [markdown]
# # Do export bans spread?
#
# Indonesia banned the export of nickel ore, and others followed. Is that contagion, or did all have the same reason? Eight producers each ban or stay free. What a ban is worth depends on how many others
# ban.

# %%
import detente

study = detente.Study.find()
game = study.game("export_ban_cascade")
numeric = game.at()
pure = detente.pure_equilibria(numeric)
pure

# %% [markdown]
# ## At the baseline nobody bans
#
# All stay free, and that is the only pure equilibrium: from all banning, producers leave the ban in four waves until nobody is left.

# %%
(only,) = pure.equilibria
assert all(own["free"] == 1 for own in only.profile.values())
low, high = detente.least_and_greatest(numeric)
assert low == high
game.question(2)

# %% [markdown]
# ## Contagion
#
# At the point `cascade` Indonesia bans for its own reasons, Malaysia and South America follow it, and then all others. One ban is self-motivated, seven are contagion.

# %%
cascade = detente.pure_equilibria(game.at("cascade"))
assert all(own["ban"] == 1 for own in cascade.equilibria[0].profile.values())
alone = {name: game.trace(f"alone_{name}", point="cascade").value for name in ("indonesia", "malaysia", "south_america")}
assert alone["indonesia"] > 0 > alone["malaysia"] and alone["south_america"] < 0
{name: float(value) for name, value in alone.items()}

# %% [markdown]
# ## Two equilibria
#
# Elsewhere both extremes are stable: nobody bans, or all do. History decides.

# %%
both = detente.pure_equilibria(game.at("two_equilibria"))
assert len(both.equilibria) == 2
assert {next(iter(each.support["guinea"])) for each in both.equilibria} == {"free", "ban"}
both

# %% [markdown]
# ## From which margin on?
#
# Indonesia bans alone from a margin of 173/80 on, all else at the baseline; Malaysia would follow it from 291/124 on. Both are exact.

# %%
margin = game.thresholds("margin", of="alone_indonesia")
assert [str(each.at) for each in margin] == ["173/80"]
follows = game.thresholds("margin", of="malaysia_follows")
assert [str(each.at) for each in follows] == ["291/124"]
margin

# %% [markdown]
# ## The reported order
#
# The documents report Indonesia, Zimbabwe, Malaysia. Question 3 works out in which order the game lets producers ban, at every named point; question 4 asks where exactly these three would ban. Document
# and model need not agree.

# %%
order = game.question(3)
assert order.tables
order

# %%
exactly = game.question(4)
assert exactly.tables
exactly

# %% [markdown]
# ## Two great powers, one push?
#
# American support for processing and Chinese investment in it both make a ban more attractive: question 7.

# %%
game.question(7)
