"""A study that grows: empty rooms first, then games from a short list of templates, each complete and sound."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

from detente import toml
from detente.errors import UsageError, did_you_mean
from detente.fields import Wrong, check_name
from detente.seeds.figures import COLUMNS
from detente.study.change import copied
from detente.study.check import raise_if_faulty
from detente.study.layout import MARKER, open_layout
from detente.study.load import load
from detente.whole import write_whole

__all__ = ["TEMPLATES", "add_template", "empty_study"]

#: What a game may start from, with a line for whoever chooses.
TEMPLATES = {
    "two_by_two": "two sides cooperate or confront; payoffs as terms, also repeated",
    "sender_target": "a sender threatens, a target complies or resists, the sender executes or backs down",
    "hedging": "two rivals and a third party that aligns with one or hedges",
    "members": "many members of different dependence join a club or stay out",
}
_PARTS = {"payoffs": "payoffs.toml", "games": "game.toml", "reports": "report.toml"}


def empty_study(folder: Path | str) -> tuple[Path, ...]:
    """Make a study with empty rooms in ``folder``, which must not exist or be empty; return the files made.

    Raises
    ------
    UsageError
        If the folder holds anything, or cannot be made.
    """
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} exists and is not empty; name a new folder")
    name = re.sub("[^a-z0-9_-]+", "-", target.resolve().name.lower()).strip("-")[:60] or "study"
    files = {
        MARKER: f'# This table makes the folder a study.\n[tool.detente]\nformat = 1\nname = "{name}"\n',
        "seeds/documents.toml": "# The register of documents: `detente seeds add FILE` adds one.\nformat = 1\n",
        "seeds/figures.csv": ",".join(COLUMNS) + "\n",
        "seeds/parameters.toml": "# Parameters that several games share; those of one game stand in its payoff file.\nformat = 1\n",
    }
    try:
        for room in ("seeds", "payoffs", "games", "reports", "documents"):
            (target / room).mkdir(parents=True, exist_ok=True)
        for file, text in files.items():
            write_whole(target / file, text)
    except OSError as error:
        raise UsageError(f"{target}: cannot make the study; {error.strerror or error}") from None
    return tuple(target / file for file in files)


def add_template(
    root: Path, template: str, game: str | None = None, title: str | None = None, labels: dict[str, str] | None = None
) -> tuple[Path, ...]:
    """Add a game from a template to a study: payoffs, game and report; return the files made.

    The first report of a study becomes its main one.

    Parameters
    ----------
    root : Path
        The folder of the study.
    template : str
        One of :data:`TEMPLATES`.
    game : str, optional
        Its name; by default that of the template.
    title : str, optional
        What readers see; by default the name.
    labels : dict, optional
        Player to what readers see, in place of the words of the template.

    Raises
    ------
    UsageError
        If there is no such template, or the study has a game, payoffs or a report of this name.
    InputError
        If the study has faults, or would have with the new game.
    """
    if template not in TEMPLATES:
        hint = did_you_mean(template, TEMPLATES) or f"expected one of {', '.join(TEMPLATES)}"
        raise UsageError(f"unknown template {template!r}; {hint}")
    name = game or template
    try:
        check_name(name)
    except Wrong as wrong:
        raise UsageError(f"{wrong.found}; {wrong.expected}") from None
    study = raise_if_faulty(load(root))
    layout = open_layout(root)
    texts: dict[str, str] = {}
    for room, part in _PARTS.items():
        file = f"{room}/{name}.toml"
        if (root / file).exists():
            raise UsageError(f"{file} exists; expected another name for the game, with --game NAME")
        text = (resources.files("detente.study") / "templates" / template / part).read_text(encoding="utf-8")
        text = text.replace('"GAME"', json.dumps(name)).replace("GAME:", f"{name}:")
        texts[file] = text.replace('"NAME"', _quoted(title or name.replace("_", " ")))
    for player, words in (labels or {}).items():
        label = re.compile(rf'(?m)^{re.escape(player)} = \{{ en = ".*" \}}$')
        if not label.search(texts[f"games/{name}.toml"]):
            raise UsageError(f"found the player {player!r}, which the template {template} does not have")
        shown = _quoted(words)
        texts[f"games/{name}.toml"] = _put(label, f"{player} = {{ en = {shown} }}", texts[f"games/{name}.toml"])
        # the words of the template name the player as well: "what the first side loses"
        if words != template_labels(template)[player]:
            own = re.escape(player)
            spoken = re.compile(rf"\b[Tt]he {own}(?: side| party)?\b|(?<= en = \"){own} (?:side|party)(?=:)")
            texts = {file: _put(spoken, shown[1:-1], text) for file, text in texts.items()}
    if study.main_report is None:
        marker = toml.read_text(root / MARKER, MARKER)
        before = layout.file.raw(("tool", "detente", "name"))
        texts[MARKER] = marker.replace(f"name = {before}", f'name = {before}\nreport = "{name}"', 1)
    with copied(root, texts) as folder:
        raise_if_faulty(load(folder))
    for file, text in texts.items():
        write_whole(root / file, text)
    return tuple(root / file for file in texts)


def template_labels(template: str) -> dict[str, str]:
    """Return the players of a template with the words that readers see unless others are given."""
    file = toml.parse(
        (resources.files("detente.study") / "templates" / template / "game.toml").read_text("utf-8"), template
    )
    payoffs = toml.parse(
        (resources.files("detente.study") / "templates" / template / "payoffs.toml").read_text("utf-8"), template
    )
    players = payoffs.data["players"]
    return {each: file.data["labels"][each]["en"] for each in players} if isinstance(players, list) else {}


def _put(pattern: re.Pattern[str], words: str, text: str) -> str:
    """Return a text with words, taken as they are, in place of what a pattern finds."""
    return pattern.sub(lambda _: words, text)


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)
