"""Counter-controls as trees: who leads, and the license as a signal, against an independent derivation.

Payoffs of the signaling variant are written out by hand from the tables of the specification (model 3 of the bilateral models), with
Fractions; equilibria follow by brute force over pure profiles and by solving the two indifferences of a semi-separating one.
"""

from __future__ import annotations

import itertools
import random
from fractions import Fraction as F

import numpy as np
import pytest

from detente.solve.parametric.signaling import signaling

# name: (baseline, low, high) of the specification
SPECIFICATION = {
    "d_us": ("0.74", "0.7", "0.8"), "sev": ("0.3", "0.1", "0.6"), "rent_cn": ("0.03", "0", "0.06"), "rent_loss": ("0.3", "0.1", "0.6"),
    "rep_cn": ("0.05", "0.01", "0.12"), "tech_hit": ("0.5", "0.2", "1"), "sev_emb": ("0.9", "0.7", "1"), "rep_exp": ("2", "1", "3"),
    "rel_def": ("0.1", "0", "0.3"), "rel_rev": ("0.8", "0.4", "1.5"), "prior_rev": ("0.3", "0.05", "0.8"), "ease_share": ("0.3", "0.1", "0.6"),
    "dec_extra": ("0.2", "0", "0.5"), "mkt_loss": ("0.3", "0.1", "0.6"), "gain_ease": ("0.05", "0.01", "0.12"),
    "loss_expl": ("0.4", "0.1", "0.7"), "dec_total": ("0.2", "0.08", "0.4"),
}  # fmt: skip
POINTS = {
    "baseline": {},
    "sharp_types": {"rel_rev": "1.5", "rep_exp": "1", "rep_cn": "0.03", "ease_share": "0.2", "dec_extra": "0.1"},
    "distrust": {"prior_rev": "0.7"},
    "linear_reputation": {"rep_exp": "1"},
    "distrust_linear": {"prior_rev": "0.7", "rep_exp": "1", "rep_cn": "0.08"},
}
TYPES, MESSAGES, REPLIES = ("defensive", "revisionist"), ("license", "embargo"), ("ease", "decouple")


def values(point="baseline", **changes):
    chosen = {name: F(row[0]) for name, row in SPECIFICATION.items()}
    chosen |= {name: F(text) for name, text in POINTS[point].items()}
    return chosen | {name: F(value) for name, value in changes.items()}


def payoffs(p):
    """``u[type][message][reply]`` as (china, us)."""
    rep_emb = p["rep_cn"] * (p["sev_emb"] / p["sev"]) ** int(p["rep_exp"])
    u = []
    for t in range(2):
        weight = p["rel_def"] if t == 0 else p["rel_rev"]
        own = []
        for m in range(2):
            base = ((1 - p["rent_loss"]) * p["rent_cn"] - p["rep_cn"] + weight * p["d_us"] * p["sev"]) if m == 0 else (-rep_emb + weight * p["d_us"] * p["sev_emb"])
            ease = (base + p["ease_share"] * p["tech_hit"], p["gain_ease"] if t == 0 else -p["loss_expl"])
            decouple = (base - p["dec_extra"] - (p["mkt_loss"] * p["rent_cn"] if m == 0 else 0), -p["dec_total"])
            own.append((ease, decouple))
        u.append(own)
    return u


def semi(p):
    """Semi-separating: one type mixes a common with a revealing message; both indifferences solved by hand."""
    u, odds = payoffs(p), (1 - p["prior_rev"], p["prior_rev"])
    found = set()
    for t, common in itertools.product((0, 1), repeat=2):
        other, reveals = 1 - t, 1 - common
        gain = [u[k][common][0][1] - u[k][common][1][1] for k in (0, 1)]  # of easing over decoupling
        answer = 0 if u[t][reveals][0][1] >= u[t][reveals][1][1] else 1
        s = -odds[other] * gain[other] / (odds[t] * gain[t])
        spread = u[t][common][0][0] - u[t][common][1][0]
        r = (u[t][reveals][answer][0] - u[t][common][1][0]) / spread
        stays = r * u[other][common][0][0] + (1 - r) * u[other][common][1][0] >= u[other][reveals][answer][0]
        if 0 < s < 1 and 0 < r < 1 and stays:
            found.add((t, common, s, r))
    return found


def draws(count, seed):
    rnd = random.Random(seed)
    for _ in range(count):
        p = {name: F(low) + (F(high) - F(low)) * F(rnd.randrange(1, 100), 101) for name, (_, low, high) in SPECIFICATION.items()}
        yield p | {"rep_exp": F(rnd.randrange(1, 4))}


@pytest.fixture(scope="module")
def study(this_study):
    return this_study


@pytest.fixture(scope="module")
def game(study):
    return study.game("counter_controls:signal")


@pytest.fixture(scope="module")
def found(game):
    return signaling(game.symbolic)


def test_the_box_and_the_points_are_those_of_the_specification(game):
    box = {name: (i.value, i.low, i.high) for name, i in game.model.intervals.items()}
    assert box == {name: tuple(map(F, row)) for name, row in SPECIFICATION.items()}
    for name in POINTS:
        assert game.point(name).values == values(name)


@pytest.mark.parametrize("point", POINTS)
def test_payoffs_of_every_path_are_those_of_the_specification(game, point):
    numeric, u = game.at(point), payoffs(values(point))
    assert numeric.players == ("us", "china")
    for end in numeric.terminals:
        t, m, a = (names.index(each) for names, each in zip((TYPES, MESSAGES, REPLIES), numeric.history(end.index), strict=True))
        assert numeric.payoffs(end.index) == u[t][m][a][::-1]
    prior = values(point)["prior_rev"]
    assert numeric.nodes[0].probabilities == (1 - prior, prior)


def claimed(found, game, p):
    profiles, mixed = set(), set()
    for each in found.signals:
        if not each.holds_at({name: p[name] for name in game.model.intervals}):
            continue
        sets = {label: actions for own in each.profile.values() for label, actions in own.items()}
        if each.kind != "semi-separating":
            sent = tuple(MESSAGES.index(next(m for m, w in sets[f"china after {t}"].items() if w == 1)) for t in TYPES)
            reply = tuple(REPLIES.index(next(a for a, w in sets[f"us after {m}"].items() if w == 1)) for m in MESSAGES)
            profiles.add((sent, reply))
            continue
        at = {label: {action: found.game.evaluate(w, p) if hasattr(w, "free_symbols") else F(w) for action, w in own.items()} for label, own in sets.items()}
        (t,) = (k for k, name in enumerate(TYPES) if 0 < at[f"china after {name}"]["license"] < 1)
        (common,) = (k for k, name in enumerate(MESSAGES) if 0 < at[f"us after {name}"]["ease"] < 1)
        mixed.add((t, common, at[f"china after {TYPES[t]}"][MESSAGES[common]], at[f"us after {MESSAGES[common]}"]["ease"]))
    return profiles, mixed


@pytest.mark.parametrize("point", POINTS)
def test_equilibria_at_the_named_points_are_those_of_brute_force(found, game, point, pure_signaling):
    p = values(point)
    assert claimed(found, game, p) == (pure_signaling(payoffs(p), p["prior_rev"]), semi(p))


def test_equilibria_at_random_points_are_those_of_brute_force(found, game, pure_signaling):
    kinds = set()
    for p in draws(60, 5):
        expected = pure_signaling(payoffs(p), p["prior_rev"]), semi(p)
        assert claimed(found, game, p) == expected
        kinds |= {"separating" if sent[0] != sent[1] else "pooling" for sent, _ in expected[0]} | ({"semi"} if expected[1] else set())
    assert kinds == {"separating", "pooling", "semi"}


@pytest.mark.parametrize("point", POINTS)
def test_every_equilibrium_is_among_the_sequential_ones_of_the_numeric_tree(found, game, point, pure_signaling):
    p = values(point)
    numeric = {
        (
            tuple(MESSAGES.index(next(m for m, w in each.profile["china"][f"china after {t}"].items() if w == 1)) for t in TYPES),
            tuple(REPLIES.index(next(a for a, w in each.profile["us"][f"us after {m}"].items() if w == 1)) for m in MESSAGES),
        )
        for each in game.solve(point).pure
    }
    assert numeric == pure_signaling(payoffs(p), p["prior_rev"])


def test_the_intuitive_criterion_removes_pooling_on_embargo_where_only_the_defensive_type_could_gain_by_a_license(found, game):
    """Cho and Kreps 1987, by hand: with embargo sent by both and eased, the payoff of type t is u[t][1][0]."""
    for point in ("sharp_types", "linear_reputation"):
        p = values(point)
        u = payoffs(p)
        rows = [each for each in found.signals if each.kind == "pooling" and each.holds_at({n: p[n] for n in game.model.intervals})]
        embargo = [each for each in rows if each.label.startswith("defensive embargo")]
        assert embargo
        # a revisionist China cannot gain by a license, not even if it is eased; a defensive one would
        assert u[1][1][0][0] > u[1][0][0][0]
        assert u[0][0][0][0] > u[0][1][0][0]
        # and against a defensive China easing is best
        assert u[0][0][0][1] > u[0][0][1][1]
        assert not any(each.survives(game.point(point).values) for each in embargo)


def leaders(matrix, first):
    """Backward induction of a 3x3 game with one leader; of equals the first is taken. ``matrix[us, china]`` is (us, china)."""
    def reply(lead):
        return max(range(3), key=lambda k: matrix[(lead, k) if first == 0 else (k, lead)][1 - first])

    lead = max(range(3), key=lambda k: matrix[(k, reply(k)) if first == 0 else (reply(k), k)][first])
    return (lead, reply(lead)) if first == 0 else (reply(lead), lead)


#: The named points of the game that is played at once.
AT_ONCE = {
    "baseline": {},
    "hawkish_us": {"rel_us": "0.5", "tech_hit": "0.8"},
    "strong_card": {"sev": "0.6", "relief": "0.5", "rep_exp": "1"},
    "weak_card": {"sev": "0.12", "mitig": "0.5", "conc": "0.05"},
}


@pytest.mark.parametrize("point", AT_ONCE)
@pytest.mark.parametrize(("variant", "first"), [("us_leads", 0), ("china_leads", 1)])
def test_the_leader_variants_are_the_backward_induction_of_the_payoff_table(study, point, variant, first):
    table = study.game("counter_controls").at(**AT_ONCE[point])
    matrix = {(i, k): tuple(table.payoffs[player, i, k] for player in (0, 1)) for i in range(3) for k in range(3)}
    expected = leaders(matrix, first)
    labels = table.profile_labels(expected)
    found = study.game(f"counter_controls:{variant}").solve(**AT_ONCE[point])
    assert found.equilibria[0].path[0].actions == (labels if first == 0 else labels[::-1])
    assert tuple(found.equilibria[0].payoffs.values()) == matrix[expected]


@pytest.mark.parametrize("change", [{}, {"tariff_noncomply": "0.5", "rho": "0.6", "us_prec": "0.06"}])
def test_who_moves_first_in_the_alliance_is_settled_subgame_by_subgame(study, change):
    """With the US first: every reply profile planned is an equilibrium of the three others' game, and the US does best by it."""
    table = study.game("alliance_hedging").at(**change)
    names, payoffs = table.players, table.payoffs
    own = {name: list(each) for name, each in zip(names, table.strategies, strict=True)}

    def value(player, profile):
        return payoffs[(names.index(player), *(own[name].index(profile[name]) for name in names))]

    found = study.game("alliance_hedging:us_first").solve(**change)
    assert found.equilibria
    for each in found.equilibria:
        worth = {}
        for lead in own["us"]:
            replies = {name: each.profile[name][f"{name} after {lead}"] for name in ("china", "korea", "argentina")}
            if any(set(weights.values()) != {0, 1} for weights in replies.values()):
                break
            profile = {"us": lead} | {name: next(a for a, w in weights.items() if w == 1) for name, weights in replies.items()}
            for name in replies:
                assert all(value(name, profile | {name: other}) <= value(name, profile) for other in own[name])
            worth[lead] = value("us", profile)
        else:
            led = next(a for a, w in each.profile["us"]["us"].items() if w == 1)
            assert worth[led] == max(worth.values())
    # the members at once, then the two powers at once, who have seen the members
    first = study.game("alliance_hedging:members_first").at(**change)
    assert {each.label.split(" ")[0]: len([one for one in first.information_sets if one.label.split(" ")[0] == each.label.split(" ")[0]])
            for each in first.information_sets} == {"korea": 1, "argentina": 1, "us": 9, "china": 9}


def test_shares_of_formulas_and_of_signaling_equilibria_are_counted_where_players_do_not_know_all(this_study):
    """A revisionist China would rather show itself: what it gains by an embargo over a license, less easing and no decoupling."""
    signal = this_study.game("counter_controls:signal")
    text = (
        "sign:d_us*rel_rev*sev_emb + rent_cn*rent_loss + rep_cn - d_us*rel_rev*sev - dec_extra - ease_share*tech_hit - rent_cn - "
        "rep_cn*(sev_emb/sev)**rep_exp"
    )
    found = signal.robustness(draws=8000, terms=False, save=False, conclusions=[text], how={"priors": ["uniform"], "budget": 0})
    r = np.random.default_rng(9)
    u = lambda low, high: r.uniform(low, high, 100_000)
    d, sev, emb, rel, rent, rep = u(0.7, 0.8), u(0.1, 0.6), u(0.7, 1), u(0.4, 1.5), u(0, 0.06), u(0.01, 0.12)
    gain = d * rel * (emb - sev) - rent * (1 - u(0.1, 0.6)) + rep - rep * (emb / sev) ** u(1, 3)
    share = np.mean(gain - u(0, 0.5) - u(0.1, 0.6) * u(0.2, 1) > 0)
    assert abs(found.find(text)[0].share - share) < 5 * np.sqrt(share * (1 - share) / 8000)
    # the United States eases towards both types that license where that pays on average; nothing else is a reply to licensing by both
    asked = ["equilibrium:defensive,license,ease|revisionist,license,ease"]
    pooled = signal.robustness(draws=4000, terms=False, save=False, conclusions=asked, how={"priors": ["uniform"], "budget": 0})
    d, sev, emb, low, high, rent = u(0.7, 0.8), u(0.1, 0.6), u(0.7, 1), u(0, 0.3), u(0.4, 1.5), u(0, 0.06)
    rep, convex, odds = u(0.01, 0.12), u(1, 3), u(0.05, 0.8)
    kept, eased, extra, exposed, cost, gain = u(0.1, 0.6), u(0.1, 0.6) * u(0.2, 1), u(0, 0.5), u(0.1, 0.7), u(0.08, 0.4), u(0.01, 0.12)
    standing = rep * (emb / sev) ** convex
    licensed = [(1 - kept) * rent - rep + each * d * sev + eased for each in (low, high)]
    embargoed = [each * d * emb - standing for each in (low, high)]
    eases = (1 - odds) * gain - odds * exposed >= -cost
    # after an embargo, which nobody imposes, some belief supports each reply: easing if the type is surely defensive, decoupling
    # if surely revisionist and that costs less than being exposed
    stays_eased = (licensed[0] >= embargoed[0] + eased) & (licensed[1] >= embargoed[1] + eased)
    stays_cut = (licensed[0] >= embargoed[0] - extra) & (licensed[1] >= embargoed[1] - extra) & (cost <= exposed)
    expected = np.mean(eases & (stays_eased | stays_cut))
    assert abs(pooled.find(asked[0])[0].share - expected) < 5 * np.sqrt(expected * (1 - expected) / 4000)
