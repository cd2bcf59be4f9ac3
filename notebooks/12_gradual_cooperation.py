# %% [markdown]
# # Is a ladder of five steps for enforcement, or for trust?
#
# Dialogue, pilots, standards, a trade framework, wider minerals: one document proposes this road to cooperation. While both keep, the stake grows; a
# breach ends it. Two different things might make a ladder useful. It might hold where the whole stake at once would not, because something is forfeited on
# the way. Or it might reveal a partner who means to break it while little is at stake.

# %%
from fractions import Fraction

import detente

study = detente.Study.find()
game = study.game("gradual_cooperation")
game

# %% [markdown]
# ## Enforcement
#
# Question 1 of the file has the gain of leaving at every rung in closed form. At the baseline no rung is worth leaving, and neither is a start with
# the whole stake. Where both sides are tempted more, neither holds; with more to forfeit, the ladder does and the whole stake does not.

# %%
held = {point: tuple(game.holds(f"equilibrium:{policy}", point) for policy in ("ladder", "once")) for point in ("baseline", "tempting", "tempting_hostages")}
assert held == {"baseline": (True, True), "tempting": (False, False), "tempting_hostages": (True, False)}
held

# %% [markdown]
# The smallest single changes that make the ladder hold at the point `tempting`. The fifth rung binds China:
# `tempt_cn` may be at most 0.4*0.76/0.24 + 0.3/2 = 17/12.

# %%
levers = game.levers("ladder", point="tempting")
assert levers.singles[0].change == {"tempt_cn": Fraction(17, 12)}
assert {name for each in levers.singles for name in each.change} == {"tempt_cn", "turn", "coop_cn", "delta", "forfeit"}
levers

# %% [markdown]
# Where nothing is forfeited, a ladder enforces nothing that the whole stake would not: its last rung asks for as much. Question 7 compares both, rung by
# rung, over the whole box; here is the point.

# %%
assert game.holds("equilibrium:ladder", forfeit=0) == game.holds("equilibrium:once", forfeit=0)
assert game.holds("equilibrium:ladder", forfeit=0, tempt_cn="1.3") == game.holds("equilibrium:once", forfeit=0, tempt_cn="1.3")
game.question(5)

# %% [markdown]
# ## Trust
#
# An opportunist picks the best date to leave a partner who keeps. On the ladder of the document it waits for the fifth year: the first step grows five-fold,
# far more than the growth of about two up to which it would reveal itself at once. The ladder does not screen.

# %%
trust = study.game("gradual_cooperation:trust").solve().decisions
assert {each.leaves for each in trust.values()} == {5}
assert float(game.trace("growth_us").value) < 5 and float(game.trace("growth_cn").value) < 5
game.question(3)

# %% [markdown]
# It needs less trust than a start with the whole stake all the same, because less is lost before the breach. Delay is its price.

# %%
once = study.game("gradual_cooperation:trust_at_once").solve().decisions
assert all(trust[who].least < once[who].least for who in ("us", "china"))
{who: (float(trust[who].least), float(once[who].least)) for who in trust}

# %% [markdown]
# ## Which of the two is it here?
#
# In the game `confrontation` neither side gains, at the baseline, by leaving a partner who cooperates. So there is nothing to enforce: the ladder is for trust.

# %%
answer = game.question(6)
assert [text.partition(":")[0] for _, text in answer.said] == ["For trust"]
answer

# %% [markdown]
# What to try: `game.question(9)` for the dates of an opportunist over the whole box, `game.rests_on("equilibrium:ladder")`, `game.options("china")`,
# `game.thresholds("forfeit", of="equilibrium:ladder", point="tempting")`.
