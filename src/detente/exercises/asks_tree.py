"""Questions about trees with perfect information: the move at a node, the way of play, its payoffs, threats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.exercises.answers import Value, Vocabulary
from detente.exercises.asks_normal import player_of
from detente.exercises.cases import known, said
from detente.exercises.key import Key, ask, number
from detente.exercises.rules import nash_paths, perfect_path, solved, wished_path

if TYPE_CHECKING:
    from detente.exercises.cases import Case
    from detente.exercises.sheet import Step
    from detente.games.extensive import GameTree
    from detente.solve.trees.tree_result import TreeEquilibrium

__all__: list[str] = []


def _solved(tree: GameTree) -> TreeEquilibrium:
    found = solved(tree)
    if len(found.equilibria) != 1 or tree.nodes[0].kind == "chance":
        raise UsageError("found a tree with ties or chance, which has several answers; require 'no_ties'")
    return found.equilibria[0]


def _end(tree: GameTree, path: tuple[str, ...]) -> tuple[Any, ...]:
    return next(tree.payoffs(node.index) for node in tree.terminals if tree.history(node.index) == path)


def _largest_sum(tree: GameTree) -> tuple[str, ...]:
    best = max(tree.terminals, key=lambda node: sum(tree.payoffs(node.index)))
    return tree.history(best.index)


def _threat_path(tree: GameTree) -> tuple[str, ...] | None:
    """Return where play leads if a threat is believed: the Nash path that is not subgame perfect, if there is just one."""
    found = sorted(nash_paths(tree) - {perfect_path(tree)})
    return found[0] if len(found) == 1 else None


def _backwards(case: Case) -> list[dict[str, str]]:
    """Return backward induction in words, the last moves first."""
    tree, found = case.tree, _solved(case.tree)
    values: dict[int, tuple[Any, ...]] = {}
    lines = []
    for node in reversed(tree.nodes):
        if node.kind == "terminal":
            values[node.index] = tree.payoffs(node.index)
            continue
        assert node.player is not None
        assert node.information_set is not None
        me = tree.players[node.player]
        played = found.profile[me][tree.information_sets[node.information_set].label]
        best = next(k for k, action in enumerate(node.actions) if played[action])
        values[node.index] = values[node.children[best]]
        options = ", ".join(f"{{a{k}}} {{v{k}}}" for k in range(len(node.actions)))
        parts: dict[str, Any] = {f"a{k}": action for k, action in enumerate(node.actions)}
        parts |= {f"v{k}": case.number(values[child][node.player]) for k, child in enumerate(node.children)}
        history = tree.history(node.index)
        if history:
            start, start_zh = "After {history} ", "在 {history} 之后，"
        else:
            start, start_zh = "At the start ", "在开始处，"
        lines.append(
            said(
                case, start + "{me} compares " + options + ": {best}.", start_zh + "{me} 比较 " + options + "：选 {best}。",
                me=me, history=history, best=node.actions[best], **parts,
            )
        )  # fmt: skip
    return lines


@ask("move", "at", "player")
def _move(case: Case, step: Step) -> Key:
    """What the player does at the node ``at``, given as the actions before it (``"start"`` for the first)."""
    tree = case.tree
    labels = {tree.node_labels[node.index]: node for node in tree.nodes if node.kind == "decision"}
    node = labels[known(step.at, tuple(labels), "node")]
    assert node.player is not None
    assert node.information_set is not None
    me = tree.players[node.player]
    if step.player is not None and known(step.player, tree.players, "player") != me:
        raise UsageError(f"found player {step.player!r}, but {me} moves at {step.at!r}; leave player out")
    played = _solved(tree).profile[me][tree.information_sets[node.information_set].label]
    action = next(label for label, weight in played.items() if weight)
    ends = {
        label: [tree.payoffs(x.index) for x in tree.terminals if child <= x.index < tree.ends[child]]
        for label, child in zip(node.actions, node.children, strict=True)
    }

    def best(score: Any) -> Value:
        return Value("strategies", frozenset({max(ends, key=lambda label: score(ends[label]))}))

    wrong = {
        "security": best(lambda rows: min(row[node.player] for row in rows)),
        "first_movers_wish": best(lambda rows: max(row[node.player] for row in rows)),
        "payoff_dominance": best(lambda rows: max(sum(row) for row in rows)),
        "payoffs_for_strategies": number(_continued(tree, node.index)[node.player]),
    }
    offered = {me: {action: action for action in node.actions}}
    others = [i for i in range(len(tree.players)) if i != node.player]
    if len(others) == 1:
        wrong["wrong_player"] = best(lambda rows: max(row[others[0]] for row in rows))
    history = tree.history(node.index)
    if history:
        prompt = said(case, "{me}: which move follows {history}?", "在 {history} 之后 {me} 怎么做？", me=me, history=history)
    else:
        prompt = said(case, "{me}: which move comes first?", "{me} 在开始处怎么做？", me=me)
    return Key(Value("strategies", frozenset({action})), prompt, tuple(_backwards(case)), wrong, Vocabulary(player=me, strategies=offered))


def _continued(tree: GameTree, node: int) -> tuple[Any, ...]:
    found = _solved(tree)
    while tree.nodes[node].kind != "terminal":
        here = tree.nodes[node]
        assert here.player is not None
        assert here.information_set is not None
        played = found.profile[tree.players[here.player]][tree.information_sets[here.information_set].label]
        node = next(c for a, c in zip(here.actions, here.children, strict=True) if played[a])
    return tree.payoffs(node)


@ask("outcome")
def _outcome(case: Case, step: Step) -> Key:
    """The way of play of the subgame-perfect equilibrium."""
    tree = case.tree
    _solved(tree)
    value = perfect_path(tree)
    wrong = {"payoff_dominance": Value("path", _largest_sum(tree)), "first_movers_wish": Value("path", wished_path(tree))}
    threat = _threat_path(tree)
    if threat is not None:
        wrong["empty_threat"] = Value("path", threat)
    prompt = said(case, "What is played in the subgame-perfect equilibrium? Give the actions in order.", "子博弈精炼均衡中如何行动？按顺序写出各步行动。")
    return Key(Value("path", value), prompt, tuple(_backwards(case)), wrong)


@ask("outcome_payoff", "player")
def _outcome_payoff(case: Case, step: Step) -> Key:
    """What ``player`` gets in the subgame-perfect equilibrium."""
    tree, player = case.tree, player_of(case, step)
    _solved(tree)
    me = tree.players[player]
    value = _end(tree, perfect_path(tree))
    wrong = {
        "first_movers_wish": number(_end(tree, wished_path(tree))[player]),
        "payoff_dominance": number(_end(tree, _largest_sum(tree))[player]),
        "best_case": number(max(tree.payoffs(node.index)[player] for node in tree.terminals)),
    }
    if len(value) == 2:
        wrong["wrong_player"] = number(value[1 - player])
    threat = _threat_path(tree)
    if threat is not None:
        wrong["empty_threat"] = number(_end(tree, threat)[player])
    prompt = said(case, "{me}: which payoff does the subgame-perfect equilibrium give?", "在子博弈精炼均衡中 {me} 得到多少？", me=me)
    return Key(number(value[player]), prompt, tuple(_backwards(case)), wrong)


@ask("threat", "at", "strategy")
def _threat(case: Case, step: Step) -> Key:
    """Whether a threat to play ``strategy`` at the node ``at`` is credible."""
    tree = case.tree
    labels = {tree.node_labels[node.index]: node for node in tree.nodes if node.kind == "decision"}
    node = labels[known(step.at, tuple(labels), "node")]
    action = known(step.strategy, node.actions, "action")
    assert node.player is not None
    assert node.information_set is not None
    me = tree.players[node.player]
    played = _solved(tree).profile[me][tree.information_sets[node.information_set].label]
    credible = bool(played[action])
    wrong = {"empty_threat": Value("choice", "a")} if not credible else {}
    prompt = said(
        case, "{me} threatens to play {action} after {history}. Is the threat credible?", "{me} 威胁在 {history} 之后选择 {action}。这一威胁可信吗？",
        me=me, action=action, history=tree.history(node.index),
    )  # fmt: skip
    options = {"a": {"en": "credible", "zh": "可信"}, "b": {"en": "not credible", "zh": "不可信"}}
    return Key(Value("choice", "a" if credible else "b"), prompt, tuple(_backwards(case)), wrong, options=options)
