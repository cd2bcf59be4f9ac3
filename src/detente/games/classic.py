"""Classic games, each with the source of its payoffs: for teaching, tests and first steps.

>>> game("matching_pennies").payoff("even", ("heads", "tails"))
Fraction(-1, 1)
>>> citation("seltens_horse").split(" (")[0]
'R. Selten'
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from detente.errors import UsageError, did_you_mean
from detente.games.extensive import GameTree, Move, chance, decision, terminal
from detente.games.normal import NormalFormGame

__all__ = ["Classic", "citation", "entry", "game", "names"]


@dataclass(frozen=True)
class Classic:
    """A classic game: name, title, where it comes from, what it is known for, and how it is made."""

    name: str
    title: str
    source: str
    known_for: str
    make: Callable[[], NormalFormGame | GameTree]


def names() -> tuple[str, ...]:
    """Return the names of all classic games, in alphabetical order."""
    return tuple(sorted(_CLASSICS))


def entry(name: str) -> Classic:
    """Return a classic game with its title, source and what it is known for.

    Raises
    ------
    UsageError
        If the name is unknown.
    """
    if name not in _CLASSICS:
        hint = did_you_mean(name, _CLASSICS)
        raise UsageError(
            f"unknown game {name!r}; expected one of {', '.join(names())}" + (f"; {hint}" if hint else "")
        )
    return _CLASSICS[name]


def game(name: str) -> NormalFormGame | GameTree:
    """Return a classic game by name; see :func:`names`."""
    return entry(name).make()


def citation(name: str) -> str:
    """Return where a classic game comes from."""
    return entry(name).source


_CLASSICS: dict[str, Classic] = {}
Maker = Callable[[], NormalFormGame | GameTree]


def _classic(name: str, title: str, source: str, known_for: str) -> Callable[[Maker], Maker]:
    def register(make: Maker) -> Maker:
        _CLASSICS[name] = Classic(name, title, source, known_for, make)
        return make

    return register


def _two(
    cells: list[list[tuple[object, object]]], players: list[str], rows: list[str], columns: list[str]
) -> NormalFormGame:
    """Return a two-player game from its cells as textbooks print them."""
    tables = [[[cell[k] for cell in row] for row in cells] for k in (0, 1)]
    return NormalFormGame(tables, players, [rows, columns])


@_classic(
    "prisoners_dilemma",
    "Prisoner's dilemma",
    "M. J. Osborne (2004), An Introduction to Game Theory, figure 15.1; the story is A. W. Tucker's (1950)",
    "one equilibrium, in dominant strategies, worse for both than another profile",
)
def _prisoners_dilemma() -> NormalFormGame:
    acts = ["quiet", "fink"]
    return _two([[(2, 2), (0, 3)], [(3, 0), (1, 1)]], ["suspect 1", "suspect 2"], acts, acts)


@_classic(
    "stag_hunt",
    "Stag hunt",
    "M. J. Osborne (2004), An Introduction to Game Theory, section 2.5; after J.-J. Rousseau (1755)",
    "a safe equilibrium beside one that is better for both",
)
def _stag_hunt() -> NormalFormGame:
    acts = ["stag", "hare"]
    return _two([[(2, 2), (0, 1)], [(1, 0), (1, 1)]], ["hunter 1", "hunter 2"], acts, acts)


@_classic(
    "chicken",
    "Chicken",
    "R. J. Aumann (1974), Subjectivity and correlation in randomized strategies, "
    "Journal of Mathematical Economics 1, 67-96",
    "a correlated equilibrium outside the convex hull of the Nash equilibrium payoffs",
)
def _chicken() -> NormalFormGame:
    acts = ["yield", "dare"]
    return _two([[(6, 6), (2, 7)], [(7, 2), (0, 0)]], ["1", "2"], acts, acts)


@_classic(
    "battle_of_the_sexes",
    "Battle of the sexes",
    "R. D. Luce and H. Raiffa (1957), Games and Decisions, section 5.3",
    "two pure equilibria that the players rank in opposite ways",
)
def _battle_of_the_sexes() -> NormalFormGame:
    acts = ["fight", "ballet"]
    return _two([[(2, 1), (-1, -1)], [(-1, -1), (1, 2)]], ["he", "she"], acts, acts)


@_classic(
    "matching_pennies",
    "Matching pennies",
    "J. von Neumann and O. Morgenstern (1944), Theory of Games and Economic Behavior, chapter III",
    "no pure equilibrium; the value is 0 with both sides mixing evenly",
)
def _matching_pennies() -> NormalFormGame:
    acts = ["heads", "tails"]
    return _two([[(1, -1), (-1, 1)], [(-1, 1), (1, -1)]], ["even", "odd"], acts, acts)


@_classic(
    "rock_paper_scissors",
    "Rock, paper, scissors",
    "J. Hofbauer and K. Sigmund (1998), Evolutionary Games and Population Dynamics, section 7.7, "
    "with equal stakes",
    "a unique equilibrium in the interior around which the replicator dynamic circles",
)
def _rock_paper_scissors() -> NormalFormGame:
    acts = ["rock", "paper", "scissors"]
    return _two(
        [[(0, 0), (-1, 1), (1, -1)], [(1, -1), (0, 0), (-1, 1)], [(-1, 1), (1, -1), (0, 0)]],
        ["1", "2"],
        acts,
        acts,
    )


@_classic(
    "shapley",
    "Shapley's game",
    "L. S. Shapley (1964), Some topics in two-person games, Annals of Mathematics Studies 52, 1-28",
    "fictitious play does not converge; the unique equilibrium mixes evenly",
)
def _shapley() -> NormalFormGame:
    cells: list[list[tuple[object, object]]] = [
        [(1, 0), (0, 1), (0, 0)],
        [(0, 0), (1, 0), (0, 1)],
        [(0, 1), (0, 0), (1, 0)],
    ]
    return _two(cells, ["1", "2"], ["1", "2", "3"], ["1", "2", "3"])


@_classic(
    "von_stengel",
    "A 6 x 6 game with 75 equilibria",
    "B. von Stengel (1999), New maximal numbers of equilibria in bimatrix games, "
    "Discrete and Computational Geometry 21, "
    "557-568; smaller payoffs from R. Savani and B. von Stengel (2006), Hard-to-solve bimatrix games, "
    "Econometrica 74, 397-429",
    "more equilibria than the 63 of coordination, the bound once conjectured",
)
def _von_stengel() -> NormalFormGame:
    rows = [
        [-81, 36, -126, 126, -36, 90],
        [-180, 72, -333, 297, -153, 270],
        [20, -3, 42, -33, 17, -30],
        [-30, 17, -33, 42, -3, 20],
        [270, -153, 297, -333, 72, -180],
        [90, -36, 126, -126, 36, -81],
    ]
    columns = [
        [72, 36, 17, -3, -36, -153],
        [-180, -81, -30, 20, 90, 270],
        [297, 126, 42, -33, -126, -333],
        [-333, -126, -33, 42, 126, 297],
        [270, 90, 20, -30, -81, -180],
        [-153, -36, -3, 17, 36, 72],
    ]
    return NormalFormGame([rows, columns])


@_classic(
    "irrational",
    "A 2 x 2 x 2 game with rational payoffs and an irrational equilibrium",
    "R. Nau, S. Gomez Canovas and P. Hansen (2004), On the geometry of Nash equilibria and "
    "correlated equilibria, "
    "International Journal of Game Theory 32, 443-453",
    "its only equilibrium has irrational probabilities, such as (53 - sqrt(601))/46; "
    "Nash (1951) first gave such a game",
)
def _irrational() -> NormalFormGame:
    cells = {
        (0, 0, 0): (3, 0, 2), (0, 1, 0): (0, 2, 0), (1, 0, 0): (0, 1, 0), (1, 1, 0): (1, 0, 0),
        (0, 0, 1): (1, 0, 0), (0, 1, 1): (0, 1, 0), (1, 0, 1): (0, 3, 0), (1, 1, 1): (2, 0, 3),
    }  # fmt: skip
    table = [[[[cells[i, j, k][p] for k in (0, 1)] for j in (0, 1)] for i in (0, 1)] for p in range(3)]
    return NormalFormGame(table, strategies=[["top", "bottom"], ["left", "right"], ["near", "far"]])


@_classic(
    "seltens_horse",
    "Selten's horse",
    "R. Selten (1975), Reexamination of the perfectness concept for equilibrium points in extensive games, "
    "International Journal of Game Theory 4, 25-55, figure 1",
    "no proper subgame, yet one of its two kinds of equilibrium rests on a move "
    "that is not rational if reached",
)
def _seltens_horse() -> GameTree:
    across = decision("3", {"R": terminal(4, 4, 0), "L": terminal(0, 0, 1)}, "3")
    down = decision("3", {"R": terminal(3, 2, 2), "L": terminal(0, 0, 0)}, "3")
    return GameTree(
        ["1", "2", "3"],
        decision("1", {"R": decision("2", {"R": terminal(1, 1, 1), "L": across}, "2"), "L": down}, "1"),
        "Selten's horse",
    )


@_classic(
    "beer_quiche",
    "Beer and quiche",
    "I.-K. Cho and D. M. Kreps (1987), Signaling games and stable equilibria, "
    "Quarterly Journal of Economics 102, 179-221, figure I",
    "two pooling outcomes are sequential; the intuitive criterion rejects the one with quiche",
)
def _beer_quiche() -> GameTree:
    def sender(kind: str) -> Move:
        best = "beer" if kind == "surly" else "quiche"

        def after(breakfast: str) -> Move:
            liked = int(breakfast == best)
            right = {"duel": int(kind == "wimp"), "leave": int(kind == "surly")}
            moves = {"duel": terminal(liked, right["duel"]), "leave": terminal(liked + 2, right["leave"])}
            return decision("receiver", moves, breakfast)

        return decision("sender", {"beer": after("beer"), "quiche": after("quiche")}, kind)

    return GameTree(
        ["sender", "receiver"],
        chance({"surly": ("9/10", sender("surly")), "wimp": ("1/10", sender("wimp"))}),
        "Beer and quiche",
    )


@_classic(
    "chain_store",
    "Chain store, one market",
    "R. Selten (1978), The chain store paradox, Theory and Decision 9, 127-159",
    "deterrence is an equilibrium but not a subgame-perfect one",
)
def _chain_store() -> GameTree:
    reply = decision("chain store", {"cooperate": terminal(2, 2), "fight": terminal(0, 0)}, "entry")
    return GameTree(
        ["entrant", "chain store"],
        decision("entrant", {"in": reply, "out": terminal(1, 5)}, "market"),
        "Chain store, one market",
    )


@_classic(
    "centipede",
    "Centipede with four moves",
    "R. D. McKelvey and T. R. Palfrey (1992), An experimental study of the centipede game, "
    "Econometrica 60, 803-836; "
    "after R. W. Rosenthal (1981)",
    "backward induction ends it at once, people seldom do",
)
def _centipede() -> GameTree:
    ends = [("0.40", "0.10"), ("0.20", "0.80"), ("1.60", "0.40"), ("0.80", "3.20"), ("6.40", "1.60")]
    move = terminal(*ends[4])
    for k in reversed(range(4)):
        move = decision("12"[k % 2], {"take": terminal(*ends[k]), "pass": move}, f"move {k + 1}")
    return GameTree(["1", "2"], move, "Centipede with four moves")


@_classic(
    "job_market",
    "Job-market signaling",
    "M. Spence (1973), Job market signaling, Quarterly Journal of Economics 87, 355-374; a discrete version",
    "schooling that teaches nothing separates the able, beside pooling without it",
)
def _job_market() -> GameTree:
    # Ability is worth 1 or 2 to the firm, which wants to pay what it is worth; schooling costs the able half.
    def worker(kind: str) -> Move:
        worth = 2 if kind == "able" else 1

        def after(school: str) -> Move:
            cost = Fraction(5, 4) / worth if school == "school" else Fraction(0)
            wages = {"1": Fraction(1), "3/2": Fraction(3, 2), "2": Fraction(2)}
            paid = {
                f"pay {text}": terminal(wage - cost, -((wage - worth) ** 2)) for text, wage in wages.items()
            }
            return decision("firm", paid, school)

        return decision("worker", {"school": after("school"), "none": after("none")}, kind)

    return GameTree(
        ["worker", "firm"],
        chance({"able": ("1/2", worker("able")), "less able": ("1/2", worker("less able"))}),
        "Job-market signaling",
    )


@_classic(
    "one_card_poker",
    "One-card poker",
    "R. B. Myerson (1991), Game Theory: Analysis of Conflict, section 2.1",
    "the unique equilibrium bluffs: raise with a losing card in one case of three",
)
def _one_card_poker() -> GameTree:
    def hand(red: bool) -> Move:
        sign = 1 if red else -1
        met = terminal(2 * sign, -2 * sign)
        answer = decision("2", {"meet": met, "pass": terminal(1, -1)}, "raised")
        return decision("1", {"raise": answer, "fold": terminal(sign, -sign)}, "red" if red else "black")

    return GameTree(
        ["1", "2"],
        chance({"red": ("1/2", hand(True)), "black": ("1/2", hand(False))}),
        "One-card poker",
    )


@_classic(
    "outside_option",
    "Battle of the sexes with an outside option",
    "E. van Damme (1989), Stable equilibria and forward induction, Journal of Economic Theory 48, 476-496; "
    "after E. Kohlberg and J.-F. Mertens (1986)",
    "forward induction: entering signals the move that makes entering worth it",
)
def _outside_option() -> GameTree:
    def blind(first: int, second: int, third: int, fourth: int) -> Move:
        return decision("2", {"strong": terminal(first, second), "weak": terminal(third, fourth)}, "entered")

    inside = {"strong": blind(0, 0, 3, 1), "weak": blind(1, 3, 0, 0)}
    entered = decision("1", inside, "inside")
    return GameTree(
        ["1", "2"],
        decision("1", {"out": terminal(2, 2), "in": entered}, "start"),
        "Battle of the sexes with an outside option",
    )
