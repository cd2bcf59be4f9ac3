"""The forms that games of a study may have, one a module, loaded when a file or a command names one.

**To add a form** called ``population``: write ``study/forms/population.py`` with

1. ``class PopulationFile(GameFile)`` and, if variants may have the form, ``class PopulationVariant(VariantTable)``
   (both from :mod:`detente.games.file_tables`): the form's own keys, as fields of :mod:`detente.fields`. Keys that all forms
   share (``label``, ``payoffs``, ``points``, ``box``, ``conclusions``, ...) are there already. Unknown keys are faults.
   Tables by name (``[moves.NAME]``) go into ``tables`` of the form.
2. ``class Population(Form)`` (:mod:`detente.study.form`) with ``name``, ``words``, ``file``, ``variant``, ``concepts`` and

   - ``read``: the keys as a :class:`~detente.games.definition.Content`. Faults go to ``reader.fail``/``wrong``/``among`` with
     their key path, all of them, not only the first. Formulas go into ``Content.formulas``: the study then checks names and
     values over the box and counts their parameters as used. ``Content.choices`` says what ``when`` may name.
   - ``game``: the parametric object of the engine from ``model.definition``, ``model.payoff_model.terms`` and
     ``model.intervals``; ``at``: the numeric one (by default ``game(...).at_point(values)``).
   - ``solve``: a result with ``.to_json()`` (as in the contract), ``.table()`` and ``.complete``.
   - whichever of ``show``, ``trace_payoff``, ``atlas``, ``thresholds``, ``cheapest_changes`` (levers), ``rests_on`` the form
     offers. What is left out is refused with "the form population offers ...".
3. ``FORM = Population()`` at the end of the module.

The module's name is the form's name; nothing else has to be registered. Then: ``python -m detente.study.schemas``, a section
in ``src/FORMATS.md`` with an example that the tests run, a line in ``src/ARCHITECTURE.md``.

**To add an analysis** (what ``ask`` of a question may name): see :mod:`detente.study.analyses`.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module

from detente.errors import UsageError
from detente.study.form import Form

__all__ = ["FORMS"]


class _Forms(Mapping[str, Form]):
    """The forms by name; a module is imported when its form is asked for."""

    def __init__(self) -> None:
        self.names = tuple(sorted(each.name for each in pkgutil.iter_modules(__path__) if each.name[0] != "_"))
        self.loaded: dict[str, Form] = {}

    def __getitem__(self, name: str) -> Form:
        if name not in self.names:
            raise KeyError(name)
        if name not in self.loaded:
            form = import_module(f"{__name__}.{name}").FORM
            if not isinstance(form, Form) or form.name != name:
                raise UsageError(f"found no form {name!r} in its module; expected FORM = ... of that name")
            self.loaded[name] = form
        return self.loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


#: Every form by name.
FORMS = _Forms()
