# %% [markdown]
# # An ultimatum of 180 days
#
# The United States asks the members of its bloc to cut their Chinese links within 180 days, or be taxed. Whether it will go through with it depends on its resolve,
# which members do not know but guess, each from its own signal. A member refuses, complies on the surface, or complies truly. If many refuse,
# punishing them all is too costly. This is a global game: small doubts select one outcome where otherwise several would be possible.

# %%
from fractions import Fraction

import detente

study = detente.Study.find()
game = study.game("ultimatum_180")
solved = game.equilibria()
solved

# %% [markdown]
# ## Nobody complies truly
#
# At the baseline members switch from refusing to surface compliance as soon as they think enforcement likelier than one in seven. True compliance never is best:
# surface compliance costs less and is seldom found out.

# %%
data = solved.to_json()
assert data["thresholds"]["probabilities"] == ["1587/11000"]
assert data["shares"][0]["shares"]["comply"] == 0.0
assert data["unique_for_every_mean"]
data["thresholds"]

# %% [markdown]
# The United States punishes from a resolve of 0.487 on. That value is exact: with a flat prior the marginal member's beliefs are uniform, whatever the
# noise.

# %%
critical = Fraction(data["thresholds"]["critical"][0])
assert critical == Fraction(26761, 55000)
float(critical)

# %% [markdown]
# ## Which stick, which audit, how much money?
#
# True compliance beats refusal from a tariff of 0.18 on; but it has to beat surface compliance too, and for that the tariff would have to be 0.52, above the
# end of the interval, or audits would have to find out 63 %. Money alone does not do it: 5.6e11 dollars would be needed, forty times what is named.

# %%
game.question(5)

# %%
audit = game.thresholds("audit_prob", of="comply_over_surface")
assert Fraction(69281, 110000) in [each.at for each in audit.outside]
audit

# %% [markdown]
# ## Points of the file
#
# A hard stick and cheap compliance bring true compliance; better audits alone do not, because the marginal member then refuses rather than pretends.

# %%
truly = {point: game.equilibria(point).to_json()["shares"][0]["shares"]["comply"] for point in ("baseline", "hard_stick", "cheap_compliance", "audited")}
assert truly["baseline"] == 0 < truly["hard_stick"] < truly["cheap_compliance"]
truly

# %% [markdown]
# ## Who gives way first?
#
# Read as a war of attrition: a member that holds out pays a little every week, and so does the United States. A player's own cost does not speed up its own concession,
# it speeds up the other's.

# %%
attrition = study.game("ultimatum_180:attrition").equilibria().to_json()
assert attrition["rates"]["member"] == "3/5"
assert Fraction(attrition["give_way"]["member"]) + Fraction(attrition["give_way"]["us"]) == 1
attrition["give_way"]

# %% [markdown]
# ## Document 003 predicts failure
#
# On what part of the box does the ultimatum fail? Nearly two thirds under every prior. It is no robust conclusion, and only judgements decide it: no figure of the
# documents bears on it.

# %%
shares = game.robustness(draws=8192, seed=0, conclusions=["fails"], terms=False, save=False)
least, greatest = shares.range("fails")
assert 0.6 < least < greatest < 0.7
assert not shares.is_robust("fails")
shares
