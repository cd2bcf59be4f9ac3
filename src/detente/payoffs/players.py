"""The players of a payoff model: a list of names, or groups of members whose number is a parameter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from detente.errors import Fault
from detente.fields import Wrong, check_name, distinct, kind_of, unknown, within

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.errors import Place
    from detente.schema import Definitions
    from detente.seeds.parameters import Parameter
    from detente.toml import TomlFile

__all__ = ["EVERYBODY", "MAX_PLAYERS", "Players", "PlayersField", "read_players"]

#: The template whose terms every player has.
EVERYBODY = "each"
MAX_PLAYERS = 2000


def _players(value: object) -> Any:
    if isinstance(value, list):
        for index, each in enumerate(value):
            within((index,), check_name, each)
        return distinct(value)
    if not isinstance(value, dict):
        raise Wrong(kind_of(value), 'expected names, or a group such as { member = "n_members" }')
    if not value:
        raise Wrong("found no players", 'expected a group such as { member = "n_members" }')
    for group, size in value.items():
        within((group,), check_name, group)
        within((group,), check_name, size)
    return value


PlayersField = Annotated[
    Any,
    PlainValidator(_players),
    WithJsonSchema(
        {
            "oneOf": [
                {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True},
                {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1},
            ]
        }
    ),
]


@dataclass(frozen=True)
class Players:
    """The players in order.

    ``groups`` maps a group such as ``member`` to its players ``member_1``, ``member_2``, ..; ``sizes`` names the
    parameters that say how many there are.
    """

    names: tuple[str, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sizes: tuple[str, ...] = ()

    def places(self, file: TomlFile) -> dict[str, Place]:
        """Return the place of each player in the file."""
        if not self.groups:
            return {player: file.place(("players", index)) for index, player in enumerate(self.names)}
        return {player: file.place(("players", group)) for group, own in self.groups.items() for player in own}

    def behind(self, name: str) -> tuple[str, ...] | None:
        """Return whom a table of terms or strategies is for: a player, a group, or ``each``; None where nobody."""
        if name == EVERYBODY:
            return self.names
        if name in self.groups:
            return self.groups[name]
        return (name,) if name in self.names else None


def read_players(file: TomlFile, parameters: Definitions[Parameter], faults: list[Fault]) -> Players:
    """Return the players of a payoff file; the sizes of groups are looked up among ``parameters``.

    Nobody where the table is wrong, or where a size is not known for a fault of its own.
    """
    given = file.data.get("players")
    try:
        _players(given)
    except Wrong:  # told with the other keys of the file
        return Players(tuple(each for each in given if isinstance(each, str)) if isinstance(given, list) else ())
    if isinstance(given, list):
        return Players(tuple(given))
    assert isinstance(given, dict)
    groups: dict[str, tuple[str, ...]] = {}
    for group, size in given.items():
        path = ("players", group)
        parameter = parameters.entries.get(size)
        if parameter is None:
            if parameters.complete and size not in parameters.declared:
                wrong = unknown("parameter", size, parameters.declared)
                faults.append(Fault(file.place(path), wrong.found, wrong.expected, wrong.do))
            return Players()
        number, at = parameter.value, f"set at {parameter.place}"
        fixed = number is not None and number.denominator == 1 and parameter.low == number == parameter.high
        if number is None or not fixed or not 1 <= number <= MAX_PLAYERS:
            found = f"found the number of players {size!r}, {at}"
            expected = f"expected a whole number from 1 to {MAX_PLAYERS} with low = value = high"
            faults.append(Fault(file.place(path), found, expected))
            return Players()
        groups[group] = tuple(f"{group}_{index}" for index in range(1, int(number) + 1))
    names = tuple(player for own in groups.values() for player in own)
    if len(set(names)) < len(names) or set(names) & set(groups):
        faults.append(
            Fault(file.place(("players",)), "found two players of one name", "expected each once", "rename a group")
        )
        return Players()
    return Players(names, groups, tuple(dict.fromkeys(given.values())))
