# %% [markdown]
# # A bloc of 55, or a facade?
#
# Fifty-five members, from the least to the most dependent on China, each decline openly, sign and keep trading, or wind down the Chinese link. The benefits of the
# club and the strength of the stick depend on how many do what. Everything below is exact: all vectors of counts are decided in fractions.

# %%
import detente

study = detente.Study.find()
game = study.game("forge_tipping")
solved = game.equilibria()
solved

# %% [markdown]
# ## Thirty-six sign and keep trading
#
# There is one pure equilibrium: nobody declines, nineteen members wind down the link, thirty-six only sign. The game has strategic complements, so the course of best replies from
# both ends leads to the least and the greatest equilibrium; both ends meet here, which proves that there is no other.

# %%
(only,) = solved.equilibria.equilibria
assert only.counts == {"hedge": 0, "nominal": 36, "align": 19}
assert solved.complements
assert solved.low.counts == solved.high.counts == (0, 36, 19)
only.counts

# %% [markdown]
# The least dependent wind down. Argentina is member 17, Korea member 47.

# %%
assert [only.members[f"member_{k}"] for k in (1, 17, 19, 20, 47)] == ["align", "align", "align", "nominal", "nominal"]
game.explorer().view().sentence

# %% [markdown]
# ## Take the paper option away
#
# If members can only decline or align, all fifty-five align at the baseline. The possibility of signing and trading on is what hollows the bloc out.

# %%
two = study.game("forge_tipping:two_actions").equilibria()
assert [each.counts for each in two.equilibria.equilibria] == [{"hedge": 0, "align": 55}]
two

# %% [markdown]
# ## Tipping
#
# At the point `tipping` both ends are equilibria: all decline, or all align. Which one comes about depends on what members expect of one another.

# %%
tipping = game.equilibria("tipping")
assert [each.counts for each in tipping.equilibria.equilibria] == [
    {"hedge": 55, "nominal": 0, "align": 0},
    {"hedge": 0, "nominal": 0, "align": 55},
]
tipping

# %% [markdown]
# How few can bring it down? Twenty of the least dependent, leaving for good, unravel it; of the most dependent it takes fifty-one.

# %%
answer = game.question(3)
assert "20 from member_1" in str(answer) and "51 from member_55" in str(answer)
answer

# %% [markdown]
# When Korea and Argentina leave at the baseline, one member follows.

# %%
cascade = study.game("forge_tipping:cascade").equilibria()
assert cascade.cascade.followers() == ("member_19",)
cascade

# %% [markdown]
# ## What would make all align?
#
# Audits that find out five in six. The tariff alone does not, anywhere in its range; nor does the named money, which is spread over fifty-five members and ten
# years.

# %%
levers = game.question(5)
assert "6557/8000" in str(levers)
levers

# %%
counts = {audit: game.equilibria(audit_prob=audit).equilibria.equilibria[0].counts["align"] for audit in ("0.1", "0.3", "0.5", "5/6")}
assert counts["0.3"] == 19 and counts["5/6"] == 55
assert list(counts.values()) == sorted(counts.values())
counts

# %% [markdown]
# Move about in it: `game.explore()` draws every member as a cell.
