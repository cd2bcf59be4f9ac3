"""Students who believe in a wrong rule, as they would work: from the text of their notebook alone, by hand.

Nothing here knows how the engine finds keys or what it recognizes. A notebook is read as text: tables become numbers, the
words of a question say what is asked, and each wrong rule is carried out by elementary arithmetic. Used by the tests and by
the benchmark of exercises.
"""

from __future__ import annotations

import itertools
import json
import re
from fractions import Fraction

__all__ = ["WRONG", "Asked", "asked", "in_another_form", "rules_for"]


def unescaped(text):
    return re.sub(r"\\(.)", r"\1", text)


class Asked:
    """What a student sees of one answer: the question's text, the words that ask, the table."""

    def __init__(self, item, statement, words):
        self.item, self.statement, self.words = item, statement, words
        rows = [[unescaped(cell.strip()) for cell in line.strip("|").split(" | ")] for line in statement.split("\n") if line.startswith("|")]
        self.rows = [rows[0], *rows[2:]] if rows else []
        self.given = {
            unescaped(name): Fraction(value.replace(",", ""))
            for name, value in re.findall(r"^- (.*) = ([-0-9.,/]+)", statement, re.MULTILINE)
        }

    # ---- tables of two players

    @property
    def players(self):
        return self.rows[0][0].split(" \\ ")

    @property
    def own(self):
        return [row[0] for row in self.rows[1:]], self.rows[0][1:]

    def pay(self, player, i, j):
        return Fraction(self.rows[1 + i][1 + j].split(", ")[player])

    @property
    def shape(self):
        return len(self.own[0]), len(self.own[1])

    def cells(self):
        return itertools.product(*(range(size) for size in self.shape))

    @property
    def me(self):
        """The player whom the words ask about."""
        named = re.match(r"(?:Both use a grim trigger\. )?(.+?):", self.words)
        return self.players.index(named.group(1))

    def get(self, judge, player, mine, theirs):
        """What ``judge`` gets where ``player`` plays its strategy ``mine`` and the other one ``theirs``."""
        return self.pay(judge, *((mine, theirs) if player == 0 else (theirs, mine)))

    def profiles(self, cells):
        return "; ".join(f"({self.own[0][i]}, {self.own[1][j]})" for i, j in sorted(cells)) or "none"

    def names(self, player, chosen):
        return ", ".join(self.own[player][k] for k in sorted(chosen)) or "none"

    # ---- tables of trees

    def ends(self):
        """Every end: the moves as (player, action), and what each player gets."""
        found = []
        for row in self.rows[1:]:
            moves = [tuple(part.split(": ", 1)) for part in row[0].split("; ")]
            found.append((moves, dict(zip(self.rows[0][1:], map(Fraction, row[1:]), strict=True))))
        return found


def asked(notebook):
    """Return what a student sees, by item, from the text of a notebook in English."""
    cells = {cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"]) for cell in json.loads(notebook)["cells"]}
    found = {}
    for name, source in cells.items():
        if name.endswith("-asked"):
            item = name.removesuffix("-asked")
            words = re.sub(r"^\*\*[0-9.]+\*\* ", "", source)
            found[item] = Asked(item, cells[item.rpartition("-")[0] + "-text"], unescaped(words))
    return found


# ---- how games are solved by hand


def sums(a):
    best = max(a.pay(0, *cell) + a.pay(1, *cell) for cell in a.cells())
    return [cell for cell in a.cells() if a.pay(0, *cell) + a.pay(1, *cell) == best]


def stable(a, judges=(0, 1), strict=False):
    """Cells where nobody gains, each player looking at the payoffs of its judge."""
    found = []
    for i, j in a.cells():
        rows = [a.pay(judges[0], k, j) for k in range(a.shape[0]) if k != i]
        columns = [a.pay(judges[1], i, k) for k in range(a.shape[1]) if k != j]
        here = a.pay(judges[0], i, j), a.pay(judges[1], i, j)
        if strict:
            good = all(here[0] > each for each in rows) and all(here[1] > each for each in columns)
        else:
            good = all(here[0] >= each for each in rows) and all(here[1] >= each for each in columns)
        if good:
            found.append((i, j))
    return found


def careful(a, player):
    floors = [min(a.get(player, player, k, j) for j in range(a.shape[1 - player])) for k in range(a.shape[player])]
    return [k for k, floor in enumerate(floors) if floor == max(floors)]


def replies(a, judge, player, theirs):
    values = [a.get(judge, player, k, theirs) for k in range(a.shape[player])]
    return [k for k, value in enumerate(values) if value == max(values)]


def beaten(a, judge, player, strict):
    def beats(k, m):
        pairs = [(a.get(judge, player, k, j), a.get(judge, player, m, j)) for j in range(a.shape[1 - player])]
        if strict:
            return all(x > y for x, y in pairs)
        return all(x >= y for x, y in pairs) and any(x > y for x, y in pairs)

    return [m for m in range(a.shape[player]) if any(beats(k, m) for k in range(a.shape[player]) if k != m)]


def against(a):
    other = a.own[1 - a.me]
    named = re.search(r"best replies to (.+?)\?", a.words).group(1)
    return other.index(named)


def indifferent(a, mixer):
    """The probability of the mixer's first strategy that leaves the other one indifferent."""
    other = 1 - mixer
    (x, y), (z, w) = ([a.get(other, other, reply, s) for reply in (0, 1)] for s in (0, 1))
    return (w - z) / (x - y - z + w)


def average(a, judge, p, q):
    return sum(a.pay(judge, i, j) * (p, 1 - p)[i] * (q, 1 - q)[j] for i, j in a.cells())


def played_first(a):
    """The player asked about, and which of its two strategies."""
    strategy = re.search(r"probability is (.+?) played", a.words).group(1)
    return a.me, a.own[a.me].index(strategy)


def patience(a, player):
    keep, tempted, after = a.get(player, player, 0, 0), a.get(player, player, 1, 0), a.get(player, player, 1, 1)
    return (tempted - keep) / (tempted - after), (tempted - keep) / (keep - after)


def stream(a, player):
    """Payoffs period by period, the last for ever, and the factor."""
    profiles = re.findall(r"\(([^()]*)\)", a.words.split(" for ever")[0])
    cells = [[a.own[k].index(name) for k, name in enumerate(each.split(", "))] for each in profiles]
    factor = Fraction(re.search(r"delta = ([0-9/]+)", a.words).group(1))
    return [a.pay(player, *cell) for cell in cells], factor


def worth_of(values, d):
    return sum(value * d**t for t, value in enumerate(values[:-1])) + values[-1] * d ** (len(values) - 1) / (1 - d)


def backwards(ends):
    """The end that backward induction reaches among ends that begin alike; (moves, payoffs)."""

    def solve(group, depth):
        if len(group) == 1:
            return group[0]
        mover = group[0][0][depth][0]
        actions = dict.fromkeys(moves[depth][1] for moves, _ in group)
        reached = [solve([end for end in group if end[0][depth][1] == action], depth + 1) for action in actions]
        return max(reached, key=lambda end: end[1][mover])

    return solve(ends, 0)


def moves(end):
    return ", ".join(action for _, action in end[0])


def believed(a):
    """The end that a believed threat leads to in the entry game: staying out."""
    return next(end for end in a.ends() if len(end[0]) == 1)


def tree_me(a):
    return re.match(r"(.+?):", a.words).group(1)


def first_mover(a):
    return a.ends()[0][0][0][0]


def wished(a):
    return max(a.ends(), key=lambda end: end[1][first_mover(a)])


def after(a):
    """The ends behind the history that the words name, and its length."""
    named = re.search(r"follows (.+?)\?", a.words).group(1).strip("()").split(", ")
    return [end for end in a.ends() if [action for _, action in end[0][: len(named)]] == named], len(named)


def moved_for_the_other(a):
    ends, depth = after(a)
    other = next(name for name in a.rows[0][1:] if name != tree_me(a))
    return max(ends, key=lambda end: end[1][other])[0][depth][1]


def pay_after(a):
    ends, depth = after(a)
    return str(backwards([(moves[depth:], paid) for moves, paid in ends])[1][tree_me(a)])


def kind_of_player(a, player):
    r, t, s, p = (a.get(player, player, *cell) for cell in ((0, 0), (1, 0), (0, 1), (1, 1)))
    if t > r and p > s:
        return "e" if r > p else "f"
    if t > r:
        return "d"
    if p > s:
        return "b" if r > p else "c"
    return "a"


def risk(a):
    """Which of the two equilibria on the diagonal costs more to leave."""
    def cost(i, j):
        return (a.pay(0, i, j) - a.pay(0, 1 - i, j)) * (a.pay(1, i, j) - a.pay(1, i, 1 - j))

    one, two = cost(0, 0), cost(1, 1)
    return [] if one == two else [(0, 0)] if one > two else [(1, 1)]


def best_pair(a):
    found = [cell for cell in stable(a) if all(a.pay(k, *cell) >= a.pay(k, *other) for k in (0, 1) for other in stable(a))]
    return found if len(found) == 1 else []


def cut(a):
    """For which p the asked strategy is best: the boundary, and whether it is best above it."""
    them, column, own = re.match(r"(.+?) plays (.+?) with probability p\. For which p is (.+?) a best reply", a.words).groups()
    other = a.players.index(them)
    me = 1 - other
    return other, me, a.own[other].index(column), a.own[me].index(own)


def gain(a, judge):
    other, me, column, own = cut(a)
    return [a.get(judge, me, own, j) - a.get(judge, me, 1 - own, j) for j in (column, 1 - column)]


def best_where(one, zero, below="<=", above=">="):
    return f"p {above if one > zero else below} {-zero / (one - zero)}"


def one_round(a):
    left = [[k for k in range(a.shape[p]) if k not in beaten(a, p, p, strict=True)] for p in (0, 1)]
    return a.profiles(itertools.product(*left))


def number(value):
    return str(Fraction(value))


def coalition_worths(a):
    return {frozenset(row[0].split(", ")): Fraction(row[1]) for row in a.rows[1:]}


def named_member(a):
    return re.match(r"(.+?):", a.words).group(1)


def joined(a):
    """The worth of the coalition that the words name, with the member in it."""
    others = re.search(r"joins the coalition of (.+?)\?", a.words).group(1).split(", ")
    return coalition_worths(a)[frozenset([*others, named_member(a)])]


def in_orders(a):
    """What a member adds on average over all orders of arrival, by going through them one by one."""
    worths = coalition_worths(a) | {frozenset(): Fraction(0)}
    everybody = max(worths, key=len)
    total, orders = Fraction(0), list(itertools.permutations(sorted(everybody)))
    for order in orders:
        before = frozenset(order[: order.index(named_member(a))])
        total += worths[before | {named_member(a)}] - worths[before]
    return total / len(orders)


def votes(a):
    weights = {row[0]: int(row[1]) for row in a.rows[1:]}
    quota = int(re.search(r"with (\d+) or more decides", a.statement).group(1))
    return weights, quota


def pivots(a):
    """How often a member turns losing into winning, over all orders of arrival."""
    weights, quota = votes(a)
    orders = list(itertools.permutations(weights))
    count = 0
    for order in orders:
        before = sum(weights[name] for name in order[: order.index(named_member(a))])
        count += before < quota <= before + weights[named_member(a)]
    return Fraction(count, len(orders))


def limits(a, scale):
    promises, club, spared = a.given["US promises kept"], a.given["club benefit"], a.given["tariff on refusal"] * a.given["exposure to US tariffs"]
    loss = a.given["loss per unit of link"] + a.given["retaliation"]
    return (promises * club + spared + (a.given["scale of the bloc"] if scale else 0)) / loss


def link_shares(a):
    """Mining, refining and finance of the alliance as shares of what it needs."""
    need = a.given["need of the alliance"]
    money = a.given["named US money"] * a.given["private money per public unit"] / a.given["cost of all chains"]
    return (1 - a.given["Chinese mining share"]) / need, (1 - a.given["Chinese refining share"]) / need, money


#: What the words of a question ask, as a beginning or part of them, and what each wrong rule answers.
WRONG = {
    "how much does it add when it joins": {
        "worth_for_addition": lambda a: number(joined(a)),
        "alone": lambda a: number(coalition_worths(a)[frozenset([named_member(a)])]),
    },
    "how much does Shapley's rule give": {
        "equal_split": lambda a: number(max(coalition_worths(a).values()) / 3),
        "alone": lambda a: number(coalition_worths(a)[frozenset([named_member(a)])]),
        "last_addition": lambda a: number(
            max(coalition_worths(a).values()) - next(v for k, v in coalition_worths(a).items() if len(k) == 2 and named_member(a) not in k)
        ),
    },
    "Shapley-Shubik index": {
        "equal_split": lambda a: "1/4",
        "proportional": lambda a: number(Fraction(votes(a)[0][named_member(a)], sum(votes(a)[0].values()))),
    },
    "What is the coalition of all worth": {"best_case": lambda a: number(max(link_shares(a)))},
    "wind down its link if it is alone": {"alone_for_all": lambda a: number(limits(a, True))},
    "And if all others do?": {"alone_for_all": lambda a: number(limits(a, False))},
    "the revisionist type after an embargo?": {"belief_is_prior": lambda a: number(a.given["prior of revisionism"])},
    "revisionist type after an embargo now": {"pooling_for_separating": lambda a: "1"},
    "does easing pay in this simplified": {"odds_for_threshold": lambda a: number(a.given["gain from easing"] / a.given["loss if exploited"])},
    "does Korea give up by hedging": {"best_case": lambda a: number(a.given["club value, Korea"] * (1 - a.given["club value of a hedger"]))},
    "List all Nash equilibria": {
        "payoff_dominance": lambda a: a.profiles(sums(a)),
        "wrong_player": lambda a: a.profiles(stable(a, (1, 0))),
        "strict_for_weak": lambda a: a.profiles(stable(a, strict=True)),
        "security": lambda a: a.profiles(itertools.product(careful(a, 0), careful(a, 1))),
    },
    "which strategies are best replies": {
        "wrong_player": lambda a: a.names(a.me, replies(a, 1 - a.me, a.me, against(a))),
        "payoffs_for_strategies": lambda a: number(max(a.get(a.me, a.me, k, against(a)) for k in range(a.shape[a.me]))),
        "security": lambda a: a.names(a.me, careful(a, a.me)),
    },
    "strictly dominant, if any": {
        "wrong_player": lambda a: a.names(
            a.me, set.intersection(*(set(replies(a, 1 - a.me, a.me, j)) for j in range(a.shape[1 - a.me])))
        ),
    },
    "which strategies are strictly dominated": {
        "weak_for_strict": lambda a: a.names(a.me, beaten(a, a.me, a.me, strict=False)),
        "wrong_player": lambda a: a.names(a.me, beaten(a, 1 - a.me, a.me, strict=True)),
    },
    "which strategies are weakly or strictly": {
        "strict_for_weak": lambda a: a.names(a.me, beaten(a, a.me, a.me, strict=True)),
    },
    "survive iterated elimination": {
        "one_round": one_round,
        "payoff_dominance": lambda a: a.profiles(sums(a)),
    },
    "guarantee, whatever": {
        "best_case": lambda a: number(max(a.pay(a.me, *cell) for cell in a.cells())),
        "wrong_player": lambda a: number(max(min(a.get(1 - a.me, 1 - a.me, k, j) for j in range(a.shape[a.me])) for k in range(a.shape[1 - a.me]))),
    },
    "which type is it": {"wrong_player": lambda a: kind_of_player(a, 1 - a.me)},
    "payoff dominant, if any": {"risk_dominance": lambda a: a.profiles(risk(a))},
    "risk dominant, if any": {"risk_dominance": lambda a: a.profiles(best_pair(a))},
    "with which probability is": {
        "complement": lambda a: number((1 - indifferent(a, a.me), indifferent(a, a.me))[played_first(a)[1]]),
        "other_players_probabilities": lambda a: number((indifferent(a, 1 - a.me), 1 - indifferent(a, 1 - a.me))[played_first(a)[1]]),
        "payoffs_for_strategies": lambda a: number(average(a, a.me, indifferent(a, 0), indifferent(a, 1))),
    },
    "mixed equilibrium give, on average": {
        "wrong_player": lambda a: number(average(a, 1 - a.me, indifferent(a, 0), indifferent(a, 1))),
        "strategies_for_payoffs": lambda a: number(indifferent(a, a.me)),
    },
    "which mixed strategy": {
        "other_players_probabilities": lambda a: f"{indifferent(a, 1 - a.me)}, {1 - indifferent(a, 1 - a.me)}",
    },
    "For which p is": {
        "reversed": lambda a: best_where(*gain(a, cut(a)[1]), below=">=", above="<="),
        "strict_for_weak": lambda a: best_where(*gain(a, cut(a)[1]), below="<", above=">"),
        "wrong_player": lambda a: best_where(*gain(a, cut(a)[0])),
    },
    "least discount factor": {
        "threshold_inverted": lambda a: number(1 - patience(a, a.me)[0]),
        "odds_for_threshold": lambda a: number(patience(a, a.me)[1]),
        "wrong_player": lambda a: number(patience(a, 1 - a.me)[0]),
    },
    "for which discount factors": {
        "threshold_inverted": lambda a: f"delta >= {1 - patience(a, a.me)[0]}",
        "reversed": lambda a: f"delta <= {patience(a, a.me)[0]}",
        "strict_for_weak": lambda a: f"delta > {patience(a, a.me)[0]}",
    },
    "Which formula gives": {
        "threshold_inverted": lambda a: "1 - (T - R)/(T - P)",
        "odds_for_threshold": lambda a: "(T - R)/(R - P)",
    },
    "discounted sum of payoffs": {
        "sum_not_discounted": lambda a: number(sum(stream(a, a.me)[0])),
        "discounted_early": lambda a: number(worth_of(*stream(a, a.me)) * stream(a, a.me)[1]),
    },
    "average discounted payoff": {
        "not_averaged": lambda a: number(worth_of(*stream(a, a.me))),
        "sum_not_discounted": lambda a: number(sum(stream(a, a.me)[0])),
    },
    "which move follows": {
        "payoffs_for_strategies": pay_after,
        "wrong_player": moved_for_the_other,
    },
    "Is the threat credible": {"empty_threat": lambda a: "a"},
    "What is played in the subgame-perfect": {
        "empty_threat": lambda a: moves(believed(a)),
        "first_movers_wish": lambda a: moves(wished(a)),
    },
    "payoff does the subgame-perfect": {
        "empty_threat": lambda a: number(believed(a)[1][tree_me(a)]),
        "wrong_player": lambda a: number(next(v for k, v in backwards(a.ends())[1].items() if k != tree_me(a))),
    },
}


def rules_for(shown):
    """Return the wrong rules that fit what is asked, by name."""
    return next((rules for words, rules in WRONG.items() if words in shown.words), {})


def in_another_form(text, kind, source):
    """Return an answer as another student would write it: other notation, same meaning."""
    if kind == "number":
        value = Fraction(text)
        k = source.randrange(2, 7)
        top, bottom = value.numerator * k, value.denominator * k
        ways = [f"{top}/{bottom}", f"= {text}", f"${text}$", f" {text} ".replace("-", "\u2212"), f"({text})", f"x = {text}", f"\\frac{{{top}}}{{{bottom}}}", f"{text}."]
        if value.denominator in (1, 2, 4, 5, 8, 10, 20, 25):
            ways += [f"{float(value)}", f"{float(100 * value):g}%", f"{float(100 * value):g} \uff05"]
        return source.choice(ways)
    if kind == "condition":
        found = re.fullmatch(r"(\w+) (<=|>=|<|>) (\S+)", text)
        if not found:
            return text
        left, sign, right = found.groups()
        turned = sign.translate(str.maketrans("<>", "><"))
        fancy = sign.replace(">=", "\u2265").replace("<=", "\u2264")
        latex = sign.replace(">=", "\\geq").replace("<=", "\\le")
        return source.choice([f"{right} {turned} {left}", f"{left}{fancy}{right}", f"${left} {latex} {right}$", f"{left} - ({right}) {sign} 0", f"7*{left} {sign} 7*({right})"])
    if kind == "profiles" and text != "none":
        parts = text.split("; ")
        source.shuffle(parts)
        return source.choice([" and ".join(parts).upper(), "\uff1b".join(parts).replace("(", "\uff08").replace(")", "\uff09").replace(", ", "\uff0c"), "{" + ", ".join(parts) + "}"])
    ways = {
        "path": [text.replace(", ", " -> ").upper(), text.replace(", ", " \u2192 "), text.replace(", ", "\u3001")],
        "strategies": ["{" + text + "}", text.upper(), text.replace(", ", " and "), f"\u201c{text}\u201d", text.replace(" ", "_").replace(",_", ", ")],
        "formula": [f"0 + ({text})", f"{text} * 1", f"d = {text}"],
        "choice": [f"({text})", text.upper(), f"{text})", f"{text}."],
        "choices": [text.replace(", ", ""), text.replace(", ", " "), text.upper(), f"{{{text}}}"],
        "mixture": [text.replace(", ", " ; "), f"({text})"],
    }
    return source.choice(ways.get(kind, [text]))
