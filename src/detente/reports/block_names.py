"""The blocks that a report may list, with what each shows."""

from __future__ import annotations

__all__ = ["GAME_BLOCKS", "STUDY_BLOCKS"]

#: Blocks on one game: they stand once for each game of the report.
GAME_BLOCKS = {
    "summary": "one page in plain words on a normal form of two players",
    "question": "what the game is about, and the claims that it puts to the test",
    "payoffs": "the game drawn: payoff matrix, tree, or tables, at the baseline with best responses marked",
    "terms": "every payoff as its terms; inert terms",
    "conditions": "the equilibria in closed form with the conditions under which they exist",
    "classes": "player types and equilibria at the named points, thresholds, material sums",
    "regions": "a map of the equilibria over two parameters, with exact boundaries",
    "class_map": "a map of the class of a 2x2 game over two parameters, with exact boundaries",
    "repeated": "critical discount factors of the repeated game",
    "questions": "the answers to the numbered questions of the game",
    "robustness": "in which share of the box conclusions hold, over several priors and given observed play",
    "importance": "which parameters drive the outcome, alone and in total",
    "levers": "the cheapest changes that bring an outcome about or break it",
    "comparison": "what flips between the two points named in `compare`, and the smallest changes that do it",
    "versions": "what flips between the version of the study in the folder `against` and this one, by which changes, and the verdicts on claims that differ",
    "said": "what the documents say that this game tests, and what follows",
    "parameters": "every parameter with kind, value, range, sources",
}
#: Blocks on the study: they stand once.
STUDY_BLOCKS = {
    "overview": "half a page for decision makers over all games of the report",
    "claims": "the claims of the documents with verdicts, shares, what they rest on and what would overturn them",
    "retrodiction": "the moves that were observed, and whether the games have them",
    "options": "each main player's strategies as commitments, game by game",
    "reading": "what the chapters have in common, said once",
    "findings": "what the games say together",
    "assumptions": "the parameters by how weak their basis is and how much hangs on them",
    "conflicts": "where the documents disagree",
    "methods": "how the answers were found, versions, study hash",
}
