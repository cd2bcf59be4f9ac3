"""How much of the box a conclusion holds in, as a result: shares, what is proved, tables, JSON, frames."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from detente.conclusions.ensemble._priors import PRIORS
from detente.conclusions.meaning import LEVELS
from detente.conclusions.robustness.normal_forms import EVERY
from detente.display import Displayed, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from detente.conclusions.meaning import Meaning
    from detente.conclusions.robustness.evidence import Given
    from detente.conclusions.robustness.shares import Share

__all__ = ["LEAST", "Robustness", "share_text"]

#: The least share over priors from which on a conclusion is called robust, by more than so many standard errors.
LEAST = 0.95
_ERRORS = 2
#: Shares below which a conclusion is left out of printed tables if nobody asked for it.
_RARE = 0.005
#: Shares between which it is told which terms move them.
_SELDOM = 0.02


@dataclass(frozen=True, eq=False)
class Robustness(Displayed):
    """Shares of conclusions over the box under several priors.

    Attributes
    ----------
    conclusions : tuple of str
        In the order in which they are reported.
    shares : tuple of Share
        All of them: every prior and condition, what varied, terms and constraints left out.
    proved : mapping of str to str
        ``always`` or ``never`` where that is proved for the whole box, ``sometimes`` where both were found, ``open``.
    priors : tuple of str
    given : tuple of Given
    draws, seed : int
    rejected : mapping of str to float
        Prior to the share of draws that the constraints reject.
    vary : tuple of str
        What varied, the first being what the main shares are about.
    terms : tuple of str
        The payoff terms that were left out in turn.
    asked : tuple of str
        The conclusions, or kinds of conclusions, that were asked for; empty where those that occur are reported.
    method : str
    notes : tuple of str
    held : tuple of str
        Parameters held at a value, as ``NAME = VALUE``.
    meanings : mapping of str to Meaning
        What each conclusion takes payoffs to be; empty where that is not known.
    budget : float
        Seconds that proofs of always and never might take.
    settle : callable
        From a conclusion, a prior and a condition to rows (draws tried, share, error), as draws came in.
    """

    conclusions: tuple[str, ...]
    shares: tuple[Share, ...] = field(repr=False)
    proved: Mapping[str, str]
    priors: tuple[str, ...]
    given: tuple[Given, ...]
    draws: int
    seed: int
    rejected: Mapping[str, float]
    vary: tuple[str, ...]
    terms: tuple[str, ...]
    asked: tuple[str, ...]
    method: str
    settle: Callable[[str, str, str | None], list[tuple[int, float, float]]] = field(repr=False)
    notes: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    meanings: Mapping[str, Meaning] = field(default_factory=dict)
    budget: float = 0.0

    # -- reading ----------------------------------------------------------------------------------------------

    def find(
        self,
        conclusion: str,
        given: str | None = None,
        vary: str | None = None,
        without: str | None = None,
        constrained: bool = True,
    ) -> tuple[Share, ...]:
        """Return the shares of a conclusion under each prior, in the order of :attr:`priors`."""
        return tuple(self._index.get((conclusion, given, vary or self.vary[0], without, constrained), ()))

    @cached_property
    def _index(self) -> dict[tuple[Any, ...], list[Share]]:
        found: dict[tuple[Any, ...], list[Share]] = {}
        for each in self.shares:
            key = (each.conclusion, each.given, each.vary, each.without, each.constrained)
            found.setdefault(key, []).append(each)
        return found

    def range(self, conclusion: str, **how: Any) -> tuple[float, float] | None:
        """Return the least and the greatest share over the priors, None where no draw counts; ``how`` as for find."""
        found = [each.share for each in self.find(conclusion, **how) if each.share is not None]
        return (min(found), max(found)) if found else None

    def is_robust(self, conclusion: str, given: str | None = None) -> bool:
        """Return whether the share is at least 0.95 under each of the five priors, by more than sampling error.

        With fewer priors nothing is called robust: one share of one box says little.
        """
        if given is None and self.proved.get(conclusion) in {"always", "never"}:
            return self.proved[conclusion] == "always"
        if not set(PRIORS) <= set(self.priors):
            return False
        found = self.find(conclusion, given=given)
        return bool(found) and all(
            each.share is not None and each.share - _ERRORS * (each.error or 0.0) >= LEAST for each in found
        )

    def verdict(self, conclusion: str) -> str:
        """Return ``always`` or ``never`` where proved, ``robust`` where it is, else nothing."""
        if self.proved.get(conclusion) in {"always", "never"}:
            return self.proved[conclusion]
        return "robust" if self.is_robust(conclusion) else ""

    # -- showing ----------------------------------------------------------------------------------------------

    def shown(self, kinds: Iterable[str] | None = None) -> tuple[str, ...]:
        """Return the conclusions that printed tables have: those asked for, else those that are not too rare."""
        wanted = []
        few = sum(name.startswith("equilibrium:") for name in self.conclusions) <= EVERY
        for name in self.conclusions:
            if name in self.asked:
                wanted.append(name)
                continue
            kind = name.partition(":")[0] if ":" in name or name == "none" else "named"
            if kinds is not None and kind not in kinds and kind not in self.asked:
                continue
            spread = [self.range(name, given=each) for each in (None, *(given.name for given in self.given))]
            most = max((each[1] for each in spread if each is not None), default=0.0)
            if most >= _RARE or (kind in {"equilibrium", "none"} and not self.asked and few):
                wanted.append(name)
        return tuple(name for name in wanted if name in self.asked or not self._repeats(name, wanted))

    def _repeats(self, name: str, shown: Sequence[str]) -> bool:
        """Return whether a selected profile, or a set of one, says nothing that its equilibrium does not say."""
        kind, _, rest = name.partition(":")
        same = f"equilibrium:{rest}"
        if kind not in {"selected", "set"} or same not in shown:
            return False
        key = ("prior", "given", "share", "vary", "constrained")
        mine, other = (
            [tuple(getattr(each, part) for part in key) for each in self._shares_of[text] if each.without is None]
            for text in (name, same)
        )
        return mine == other

    @cached_property
    def _shares_of(self) -> dict[str, list[Share]]:
        found: dict[str, list[Share]] = {}
        for each in self.shares:
            found.setdefault(each.conclusion, []).append(each)
        return found

    def tables(self) -> tuple[Table, ...]:
        """Return the tables that are printed: shares, what varies, terms left out."""
        found = [self.share_table()]
        if len(self.vary) > 1 or self.rejected_somewhere:
            found.append(self.kind_table())
        if self.terms and (terms := self.term_table()).rows:
            found.append(terms)
        return tuple(found)

    @property
    def rejected_somewhere(self) -> bool:
        """Whether the constraints reject any draw."""
        return any(self.rejected.values())

    def share_table(self) -> Table:
        """Return each conclusion with its share, the range over priors, and the same under each condition."""
        rows = []
        kinds = {"named", "kind", "equilibrium", "none", "selected", "set", "class", "lowest", "highest", "ends"}
        for name in self.shown(kinds):
            first = self.find(name)[0]
            here = "" if first.share is None else f"{share_text(first.share)} ± {_error(first.error)}"
            if self.verdict(name) in {"always", "never"}:
                here = f"{first.share:.0f}"
            conditional = [_span(self.range(name, given=each.name)) for each in self.given]
            label = (self.meanings[name].label,) if self.meanings else ()
            rows.append((name, here, _span(self.range(name)), *conditional, *label, self.verdict(name)))
        rows += [self._any(kind) for kind in ("unique", "selected") if kind in self.asked]
        columns: tuple[str, ...] = (
            "conclusion",
            self.priors[0],
            f"least to greatest of {len(self.priors)} priors",
            *(f"given {each.name}" for each in self.given),
            *(("meaning",) if self.meanings else ()),
            "verdict",
        )
        # A column that says the same everywhere takes the width that the others need; remarks say it once.
        empty = {columns[-1]} if not any(row[-1] for row in rows) else set()
        if self.meanings and len({row[-2] for row in rows}) == 1:
            empty.add("meaning")
        kept = [place for place, column in enumerate(columns) if column not in empty]
        rows = [tuple(row[place] for place in kept) for row in rows]
        columns = tuple(columns[place] for place in kept)
        what = "share of the box in which it holds"
        what += "" if self.vary[0] == "all" else f", only {self.vary[0]} varying"
        title = f"{what} ({self.draws:,} draws per prior, seed {self.seed})"
        return Table(title, columns, tuple(rows), self.remarks())

    def _any(self, kind: str) -> tuple[str, ...]:
        """Return the row that some profile is unique, or selected; no two profiles are."""
        own = [name for name in self.conclusions if name.startswith(f"{kind}:")]
        cells = []
        for given in (None, *(each.name for each in self.given)):
            shares = [[each.share or 0.0 for each in self.find(name, given=given)] for name in own]
            sums = [sum(column) for column in zip(*shares, strict=True)]
            cells.append(((min(sums), max(sums)), sums[0]) if sums else ((0.0, 0.0), 0.0))
        meaning = (self.meanings[own[0]].label if own else "",) if self.meanings else ()
        spans = (_span(spread) for spread, _ in cells)
        return (f"some profile is {kind}", share_text(cells[0][1]), *spans, *meaning, "")

    def remarks(self) -> tuple[str, ...]:
        """Return the sentences below the shares."""
        found = [f"Priors: {', '.join(self.priors)}; ± is the standard error of as many independent draws, rounded up."]
        proved = {self.proved[name] for name in self.conclusions if name in self.proved}
        if proved & {"always", "never"}:
            found.append("always, never: proved for every point of the box, whatever the prior.")
        if open_ones := [name for name in self.shown() if self.proved.get(name) == "open"]:
            few = ", ".join(open_ones[:3]) + (", .." if len(open_ones) > 3 else "")
            found.append(
                f"Neither proved for the whole box nor refuted within {self.budget:g} s (--budget): {few}."
            )
        if any(self.verdict(name) == "robust" for name in self.shown()):
            found.append(f"robust: a share of at least {LEAST} under every prior, by {_ERRORS} standard errors.")
        if self.meanings:
            own = {self.meanings[name].label: self.meanings[name] for name in self.shown()}
            order = sorted(own.values(), key=lambda each: (LEVELS.index(each.level), each.label))
            found.extend(f"Meaning {each.label}: {each.words}." for each in order)
        if self.rejected_somewhere:
            each = ", ".join(f"{share:.3f} ({prior})" for prior, share in self.rejected.items())
            found.append(f"Share of draws that the constraints reject: {each}.")
        found.extend(
            f"Given {each.name}: {each.words}." for each in self.given if each.words and each.words != each.name
        )
        if self.method:
            found.append(f"Looked at: {self.method}.")
        found.extend(self.notes)
        return tuple(found)

    def kind_table(self) -> Table:
        """Return the range over priors by what varies, and without the constraints."""
        kinds = {"kind", "equilibrium", "none", "selected", "lowest", "highest", "ends"}
        names = self.shown(() if self.asked else kinds) or self.shown()
        rows = []
        for name in names:
            cells = [_span(self.range(name, vary=each)) for each in self.vary]
            if self.rejected_somewhere:
                cells.append(_span(self.range(name, constrained=False)))
            rows.append((name, *cells))
        columns = (
            "conclusion",
            *("everything varies" if each == "all" else f"only {each}" for each in self.vary),
            *(("constraints ignored",) if self.rejected_somewhere else ()),
        )
        note = "What does not vary is held at its value. Least to greatest share over the priors."
        return Table("by what varies", columns, tuple(rows), (note,))

    def term_table(self, most: int = 3) -> Table:
        """Return, for each conclusion, the payoff terms without which its share moves most."""
        rows = []
        for name in self.shown({"kind", "equilibrium", "selected"} if not self.asked else ()):
            whole = self.find(name)[0].share
            if not self.asked and (whole is None or not _SELDOM <= whole <= 1 - _SELDOM):
                continue
            moved = []
            for term in self.terms:
                without = self.find(name, without=term)[0].share
                if whole is not None and without is not None and without != whole:
                    moved.append((-abs(without - whole), term, without))
            moved.sort()
            text = "; ".join(f"{term} {share:.3f}" for _, term, share in moved[:most])
            rows.append((name, "" if whole is None else f"{whole:.3f}", text or "no term moves it"))
        note = f"Share under the {self.priors[0]} prior if the term were not there; every prior is in the JSON."
        return Table("without one payoff term", ("conclusion", "with all", "without ..."), tuple(rows), (note,))

    def to_json(self) -> list[dict[str, Any]]:
        """Return the main shares in the form of the contract."""
        return [
            {
                "conclusion": each.conclusion,
                "prior": each.prior,
                "given": each.given,
                "share": each.share,
                "error": each.error,
            }
            for each in self.shares
            if each.vary == self.vary[0] and each.without is None and each.constrained
        ]

    def more_json(self) -> dict[str, Any]:
        """Return everything else as JSON: ranges with verdicts, what varies, terms and constraints left out."""
        records = {
            "by_kind": [each for each in self.shares if each.vary != self.vary[0]],
            "without_term": [each for each in self.shares if each.without is not None],
            "without_constraints": [each for each in self.shares if not each.constrained],
        }
        ranges = []
        for name in self.conclusions:
            for given in (None, *(each.name for each in self.given)):
                spread = self.range(name, given=given)
                ranges.append(
                    {
                        "conclusion": name,
                        "given": given,
                        "least": None if spread is None else spread[0],
                        "greatest": None if spread is None else spread[1],
                        "status": self.proved.get(name, "open") if given is None else None,
                        "robust": self.is_robust(name, given),
                    }
                )
        return {
            "draws": self.draws,
            "seed": self.seed,
            "priors": list(self.priors),
            "rejected": dict(self.rejected),
            "ranges": ranges,
            "given": [
                {"name": each.name, "words": each.words, "mixture": [[str(w), s] for w, s in each.mixture]}
                for each in self.given
            ],
            "method": self.method,
            "budget": self.budget,
            "meaning": {name: each.to_json() for name, each in self.meanings.items()},
            **{
                key: [
                    {
                        "conclusion": each.conclusion, "prior": each.prior, "given": each.given, "share": each.share,
                        "error": each.error, "vary": each.vary, "without": each.without,
                    }
                    for each in own
                ]
                for key, own in records.items()
            },
        }  # fmt: skip

    def to_frame(self) -> Any:
        """Return all shares as a pandas frame, one row per share."""
        import pandas as pd

        return pd.DataFrame([vars(each) for each in self.shares])

    def convergence(self, *conclusions: str, given: str | None = None) -> Any:
        """Return how shares settled as draws came in, as a frame: conclusion, prior, draws, share, error.

        Without names, those of the conclusions that are printed.
        """
        import pandas as pd

        rows = [
            (name, prior, *row)
            for name in conclusions or self.shown()
            for prior in self.priors
            for row in self.settle(name, prior, given)
        ]
        return pd.DataFrame(rows, columns=["conclusion", "prior", "draws", "share", "error"])

    def displayed(self) -> tuple[Table, ...]:
        """Return what is shown, in order."""
        return self.tables()


def _span(spread: tuple[float, float] | None) -> str:
    if spread is None:
        return "no draw"
    low, high = map(share_text, spread)
    return low if low == high else f"{low} to {high}"


def share_text(value: float) -> str:
    """Return a share in three digits, which hide neither that it is not 0 nor that it is not 1."""
    if 0 < value < 0.0005:
        return "<0.001"
    return ">0.999" if 0.9995 <= value < 1 else f"{value:.3f}"


def _error(value: float | None) -> str:
    """Return a standard error in three digits, rounded up."""
    return f"{math.ceil((value or 0.0) * 1000 - 1e-9) / 1000:.3f}"
