"""Backward induction written out once more, apart from the engine, for the tests of trees."""

import itertools
import shutil

import pytest

import detente


def _outcomes(node):
    """All outcomes of subgame-perfect equilibria of a tree, first that of the rule "of equals the first".

    A node is ``(player, {action: node})``; an end is ``{player: payoff}``. An outcome is ``(path, payoffs)``. An outcome
    below an action is one here if the mover gets at least as much from it as from the worst outcome below each other action.
    """
    if isinstance(node, dict):
        return [((), node)]
    player, actions = node
    below = {action: _outcomes(child) for action, child in actions.items()}
    ruled = max(below, key=lambda action: below[action][0][1][player])  # max keeps the first of equals
    found = [((ruled, *below[ruled][0][0]), below[ruled][0][1])]
    for action, outcomes in below.items():
        for path, payoffs in outcomes:
            worst = [min(each[1][player] for each in others) for other, others in below.items() if other != action]
            if all(payoffs[player] >= each for each in worst) and ((action, *path), payoffs) not in found:
                found.append(((action, *path), payoffs))
    return found


@pytest.fixture(scope="session")
def outcomes():
    """The independent backward induction."""
    return _outcomes


def _pure_signaling(u, prior):
    """Every pure perfect Bayesian equilibrium of two types, messages and replies: messages by type, replies by message.

    ``u[type][message][reply]`` has the payoffs of sender and receiver; ``prior`` is that of the second type.
    """
    odds = (1 - prior, prior)
    found = set()
    for sent in itertools.product((0, 1), repeat=2):
        for reply in itertools.product((0, 1), repeat=2):
            calm = all(u[t][sent[t]][reply[sent[t]]][0] >= u[t][m][reply[m]][0] for t in (0, 1) for m in (0, 1))
            best = True
            for m in (0, 1):
                gains = [u[t][m][reply[m]][1] - u[t][m][1 - reply[m]][1] for t in (0, 1)]
                on_path = [t for t in (0, 1) if sent[t] == m]
                best = best and (sum(odds[t] * gains[t] for t in on_path) >= 0 if on_path else max(gains) >= 0)
            if calm and best:
                found.add((sent, reply))
    return found


@pytest.fixture(scope="session")
def pure_signaling():
    """The search over all profiles of a signaling game."""
    return _pure_signaling


@pytest.fixture(scope="session")
def this_study(study_root):
    """The study of this repository, read once."""
    return detente.Study(study_root)


@pytest.fixture
def real_copy(study_root, tmp_path):
    """A copy of the files of the real study, to be changed."""
    root = tmp_path / "copy"
    for room in ("seeds", "payoffs", "games", "reports"):
        shutil.copytree(study_root / room, root / room, ignore=shutil.ignore_patterns("*.pdf", "pictures"))
    shutil.copy(study_root / "pyproject.toml", root)
    return root
