"""What a game file and its variants may hold, whatever their form: the keys that all forms share."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from detente.fields import Exact, Expression, Format, Label, Line, Name, Names, Text
from detente.schema import Table

__all__ = ["AnyForm", "AnyVariant", "BoxTable", "GameFile", "VariantTable"]


class BoxTable(Table):
    """A ``[box.PARAMETER]`` of a game."""

    low: Exact
    high: Exact
    value: Exact | None = None
    reason: Text


class VariantTable(Table):
    """The keys of a ``[variants.NAME]`` that all forms share; each form adds its own."""

    form: Line
    label: Label | None = None
    description: Text | None = None
    payoffs: Name | None = None
    points: dict[str, dict[str, Exact]] = Field(default_factory=dict)
    box: dict[str, Any] = Field(default_factory=dict)
    conclusions: dict[str, Expression] | None = None


class GameFile(Table):
    """The keys at the top of a game file that all forms share; each form adds its own."""

    format: Format
    label: Label | None = None
    description: Text | None = None
    form: Line
    payoffs: Name
    units: Names | None = None
    labels: dict[str, Label] = Field(default_factory=dict)
    points: dict[str, dict[str, Exact]] = Field(default_factory=dict)
    box: dict[str, Any] = Field(default_factory=dict)
    variants: dict[str, Any] = Field(default_factory=dict)
    conclusions: dict[str, Expression] = Field(default_factory=dict)
    questions: list[Any] = Field(default_factory=list)


class AnyForm(GameFile):
    """Stands in for the keys of a form that does not exist, so that the other faults are told."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, arbitrary_types_allowed=True)


class AnyVariant(VariantTable):
    """The same for a variant that says no form."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, arbitrary_types_allowed=True)
