"""What conclusions about a game of a study take payoffs to be, put to the test by counting payoffs in other ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.conclusions._payoff_formulas import NO_PAYOFF
from detente.conclusions.meaning import Confirmation, Meaning, confirm
from detente.display import Displayed, Table
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.study.model import GameModel

__all__ = ["Confirmations", "confirmations"]


@dataclass(frozen=True)
class Confirmations(Displayed):
    """Conclusions with their meanings and what random changes of payoffs said of them.

    ``tested`` has a Confirmation for each conclusion, or in words why there is none.
    """

    trials: int
    meanings: Mapping[str, Meaning]
    tested: Mapping[str, Confirmation | str]

    def table(self) -> Table:
        """Return a row for each conclusion."""
        rows = []
        for name, found in self.tested.items():
            if isinstance(found, str):
                rows.append((name, self.meanings[name].label, f"not tested: {found}", ""))
                continue
            wider = ""
            if found.wider is not None:
                changes = found.wider.replace("_", " ")
                wider = f"{changes} changes: {'one changes it' if found.witness else 'none found that changes it'}"
            rows.append((name, found.meaning.label, f"unchanged by {found.trials}", wider))
        note = (
            "Payoffs of the baseline and of random points of the box are replaced as the meaning allows: by increasing "
            "functions, each player's unit and zero, one unit for all. Beyond it, a change that alters the conclusion is looked for."
        )
        title = f"meaning of conclusions, tested by {self.trials} random changes of payoffs each"
        return Table(title, ("conclusion", "meaning", "within it", "beyond it"), tuple(rows), (note,))

    def to_json(self) -> list[dict[str, Any]]:
        """Return an object for each conclusion."""
        found = []
        for name, each in self.tested.items():
            known = isinstance(each, Confirmation)
            found.append(
                {
                    "conclusion": name,
                    "level": self.meanings[name].level,
                    "why": self.meanings[name].why,
                    "trials": each.trials if isinstance(each, Confirmation) else 0,
                    "wider": each.wider if isinstance(each, Confirmation) else None,
                    "witness": each.witness is not None if isinstance(each, Confirmation) else None,
                    "not_tested": None if known else each,
                }
            )
        return found

    def __str__(self) -> str:
        return self.table().to_text()


def confirmations(
    model: GameModel, meanings: Mapping[str, Meaning], kind: str = "strategic", trials: int = 200, seed: int = 0
) -> Confirmations:
    """Test the meanings of conclusions about a game of a study.

    Parameters
    ----------
    model : GameModel
    meanings : mapping
        Conclusion, or name of a formula of the game file, to its meaning.
    kind : str
        ``strategic`` or ``material`` payoffs.
    trials : int
        Changes of payoffs to try for each.
    seed : int

    Raises
    ------
    AssertionError
        If a change alters a conclusion that it should not.
    """
    game = model.payoffs(kind)
    tested: dict[str, Confirmation | str] = {}
    for name, meaning in meanings.items():
        if meaning.why == NO_PAYOFF:
            tested[name] = NO_PAYOFF
            continue
        if not hasattr(game, "at_point") or not (hasattr(game, "payoffs") or hasattr(game, "information_sets")):
            tested[name] = f"payoffs of the form {model.form.name} are not counted in other ways"
            continue
        named = model.definition.conclusions.get(name)
        try:
            parsed = named.formula if named is not None else model.form.conclusion(model.definition, name)
            tested[name] = confirm(game, parsed, trials=trials, seed=seed)
        except UsageError as error:
            tested[name] = str(error)
    return Confirmations(trials, meanings, tested)
