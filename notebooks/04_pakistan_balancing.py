# %% [markdown]
# # Balancing between two patrons
#
# China may aid Pakistan's minerals; the United States may offer a deal; Pakistan stays, balances, or defects; China punishes or tolerates. The documents read
# Pakistan as loyal and punishment as certain. The game asks whether punishment would be carried out, and what Pakistan does if not.

# %%
import detente

study = detente.Study.find()
game = study.game("pakistan_balancing")
game.question(1)

# %% [markdown]
# ## At the baseline: nothing is offered, nothing aided
#
# China does not aid, because an aided Pakistan would defect to an American offer and would not be punished: punishing costs more than the reputation it saves.

# %%
solved = game.equilibria()
(plan,) = solved.equilibria
assert solved.complete and plan.path_text() == "none,none,stay"
assert plan.profile["china"]["china2 after aid,defect"]["tolerate"] == 1
assert plan.profile["pakistan"]["pakistan after aid,offer"]["defect"] == 1
solved

# %% [markdown]
# Both punishments are empty threats here. The gain from punishing is the reputation it saves less what it costs oneself; question 3 solves for the
# reputation at which they become credible.

# %%
small, large = (game.trace(name).value for name in ("punish_b", "punish_d"))
assert small < 0 and large < 0
float(small), float(large)

# %%
needed = game.thresholds("rep_b", of="punish_b")
assert [str(each.at) for each in needed] == ["9/25"]
needed

# %% [markdown]
# ## Where reputation counts
#
# With a strong reputation at stake China aids and Pakistan stays. The American offer no longer matters, and that is why the path is not unique: an offer that will
# be declined costs nothing.

# %%
strong = game.equilibria("rep_strong")
assert {each.path_text() for each in strong.equilibria} == {"aid,none,stay", "aid,offer,stay"}
assert not strong.complete and len(strong.equilibria) == 4
strong

# %% [markdown]
# Balancing, the outcome that is actually observed, is played where China keeps a high share even of a Pakistan that deals with both: punishing it would
# burn the own share.

# %%
balanced = game.equilibria("high_share_kept")
assert balanced.equilibria[0].path_text() == "aid,offer,balance,tolerate"
balanced

# %% [markdown]
# ## Does aid reveal loyalty?
#
# Suppose Pakistan is loyal with some probability and free otherwise. Aid pays China from a prior of 0.79 on. At even odds it does not aid, and learns nothing.

# %%
types = study.game("pakistan_balancing:types")
prior = game.question(5)
assert "0.7937" in str(prior)
prior

# %%
beliefs = types.equilibria()
assert beliefs.complete
beliefs

# %% [markdown]
# ## Five recipients
#
# Pakistan is not the only one who watches. Facing five recipients in a row, a China that might be of the punishing kind can keep up a reputation for some of them:
# with `k` left, the least belief that deters is one half to the power `k`.

# %%
chains = game.question(6)
assert "2 of 5" in str(chains)
chains

# %% [markdown]
# ## Limits
#
# An American promise that is never kept, aid that is free, punishment without cost: question 7 puts the game to its limits, and each answer is what one would
# expect.

# %%
limits = {point: game.equilibria(point).equilibria[0].path_text() for point in ("free_aid", "free_punishment", "useless_aid")}
assert limits == {"free_aid": "aid,offer,balance,tolerate", "free_punishment": "aid,none,stay", "useless_aid": "none,offer,defect,tolerate"}
limits
