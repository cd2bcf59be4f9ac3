"""Shares of outcomes of three games against payoffs written out from the specification, other draws, and brute force in NumPy."""

from __future__ import annotations

import numpy as np
import pytest

N = 60_000
#: Draws of the engine under the uniform prior.
DRAWS = 8000

WEAPONIZATION = {
    "dep": (0, 1), "node": (0.8, 0.95), "inst": (0.2, 0.95), "bite": (0.2, 1), "psi": (0, 1), "z": (0, 0.4), "w_mon": (0, 0.05),
    "k_mon": (0, 0.03), "loss_mon": (0, 0.03), "self_cost": (0.01, 0.15), "k_enf": (0, 0.06), "bluff": (0, 0.1),
    "c_div": (0.04, 0.25), "theta": (0.1, 0.7), "erode": (0, 0.3),
}  # fmt: skip
BANS = {
    "margin": (1.2, 4), "ready_scale": (0.5, 1.5), "pull": (0, 1), "power": (0, 1), "windfall": (0, 0.8), "ret": (0.05, 0.5),
    "support": (0, 0.15), "cn_inv": (0, 0.3),
}  # fmt: skip
#: Interval of readiness, and share of world supply, of each producer.
PRODUCERS = [
    (0.25, 0.55, 0.37), (0.1, 0.4, 0.08), (0.25, 0.55, 0.05), (0.2, 0.5, 0.35), (0.02, 0.3, 0.55), (0.05, 0.35, 0.05),
    (0.05, 0.35, 0.03), (0.02, 0.3, 0.25),
]  # fmt: skip
TIPPING = {
    "us_promise_kept": (0.2, 0.8), "tariff_noncomply": (0.1, 0.5), "horizon": (7, 20), "unit_usd": (1.5e9, 1.2e10),
    "audit_prob": (0.05, 0.6), "dep_lo": (0.05, 0.3), "dep_hi": (0.7, 0.92), "dep_shape": (0.5, 2), "carrot_usd": (2.66e9, 1.316e10),
    "club": (0.01, 0.12), "scale": (0.02, 0.4), "spill": (0, 0.15), "theta": (0.3, 0.9), "eta": (0, 0.6), "excl": (0.05, 0.6),
    "nu": (0.05, 0.4), "retal": (0, 0.3), "shield": (0, 1), "us_exposure": (0.2, 2), "dilute": (0, 0.9),
}  # fmt: skip


def drawn(box, seed, n=N):
    rng = np.random.default_rng(seed)
    return {name: rng.uniform(low, high, n) for name, (low, high) in box.items()}


def agrees(game, expected, draws=DRAWS):
    """The engine's shares are those of other draws, within four standard errors of both."""
    found = game.robustness(
        draws=draws, conclusions=list(expected), terms=False, save=False, how={"priors": ["uniform"], "budget": 0, "workers": 1}
    )
    for name, holds in expected.items():
        true = np.mean(holds)
        error = np.sqrt(max(true * (1 - true), 1e-4) * (1 / draws + 1 / len(holds)))
        assert found.find(name)[0].share == pytest.approx(true, abs=4 * error), name


def test_outcomes_of_weaponization_by_backward_induction(this_study):
    p = drawn(WEAPONIZATION, 2)
    damage = p["node"] * p["inst"] * p["dep"] * p["bite"]
    cost = p["self_cost"] * p["dep"] * p["node"] + p["k_enf"]
    sender, target = p["w_mon"] - p["k_mon"], -p["loss_mon"]
    own = {
        "none": (0 * damage, 0 * damage), "monitor": (sender, target), "comply": (sender + p["z"], target - p["z"]),
        "resist,execute": (sender - cost, target - damage), "resist,back_down": (sender - p["bluff"], target),
        "diversify,execute": (sender - cost - p["erode"], target - (1 - p["theta"]) * damage - p["c_div"] + p["erode"]),
        "diversify,back_down": (sender - p["erode"] - p["bluff"], target - p["c_div"] + p["erode"]),
    }  # fmt: skip
    u = {name: (s + p["psi"] * (s - t), t + p["psi"] * (t - s)) for name, (s, t) in own.items()}
    executes = {what: u[f"{what},execute"][0] > u[f"{what},back_down"][0] for what in ("resist", "diversify")}
    behind = {
        what: [np.where(executes[what], a, b) for a, b in zip(u[f"{what},execute"], u[f"{what},back_down"], strict=True)]
        for what in executes
    } | {"comply": u["comply"]}
    answer = {what: behind[what][1] >= np.maximum.reduce([each[1] for each in behind.values()]) for what in behind}
    choked = sum(np.where(answer[what], behind[what][0], 0.0) for what in behind)
    chokes = choked > np.maximum(u["none"][0], u["monitor"][0])
    agrees(
        this_study.game("weaponization"),
        {
            "equilibrium:choke,comply": chokes & answer["comply"],
            "equilibrium:choke,resist,execute": chokes & answer["resist"] & executes["resist"],
            "equilibrium:choke,diversify,back_down": chokes & answer["diversify"] & ~executes["diversify"],
            "equilibrium:monitor": ~chokes & (u["monitor"][0] > u["none"][0]),
        },
    )


def test_bans_of_all_of_none_and_of_those_reported_by_the_gain_of_each_producer(this_study):
    p = drawn(BANS, 3)
    rng = np.random.default_rng(33)
    ready = [rng.uniform(low, high, N) for low, high, _ in PRODUCERS]

    def gain(i, others):
        return (
            p["margin"] * (p["ready_scale"] * ready[i] + p["pull"] * others) + p["power"] * PRODUCERS[i][2]
            - p["ret"] * (1 - others) + p["support"] + p["cn_inv"] - 1 - p["windfall"] * others
        )  # fmt: skip

    def stable(bans):
        k = len(bans)
        return np.all([gain(i, (k - 1) / 7) >= 0 if i in bans else gain(i, k / 7) <= 0 for i in range(8)], axis=0)

    def name(bans):
        return "equilibrium:" + ",".join("ban" if i in bans else "free" for i in range(8))

    sets = [set(range(8)), set(), {0}, {0, 2, 3}]
    agrees(this_study.game("export_ban_cascade"), {name(bans): stable(bans) for bans in sets})


def test_where_best_replies_of_55_members_lead_from_both_ends(this_study):
    n = 2000
    p = drawn(TIPPING, 4, n)
    place = (np.arange(1, 56)[:, None] - 0.5) / 55
    dep = p["dep_lo"] + (p["dep_hi"] - p["dep_lo"]) * place ** p["dep_shape"]
    carrot = p["us_promise_kept"] * p["carrot_usd"] / (55 * p["horizon"] * p["unit_usd"])
    stick = p["tariff_noncomply"] * p["us_exposure"]

    def payoff(action, counts, own):
        """Payoff of an action if the others stay: of hedge, nominal, align as 0, 1, 2."""
        hedge, nominal, align = ((counts[k] - (own == k) + (action == k)) / 55 for k in range(3))
        joint = align + p["eta"] * nominal
        kept = 1 - p["dilute"] * hedge
        club = p["us_promise_kept"] * p["club"] + p["scale"] * joint
        return p["spill"] * joint + (
            -stick * kept if action == 0
            else p["theta"] * club - p["nu"] * dep * p["excl"] - p["audit_prob"] * stick * kept if action == 1
            else club + carrot - dep * (p["excl"] + p["retal"] * (1 - p["shield"] * joint))
        )  # fmt: skip

    def most(start):
        own = np.full((55, n), start)
        for _ in range(300):
            counts = [(own == k).sum(axis=0) for k in range(3)]
            pay = np.stack([payoff(action, counts, own) for action in range(3)])
            new = np.argmax(pay, axis=0) if start == 0 else 2 - np.argmax(pay[::-1], axis=0)
            if (new == own).all():
                break
            own = new
        return np.argmax(np.stack([(own == k).sum(axis=0) for k in range(3)]), axis=0)

    low, high = most(0), most(2)
    names = ("hedge", "nominal", "align")
    expected = {f"lowest:{each}": low == k for k, each in enumerate(names)}
    agrees(this_study.game("forge_tipping"), expected | {f"highest:{each}": high == k for k, each in enumerate(names)}, 2000)
