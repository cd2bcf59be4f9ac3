"""Tables of the engine in a report: labels for names, mathematics for formulas, words of the edition for sentences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from detente.display import width
from detente.errors import DetenteError
from detente.fields import label_of
from detente.formula import parse
from detente.printing import typst
from detente.reports.content import named, others
from detente.reports.elements import Block, Column, Note, Table
from detente.reports.entries import MARKED, bare
from detente.reports.language import join, naming, reword, say, untranslated
from detente.reports.narrative import CLASS_WORDS
from detente.reports.spans import Inline, Math, Span, plain_text
from detente.reports.wordlike import counted, english, percentages, plain_notes, plain_title, rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.reports.blocks import Context

__all__ = ["MOST_LINES", "SHORT_LINES", "Labels", "engine_table", "merged"]

#: Lines of a table that are printed; the whole of it stands beside the report as CSV.
MOST_LINES = 36
#: The same where a report prints what is essential.
SHORT_LINES = 12
#: Significant digits of numbers in print.
_DIGITS = 3
_NAME = re.compile(r"(?<![A-Za-z0-9_.])[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"[+-]?[\d,]*\d(/\d+)?(\.\d+)?(e[+-]?\d+)?%?\*?", re.IGNORECASE)
_WORD = re.compile("[a-z]{3,}")
#: Conclusions as games name them: a kind and outcomes.
_CONCLUSION = re.compile(r"\b(?:(?:equilibrium|unique|selected|set|dominant|lowest|highest|ends):\w+(?:[,;=]\w+)*|class:\w+(?:/\w+)*)")
_MARKED = re.compile("\ue002([^\ue003]*)\ue003")
#: Where a sentence in English names a choice: behind these words, and in front of a state.
_CHOICE_NAMED = tuple(
    re.compile(before + r"(\w+)")
    for before in (
        r"(\b(?:[Aa]ll|[Nn]obody) at )", r"(^at )(?=\w+ on average)", r"(\bP\(at least \d+ )", r"(\bindifferent between \w+ and )",
        r"(\bindifferent between )",
    )
)  # fmt: skip
_CHOICES_IN_STATE = re.compile(r"\b([A-Za-z_]\w*(?:, [A-Za-z_]\w*)*)(?= in \d)")
#: Words with which sentences begin that are no names.
_BEGINS = re.compile(r"(?:The|All|An?|At|In|On|Of|Each|Every|Nobody|No|Not|None|One|There|Where|What|With|If|For|More|Proved)\b")
#: A note of a merged table that is about some of its points only.
_ABOUT, _SAYS = "\ue007", "\ue008"
_TABLES = ("outcomes", "replies", "policies")
#: Where the signs for names begin while a text is put in words: those for choices of players, and all others.
_CHOICES, _OTHERS, _MOST_SIGNS = 0xF000, 0xE100, 2000
#: What a cell that is a formula has.
_OPERATOR = re.compile(r"[*/()<>=]| [-+] |^-[A-Za-z]")
#: The head of a column on what a change makes of an outcome.
_WANTED = re.compile(r"\(([\w,]+)\) as")
#: A player with the strategy it plays.
_CHOSEN = re.compile(r"\b(\w+) (\w+)(?=,|$)")
#: Heads of columns whose cells are sets of parameters, as ``a + b``.
_SETS = frozenset({"smallest changes that do it", "undone by", "changes that do it"})
_TYPES = frozenset({"harmony", "assurance", "assurance_reversed", "chicken", "prisoners_dilemma", "deadlock", "stag_hunt", "tied"})
#: Words of the engine that a strategy may also be called by.
_OWN_WORDS = frozenset({"none", "always", "never", "conditional", "undecided", "yes", "no", "pure", "mixed", "open"})


class Labels:
    """The labels of a game, as an edition prints them in the texts of the engine."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.lang = context.definition.lang
        model = context.model
        #: Who chooses: the players, and those whose choices a formula names.
        self.players: set[str] = {*model.players, *(who for who in model.definition.content.choices if who != "state")}
        self.known = {*model.definition.labels, *model.parameters, *model.definition.conclusions}
        self.known.update(self.players)
        self.known.update(model.definition.points)
        self.known.add("baseline")
        chosen = (own for who, own in model.definition.content.choices.items() if who != "state")
        self.choices = {each for own in (*model.definition.strategies.values(), *chosen) for each in own}
        #: What the game calls outcomes, answers and policies, and cases that a question names by a label.
        data = model.definition.file.data
        self.own = {
            name: label_of(table["label"], self.lang)
            for key in _TABLES
            for name, table in data.get(key, {}).items()
            if "label" in table
        }
        events = [each for each in context.files.observations.values() if each.game.partition(":")[0] == context.game]
        self.own |= {each.event: label_of(each.label, self.lang) for each in events if "_" in each.event or self.lang == "zh"}
        if self.lang == "zh":
            self.own |= {name.replace("_", " "): label for name, label in self.own.items()}
            terms = model.payoff_model.terms
            self.own |= {each.name: label_of(each.label, self.lang) for each in terms if each.label and each.name not in self.known}
            games = {name: context.files.games[name].label for name in (context.game, *others(context.files, context.game))}
            self.own |= {name: label_of(label, self.lang) for name, label in games.items() if label}
        self.known |= self.choices | set(self.own)
        self.phrases = {
            label_of(case.label, "en"): label_of(case.label, self.lang)
            for question in model.definition.questions
            for case in question.cases
        }

        self._signs: dict[str, str] = {}
        self._put: dict[str, str] = {}
        for name in sorted(self.known) if self.lang == "zh" else ():
            self._sign(name)

    def label(self, name: str) -> str:
        """Return the label of a name; a conclusion without one keeps its name."""
        if ":" in name:
            from detente.reports.robustness_blocks import conclusion_words  # it needs these labels itself

            return conclusion_words(self.context, name)
        if name == "baseline":
            return say(self.lang, "baseline")
        if name in self.own or name in self.phrases:
            return self.own.get(name) or self.phrases[name]
        return self.context.named(name, reword(self.lang, self.context.model.label(name, self.lang)))

    def text(self, text: str) -> str:
        """Return a text of the engine with labels for names, and its own words in the edition's language."""
        marked = named(text, lambda name: f"\ue002{name}\ue003")
        if marked in self.known:
            return self.label(marked)
        outcome = _WANTED.fullmatch(text)
        if outcome and self.lang == "en" and self.known.issuperset(names := outcome[1].split(",")):
            return f"{self.context.profile_of([self.label(each) for each in names])} as"
        if all(part in _TYPES for part in marked.split("/")):
            return " / ".join(say(self.lang, CLASS_WORDS.get(part, part.replace("_", " "))) for part in marked.split("/"))
        marked = _CONCLUSION.sub(lambda match: f"\ue002{match[0]}\ue003", marked)
        marked = re.sub(r"\balong (\w+)", lambda m: f"along {self.label(m[1])}" if m[1] in self.known else m[0], marked)
        marked = re.sub(r"\ue002[^\ue003]*\ue003|,(?=[^\W\d])", lambda match: ", " if match[0] == "," else match[0], marked)
        if self.lang == "zh":
            return self._in_chinese(marked).replace(" -> ", " \u2192 ")
        found = re.sub("\ue002([^\ue003]*)\ue003", lambda m: self.label(m.group(1)), self._worded(self._choices_marked(marked)))
        return english(found.replace(" -> ", " → "))

    def _choices_marked(self, text: str) -> str:
        """Return a sentence with the names of choices marked where it can mean nothing else, in quotation marks amid words."""

        def one(match: re.Match[str]) -> str:
            return f"{match[1]}\u201c\ue002{match[2]}\ue003\u201d" if match[2] in self.choices else match[0]

        def several(match: re.Match[str]) -> str:
            names = match[0].split(", ")
            return ", ".join(f"\ue002{name}\ue003" for name in names) if self.choices.issuperset(names) else match[0]

        for pattern in _CHOICE_NAMED:
            text = pattern.sub(one, text)
        return _CHOICES_IN_STATE.sub(several, text)

    def _sign(self, name: str) -> str:
        """Return the sign that stands for a name while the sentence around it is put in words."""
        if name not in self._signs:
            if len(self._signs) >= _MOST_SIGNS:
                return self.label(name)
            self._signs[name] = chr((_CHOICES if name in self.choices else _OTHERS) + len(self._signs))
        return self._signs[name]

    def _in_chinese(self, text: str) -> str:
        """Return a text in Chinese, first with names where an entry has slots, then with every word that is a name read as one."""
        if text in _OWN_WORDS:
            return reword("zh", text)
        text = _MARKED.sub(lambda match: self._sign(match[1]), text)
        for phrase in sorted(self.phrases, key=len, reverse=True):
            text = text.replace(phrase, self._sign(phrase))

        def signed(match: re.Match[str]) -> str:
            word = match[0]
            for name in (word, word[:1].lower() + word[1:]) if match.start() == 0 else (word,):
                if name in self.known:
                    return self._sign(name)
            return word

        with naming(self._signs, self._put):
            readings = [reword("zh", text), reword("zh", _NAME.sub(signed, text))]
        found = next((each for each in readings if not self._left(each)), None) or self._worded(readings[0])
        found = re.sub("(?<=[\ue100-\uf8ff]) (?=[\ue100-\uf8ff])", "", found)
        names = {each: name for name, each in self._signs.items()}
        return re.sub("[\ue100-\uf8ff]", lambda match: self.label(names[match[0]]) if match[0] in names else match[0], found)

    def _left(self, text: str) -> bool:
        """Return whether names or English words are left in a text."""
        return bool(untranslated(text)) or any(name in self.known for name in _NAME.findall(text))

    def _worded(self, text: str) -> str:
        """Reword, then name what is left: a name inside a slot is named when the sentence around it has been found."""
        worded = reword(self.lang, text)
        alone = len(_NAME.findall(text)) == 1

        def name(match: re.Match[str], sentence: bool) -> str:
            word = match.group()
            if word not in self.known or (word in _OWN_WORDS and alone):
                return word
            if sentence and "_" not in word and match.string[match.end() : match.end() + 3] != " = ":
                return word if word not in self.players else self.label(word)
            return self.label(word)

        def part(text: str) -> str:
            sentence = " " in text and not self._in_a_list(text)
            pattern = rf"\ue002[^\ue003]*\ue003|{MARKED}|{_NAME.pattern}"
            return re.sub(pattern, lambda m: m.group() if m.group()[0] > "\ue000" else name(m, sentence), text)

        # what stands behind a colon may be a list where what stands before it is a sentence
        return ": ".join(map(part, worded.split(": ")))

    def _in_a_list(self, text: str) -> bool:
        """Return whether a text is made of names and signs, such as a profile, and is no sentence."""
        words = _NAME.findall(text)
        return sum(word in self.known for word in words) * 2 > len(words)

    def formula(self, text: str) -> Inline | None:
        """Return a text as mathematics where it is a formula of the parameters of the game; conditions one by one."""
        try:
            parts = [self._math(part) for part in text.split(" and ")]
        except DetenteError:
            return None
        if any(part is None for part in parts):
            return None
        spans: list[Span | str] = []
        for part in parts:
            spans += [part, ";  "] if part is not None else []
        return tuple(spans[:-1])

    def _math(self, text: str) -> Math | None:
        try:
            parsed = parse(text)
        except DetenteError:
            parsed = parse(text, condition=True)
        names = set(parsed.names)
        own = names & {*self.context.model.parameters, *self.context.model.definition.conclusions}
        # beside parameters a formula of the engine may hold a state, an action or a value; of choices there is none
        if not own or (names - own) & {*self.choices, *self.players} or (names - own and not _OPERATOR.search(text)):
            return None
        shown = {name: reword(self.lang, name) for name in names - own if _WORD.fullmatch(name)}
        return Math(typst(parsed, {**shown, **self.context.names}, self.lang), self.context.reading(text), self.context.entries(names))


def engine_table(
    context: Context, labels: Labels, data: dict[str, Any], name: str, caption: str = "", first: Sequence[str] = (), lines: int | None = None
) -> list[Block]:
    """Return a table of the engine as blocks: the table, shortened where it is long, and its notes.

    ``first`` are texts: rows whose first cell is one of them come before the others. ``lines`` is the most that is printed, by
    default what the report prints of every table; 0: the table stands beside the report only.
    """
    most = lines if lines is not None else SHORT_LINES if context.short else MOST_LINES
    lang = context.definition.lang
    gap = "" if lang == "zh" else " "
    notes = _notes(labels, data["notes"])
    title = caption or labels.text(plain_title(data["title"], context.game.partition(":")[0])) or say(lang, "Result")
    rows: list[list[str]] = sorted(data["rows"], key=lambda row: row[0] not in first) if first else data["rows"]
    rows = percentages(data["columns"], rows)
    title = rounded(title, _DIGITS)
    if not most and not (rows and data["columns"]):
        return []
    if not rows or not data["columns"]:
        return [Note(gap.join([f"{_sentence(title)}", *notes]))]
    heads, order = counted(data["columns"], labels.choices)
    if order:
        notes.insert(0, say(lang, "Counts of those who choose, in this order: {choices}.", choices=join(lang, [labels.label(each) for each in order], "")))
    never = [row for row in rows if any(cell == "never" for cell in row) and "status" in heads]
    if never and len(never) < len(rows):
        rows = [row for row in rows if row not in never]
        notes.append(say(lang, "Left out: {count} that hold nowhere in the box.", count=len(never)))
    inside = heads.index("in interval") if "in interval" in heads else None
    if inside is not None:
        outside = [row for row in rows if row[inside] == "no"]
        rows = [[cell for place, cell in enumerate(row) if place != inside] for row in rows if row[inside] != "no"]
        heads = [head for place, head in enumerate(heads) if place != inside]
        if outside:
            notes.append(say(lang, "Left out: {count} outside the range of the parameter.", count=len(outside)))
        if not rows:
            return [Note(gap.join(_sentence(each) for each in (title, *notes)))] if most else []
    for useless in ("#", "regret"):
        if useless in heads and (useless == "#" or all(row[heads.index(useless)] in {"0", ""} for row in rows)):
            place = heads.index(useless)
            rows = [[cell for index, cell in enumerate(row) if index != place] for row in rows]
            heads = [head for index, head in enumerate(heads) if index != place]
    if {"name", "meaning"} <= set(heads):
        place = heads.index("meaning")
        rows = [[cell for index, cell in enumerate(row) if index != place] for row in rows]
        heads = [head for index, head in enumerate(heads) if index != place]
    cells = [
        [_of_column(labels, head, cell) for head, cell in zip(heads, row, strict=True)]
        for row in rows
    ]
    columns = _columns(labels, heads, cells)
    shown = _fitting([[rounded(cell, _DIGITS) for cell in row] for row in rows], most) if most else 0
    if shown < len(cells):
        notes.append(
            say(lang, "{left} further rows stand in {file}.", left=len(cells) - shown, file=f"{name}.csv")
        )
    table = Table(
        tuple(columns), tuple(tuple(row) for row in cells), _capital(title), name,
        note=gap.join(_sentence(note) for note in notes), shown=shown if shown < len(cells) else None, digits=_DIGITS,
    )  # fmt: skip
    return [table]


def merged(tables: Sequence[dict[str, Any]], points: Sequence[str]) -> list[dict[str, Any]]:
    """Return tables with those for several points, one after another and alike, made one with the points in front."""
    found: list[dict[str, Any]] = []
    last: tuple[str, list[str]] | None = None
    for table in tables:
        base, _, point = table["title"].rpartition(" at ")
        base = base.removesuffix(",")
        if not base or point not in points:
            found.append(table)
            last = None
            continue
        rows = [[point, *row] for row in table["rows"]]
        if last == (base, table["columns"]):
            found[-1]["rows"] += rows
            found[-1]["noted"].append((point, table["notes"]))
            continue
        last = (base, table["columns"])
        noted = [(point, table["notes"])]
        found.append({**table, "title": base, "columns": ["point", *table["columns"]], "rows": rows, "noted": noted})
    for table in found:
        if "noted" in table:
            table["notes"] = _of_points(table.pop("noted"))
    return [{**table, "rows": _without_repeats(table["rows"])} if table["columns"][:1] == ["point"] else table for table in found]


def _of_points(noted: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    """Return the notes of tables of several points: each once, with the points that it is about where it is not about all."""
    points: dict[str, list[str]] = {}
    for point, notes in noted:
        for note in notes:
            points.setdefault(note, []).append(point)
    return [note if len(own) == len(noted) else f"{_ABOUT}{','.join(own)}{_SAYS}{note}" for note, own in points.items()]


def _notes(labels: Labels, notes: Sequence[str]) -> list[str]:
    """Return the notes of a table that say more than the table, in words; those about some points with these in front."""
    found = []
    for note in notes:
        about, _, said = note.rpartition(_SAYS)
        for text in plain_notes([said]):
            names = [labels.label(point) for point in about.removeprefix(_ABOUT).split(",") if point]
            lead = join(labels.lang, names) + ("\uff1a" if labels.lang == "zh" else ": ") if names else ""
            said = _signs_of_pages(rounded(labels.text(text), _DIGITS))
            found.append(lead + (_uncapital(said) if lead else said))
    return found


def _signs_of_pages(text: str) -> str:
    """Return a text with the signs for times and minus between names and numbers that pages have.

    Examples
    --------
    >>> _signs_of_pages("floor = (1 - sunk share)*cost; keep* is marked")
    'floor = (1 \u2212 sunk share) \u00d7 cost; keep* is marked'
    """
    return re.sub(r"(?<=[\w)])\*(?=[\w(])", " \u00d7 ", re.sub(r"(?<=[\w)]) - (?=[\w(])", " \u2212 ", text))


def _without_repeats(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return rows in which a point is named once."""
    seen = ""
    found = []
    for point, *rest in rows:
        found.append(["" if point == seen else point, *rest])
        seen = point
    return found


def _of_column(labels: Labels, head: str, cell: str) -> Inline:
    if head in _SETS:
        return labels.text(cell.replace(" + ", " and "))
    if head == "others" and labels.lang == "en":  # what the others do: a strategy need not be a verb
        cell = _CHOSEN.sub(r"\1: \2", cell)
    return _cell(labels, cell)


def _cell(labels: Labels, cell: str) -> Inline:
    if not cell or _NUMBER.fullmatch(cell):
        return cell
    if _OPERATOR.search(cell):
        found = labels.formula(cell)
        if found is not None:
            return found
    return labels.text(cell)


def _columns(labels: Labels, heads: Sequence[str], cells: Sequence[Sequence[Inline]]) -> list[Column]:
    """Return columns: numbers aligned on their points in as much room as they need, the rest divided by what is in it."""
    shown = [rounded(bare(labels.text(head)), _DIGITS) for head in heads]
    if labels.lang == "en":
        # a choice at the head of a column is written as in the rows
        shown = [text if head in labels.choices else _capital(text) for head, text in zip(heads, shown, strict=True)]
    texts = [[rounded(bare(plain_text(row[index])), _DIGITS) for row in cells] for index in range(len(heads))]
    numeric = [any(own) and all(_NUMBER.fullmatch(text) for text in own if text) for own in texts]
    fixed, wanted, needed = [], [], []
    for index, (head, own, number) in enumerate(zip(shown, texts, numeric, strict=True)):
        word = max((_unbroken(part) for part in re.split(r"[\s,;]", head) if part), default=1)
        longest = max(map(width, own), default=1)
        mean = sum(map(width, own)) / max(1, sum(map(bool, own)))
        inside = max((_unbroken(part) for text in own for part in text.split()), default=1)
        padding = 1.0 if all(width(text) == len(text) for text in (head, *own)) else 3.0
        least = max(1.1 * word, 0.0 if number else 1.05 * min(inside, 18)) + padding
        fixed.append(max(least, longest + 2.5) if number else 0.0)
        needed.append(0.0 if number else least)
        formulas = any(not isinstance(row[index], str) for row in cells)
        wanted.append(0.0 if number else max(least, min(longest + 1.5, 1.6 * mean, 80.0 if formulas else 50.0)))
    shares = _shared(max(_room(len(heads)) - sum(fixed), 0.25 * _room(len(heads))), wanted, needed)
    return [
        Column(head, align="decimal" if number else "left", width=round(max(own, text, 0.1), 2))
        for head, own, text, number in zip(shown, fixed, shares, numeric, strict=True)
    ]


def _shared(room: float, wanted: Sequence[float], least: Sequence[float]) -> list[float]:
    """Return the room of each column: what it wants, or in proportion to that and at least what it needs."""
    low, high = 0.0, 1.0
    if sum(wanted) > room:
        for _ in range(30):
            factor = (low + high) / 2
            taken = sum(max(need, want * factor) for want, need in zip(wanted, least, strict=True))
            low, high = (low, factor) if taken > room else (factor, high)
    return [max(need, want * high) for want, need in zip(wanted, least, strict=True)]


def _unbroken(text: str) -> int:
    """Return the letters of a word that stay together: Chinese may break anywhere and reads badly in less than four characters."""
    return len(text) if width(text) == len(text) else min(width(text), 8)


def _room(columns: int) -> float:
    """Return the characters that fit a line of a table with so many columns, whose type is the smaller the more there are."""
    return 92.0 if columns <= 6 else 103.0 if columns <= 9 else 117.0 if columns <= 12 else 135.0


def _fitting(rows: Sequence[Sequence[str]], most: int) -> int:
    """Return how many rows fill at most about so many lines; two more are no reason to cut.

    The estimate looks at the texts of the engine, which are the same for all editions, so that all print the same rows.
    """
    own = 2 * _room(len(rows[0])) / len(rows[0])  # long cells take room from short ones
    lines = 0
    for count, row in enumerate(rows):
        # symbols take less room than the names for which they stand
        lines += max(int((len(cell) / 3 if _OPERATOR.search(cell) else len(cell)) / own) + 1 for cell in row)
        if lines > most and count >= 2:
            return count if len(rows) - count > 2 else len(rows)
    return len(rows)


def _uncapital(text: str) -> str:
    """Return a sentence as it goes on behind a colon: with a small letter, unless it begins with a name."""
    return text[:1].lower() + text[1:] if _BEGINS.match(text) else text


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentence(text: str) -> str:
    text = _capital(text.strip())
    return text if not text or text[-1] in ".。:：!?！？" else f"{text}."  # noqa: RUF001 - Chinese punctuation


