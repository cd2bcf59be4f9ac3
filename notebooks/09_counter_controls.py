# %% [markdown]
# # Controls and counter-controls
#
# The United States restrains itself, targets single technologies, or decouples; China answers with nothing, with licenses, or with an embargo. The documents call licensing defensive. The game asks
# when it is credible, when it deters, and when it would be used without provocation.

# %%
from fractions import Fraction

import detente

study = detente.Study.find()
game = study.game("counter_controls")
game.payoffs

# %% [markdown]
# ## Targets meet licenses
#
# At the baseline there is one equilibrium: targeted controls, answered by licenses. It is strict, and complete in mixed strategies too.

# %%
solved = game.equilibria()
(only,) = solved.equilibria
assert solved.complete and not solved.degenerate
assert only.profile["us"]["target"] == only.profile["china"]["license"] == 1
solved

# %% [markdown]
# With a hawkish United States neither side settles, and both mix; with strong cards on the Chinese side everything escalates.

# %%
hawkish, strong = game.equilibria("hawkish_us"), game.equilibria("strong_card")
assert not hawkish.pure and hawkish.complete
assert strong.equilibria[0].profile["china"]["embargo"] == 1
hawkish

# %% [markdown]
# ## A window for licenses
#
# Question 2: a license is *credible* if China gains by answering, *deters* if the United States then prefers restraint to decoupling, and stays *unprovoked* unused. At the baseline all three
# hold up to a severity of 3103/7881.

# %%
named = {name: game.trace(name).value for name in ("credible", "deterred", "unprovoked")}
assert all(value > 0 for value in named.values())
{name: float(value) for name, value in named.items()}

# %%
window = game.thresholds("sev", of="unprovoked")
assert [each.at for each in window] == [Fraction(3103, 7881)]
game.question(2)

# %% [markdown]
# The same number is a threshold of the game `confrontation`: it is where China's gain against a cooperator changes sign. The two games share the terms.

# %%
other = study.game("confrontation").thresholds("sev")
assert Fraction(3103, 7881) in [each.at for each in other]
other

# %% [markdown]
# ## Does licensing convey defensive intent?
#
# If China may be defensive or revisionist, its answer is a signal. Question 5 lists all equilibria of the signaling game with their conditions, and which survive the intuitive criterion. At the
# baseline both types license: nothing is revealed.

# %%
signal = study.game("counter_controls:signal")
played = signal.equilibria()
assert played.equilibria
game.question(5)

# %% [markdown]
# ## How long does it pay?
#
# The benefits of licensing decay as others build mines. Under slow, assumed and fast decay it is worthwhile for 25, 13 and 7 years.

# %%
years = {point: float(game.trace("license_years", point=point).value) for point in ("slow_decay", "baseline", "fast_decay")}
assert [round(value) for value in years.values()] == [25, 13, 7]
years

# %% [markdown]
# ## What would bring restraint?
#
# The cheapest single change that makes restraint without controls an equilibrium is on the American side: less weight on relative gains.

# %%
levers = game.levers(to={"us": "restrain", "china": "none"})
assert list(levers.singles[0].change) == ["rel_us"]
levers
