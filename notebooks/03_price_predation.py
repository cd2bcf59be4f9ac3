# %% [markdown]
# # Does a price cut keep rivals out?
#
# Document 004 says that China can undercut any new mine or refinery. Then an investor who expects the cut stays out, and no cut is ever seen. But a project may
# also stay out because the price does not cover its cost, cut or no cut. The two look alike from outside. The game tells them apart: an investor
# enters or not; China accommodates or cuts; prices are counted in Chinese unit costs.

# %%
import detente

study = detente.Study.find()
game = study.game("price_predation")
game.payoffs

# %% [markdown]
# ## Blockaded, deterred, or in
#
# Three numbers decide. `entry_pays` is the price without a cut over the project's cost; `closes` is positive where a cut would close the project; `cut_pays`
# is what China gains by cutting.

# %%
game.question(2)

# %% [markdown]
# At the baseline the investor stays out, and China would cut. Yet the cut is not the reason: the price does not cover the cost in any case. That is
# document 002's figure, a unit cost three times the Chinese one.

# %%
out = game.equilibria()
assert out.equilibria[0].path_text() == "out"
assert game.trace("entry_pays").value < 0 < game.trace("cut_pays").value
out

# %% [markdown]
# Where the project would pay and a cut can be aimed at it alone, the threat does the work.

# %%
aimed = game.equilibria("targeted_cut")
assert aimed.equilibria[0].path_text() == "out"
assert game.trace("entry_pays", point="targeted_cut").value > 0
assert game.trace("cut_pays", point="targeted_cut").value > 0
aimed

# %% [markdown]
# ## How cheap must a rival be?
#
# Along the cost ratio, all else at the baseline: below 5/2 the project pays. Below 55/24 a cut would no longer pay China. Between the two predation bites; above, it
# is idle.

# %%
pays, cuts = game.thresholds("cost_ratio", of="entry_pays"), game.thresholds("cost_ratio", of="cut_pays")
assert [str(each.at) for each in pays] == ["5/2"]
assert [str(each.at) for each in cuts] == ["55/24"]
pays

# %% [markdown]
# ## What helps
#
# A floor under the price defeats a targeted cut from 9/5 of the Chinese cost on: the project no longer closes, so the cut no longer pays. A loan guarantee
# that pays when the project fails does not: it makes failure cheaper and leaves the cut as profitable as before.

# %%
floor = game.thresholds("floor", of="closes", point="targeted_cut")
assert [str(each.at) for each in floor] == ["9/5"]
assert game.equilibria("targeted_floor").equilibria[0].path_text() == "enter,accommodate"
assert game.equilibria("targeted_guarantee").equilibria[0].path_text() == "out"
floor

# %% [markdown]
# ## Twenty-one markets
#
# Would China cut in one market to frighten twenty others? With complete information the argument unravels from the last market. With some doubt whether China
# is the kind that always cuts, a reputation can be kept up. Question 4 walks through the chain.

# %%
chains = game.question(4)
assert "20 of 21" in str(chains)
chains

# %% [markdown]
# ## Over the whole box
#
# In how many of all parameter combinations does the project enter? It depends on the prior and on what is held: with the subsidies of the baseline, or without
# any.

# %%
shares = game.robustness(draws=8192, seed=0, conclusions=["selected:out", "selected:enter,accommodate"], terms=False, save=False)
least, greatest = shares.range("selected:out")
assert 0.3 < least < greatest < 0.9
assert not shares.is_robust("selected:out")
shares

# %% [markdown]
# So the documents' mechanism is real on a part of the box; on another part the investor is kept out by costs. Which part one believes in rests on the cost ratio,
# for which document 002 names no source: `game.trace("cost_ratio")`.

# %%
ratio = game.trace("cost_ratio")
assert ratio.value == 3
ratio
