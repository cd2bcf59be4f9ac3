"""Derived parameters: in which order to evaluate them, and their values at a point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from detente.seeds.parameters import Parameter

__all__ = ["cycles", "order", "reach", "values"]


def reach(parameters: Mapping[str, Parameter], names: Iterable[str]) -> tuple[str, ...]:
    """Return ``names`` and everything they are made of, in the order of ``parameters``."""
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        parameter = parameters.get(name)
        if name in seen or parameter is None:
            continue
        seen.add(name)
        if parameter.formula is not None:
            waiting.extend(parameter.formula.names)
    return tuple(name for name in parameters if name in seen)


def cycles(parameters: Mapping[str, Parameter]) -> list[tuple[str, ...]]:
    """Return every cycle of definitions found in one walk, each as its names without the return to the first."""
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in parameters:
        path: list[str] = []
        branches = [iter((start,))]
        while branches:
            name = next(branches[-1], None)
            if name is None:
                branches.pop()
                if path:
                    done.add(path.pop())
            elif name in path:
                found.append(tuple(path[path.index(name) :]))
            elif name not in done and name in parameters:
                formula = parameters[name].formula
                path.append(name)
                branches.append(iter(formula.names if formula is not None else ()))
    return found


def order(parameters: Mapping[str, Parameter]) -> tuple[str, ...]:
    """Return the parameters so that each stands behind all that it is made of.

    Left out are those in a cycle and those that rest on a cycle or on an unknown name.
    """
    users: dict[str, list[str]] = {}
    waiting: dict[str, int] = {}
    for name, parameter in parameters.items():
        inner = parameter.formula.names if parameter.formula is not None else {}
        waiting[name] = len(inner)
        for each in inner:
            users.setdefault(each, []).append(name)
    ready = [name for name, count in waiting.items() if count == 0]
    for name in ready:  # grows while it is walked
        for user in users.get(name, ()):
            waiting[user] -= 1
            if waiting[user] == 0:
                ready.append(user)
    return tuple(ready)


def values(
    parameters: Mapping[str, Parameter], point: Mapping[str, Any], names: Iterable[str] | None = None
) -> dict[str, Any]:
    """Return the value of every parameter, derived ones included, where the others are as in ``point``.

    A derived parameter that ``point`` holds keeps that value in place of its formula. ``names`` limits the
    work to these parameters and what they are made of.

    Raises
    ------
    FormulaError
        If a formula has no value at the point, or uses a name that has none.
    UsageError
        If the definitions form a cycle.
    """
    result: dict[str, Any] = dict(point)
    wanted = set(reach(parameters, parameters if names is None else names))
    for name in order(parameters):
        formula = parameters[name].formula
        if name in wanted and name not in result and formula is not None:
            result[name] = formula.evaluate(result)
    left = [name for name in parameters if name in wanted and name not in result and parameters[name].is_derived]
    if left:
        raise UsageError(f"found no value of {left[0]!r}; expected definitions without a cycle")
    return result
