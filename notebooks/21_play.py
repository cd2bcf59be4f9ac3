# %% [markdown]
# # Play against an automaton
#
# Repeated play is easier to feel than to read about. Here you play the game `confrontation` at its hawkish point, round by round, against automata that
# people have proposed. The payoffs are those of the study.

# %%
from fractions import Fraction

import detente

study = detente.Study.find()
stage = study.game("confrontation").at("hawkish")
assert detente.ordinal_class(stage).name == "prisoners_dilemma"
stage

# %% [markdown]
# ## Against tit for tat
#
# It begins friendly and then repeats your last move. Call `step` with a move, look at the answer, go on. Exploit it once:

# %%
session = detente.play(stage, "tit_for_tat", player="us", rounds=6)
for move in ("cooperate", "confront", "cooperate", "cooperate", "cooperate", "cooperate"):
    print(session.step(move))

# %%
assert session.over
once = session.score
session

# %% [markdown]
# Was it worth it? Compare with six rounds of cooperation.

# %%
loyal = detente.play(stage, "tit_for_tat", player="us", rounds=6)
for _ in range(6):
    loyal.step("cooperate")
assert loyal.score == 6 * stage.payoffs[0, 0, 0]
assert once != loyal.score
print("one breach:", float(once), "  none:", float(loyal.score))

# %% [markdown]
# One breach brings the gain of one round and costs the loss of the next, in which tit for tat pays back.

# %%
gain = stage.payoffs[0, 1, 0] - stage.payoffs[0, 0, 0]
payback = stage.payoffs[0, 0, 0] - stage.payoffs[0, 0, 1]
assert gain > 0 and payback > 0
assert once - loyal.score == gain - payback
float(gain), float(payback)

# %% [markdown]
# ## Against grim trigger
#
# It never forgives. After one breach the best that is left is to confront for ever.

# %%
grim = detente.play(stage, "grim", player="us", rounds=6)
for move in ("cooperate", "confront", "cooperate", "confront", "confront", "confront"):
    print(grim.step(move))

# %%
assert grim.over
assert grim.score < loyal.score

# %% [markdown]
# ## When moves are misread
#
# With a small chance that a move comes out as the other one, two players of tit for tat fall into vendettas. Strategies that forgive do better. In the
# long run, exactly, with one error in a hundred moves:

# %%
def long_run(own, other):
    return detente.long_run_payoffs(stage, own, other, action_error=Fraction(1, 100)).payoffs


pairs = {name: long_run(name, name) for name in ("tit_for_tat", "win_stay_lose_shift", "always_cooperate")}
both = {name: each["us"] for name, each in pairs.items()}
assert both["win_stay_lose_shift"] > both["tit_for_tat"]
{name: round(float(value), 4) for name, value in both.items()}

# %% [markdown]
# ## A tournament
#
# Everybody against everybody, two hundred rounds.

# %%
table = detente.tournament(stage, rounds=200)
assert len(table.names) > 5
assert table.arithmetic == "exact"
table

# %% [markdown]
# Now you: `detente.play(stage, "win_stay_lose_shift", player="china")` waits for your first `step`. What does it do after you confront twice? Can you find
# out which automaton you face from its answers alone?
