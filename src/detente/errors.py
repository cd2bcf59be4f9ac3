"""Every error of detente: where it is, what was found, what was expected, what to do.

All errors are subclasses of :class:`DetenteError`. A fault in a file is a :class:`Fault`; an
:class:`InputError` carries one or several of them, so that a user sees every fault at once.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "BudgetExceeded",
    "DetenteError",
    "Fault",
    "FormulaError",
    "InputError",
    "NotConverged",
    "Place",
    "UnknownName",
    "UsageError",
    "did_you_mean",
]


@dataclass(frozen=True)
class Place:
    """A position in a file: ``file`` as the user wrote it, 1-based line and column in characters."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@dataclass(frozen=True)
class Fault:
    """One fault (exit code 2) or note (exit code 0) in a file of a study."""

    place: Place
    found: str
    expected: str = ""
    do: str = ""
    level: str = "fault"

    def __str__(self) -> str:
        text = "; ".join(part for part in (self.found, self.expected, self.do) if part)
        mark = "note: " if self.level == "note" else ""
        return f"{self.place}: {mark}{text}"


class DetenteError(Exception):
    """Base of all errors that detente raises on purpose."""

    def __reduce__(self) -> tuple[object, ...]:
        # Exception pickles its message alone, which loses fields and breaks errors that cross processes.
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[DetenteError], args: tuple[object, ...], fields: dict[str, object]) -> DetenteError:
    """Return an error as it was before it was pickled, without running its ``__init__`` again."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(fields)
    return error


class UsageError(DetenteError):
    """An argument or option is wrong; the message says what was expected."""


class InputError(DetenteError):
    """One or more faults in files; ``faults`` holds them in the order in which to read them."""

    def __init__(self, *faults: Fault) -> None:
        if not faults:
            raise ValueError("an InputError needs at least one fault")
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


class FormulaError(DetenteError):
    """A formula is outside the grammar.

    ``column`` is the 1-based character in ``text`` at which the fault stands; ``found``,
    ``expected`` and ``do`` are the parts of the message, so that a reader of files can put them
    behind FILE:LINE:COLUMN.
    """

    def __init__(self, text: str, column: int, found: str, expected: str = "", do: str = "") -> None:
        self.text, self.column = text, column
        self.found, self.expected, self.do = found, expected, do
        message = "; ".join(part for part in (found, expected, do) if part)
        shown = text if len(text) <= 160 and "\n" not in text else ""
        caret = f"\n  {shown}\n  {' ' * (column - 1)}^" if shown else ""
        super().__init__(f"{message}{caret}")


class UnknownName(FormulaError):  # noqa: N818 - public name
    """A formula uses a name that nothing defines."""

    def __init__(self, text: str, column: int, name: str, do: str = "") -> None:
        self.name = name
        super().__init__(text, column, f"unknown name {name!r}", "", do)


class NotConverged(DetenteError):  # noqa: N818 - public name
    """An iteration hit its limit; ``last`` is its last iterate and ``regret`` how far off it is."""

    def __init__(self, message: str, last: object, regret: object) -> None:
        self.last, self.regret = last, regret
        super().__init__(message)


class BudgetExceeded(DetenteError):  # noqa: N818 - public name
    """A stated budget of seconds ran out; ``partial`` holds what was found until then."""

    def __init__(self, message: str, partial: object = None) -> None:
        self.partial = partial
        super().__init__(message)


def did_you_mean(name: str, known: object) -> str:
    """Suggest the known name closest to ``name``, as ``did you mean 'x'?``, or return ``""``."""
    from difflib import get_close_matches

    names = [str(each) for each in known]  # type: ignore[attr-defined]
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else ""
