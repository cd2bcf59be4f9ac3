"""Faulty studies: each mutation of a sound one is reported, and the first message names the mutated line."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from detente.errors import Fault, InputError, UsageError
from detente.study.check import check

SMALL = Path(__file__).parent / "small"
REAL = Path(__file__).parents[2]

PARAMETERS, FIGURES, DOCUMENTS = "seeds/parameters.toml", "seeds/figures.csv", "seeds/documents.toml"
CLAIMS, PAYOFFS, GAME, REPORT = "seeds/claims.toml", "payoffs/river.toml", "games/river.toml", "reports/main.toml"
MARKER = "pyproject.toml"


@dataclass(frozen=True)
class Case:
    """One edit of one file: the only occurrence of ``old``, or the one behind ``after``, becomes ``new``.

    ``line`` is the line that a reader has to see; without it, the first line that the edit changed.
    ``says`` are words that the first message has to hold.
    """

    name: str
    file: str
    old: str
    new: str
    says: str = ""
    after: str = ""
    line: str = ""

    def apply(self, text: str) -> tuple[str, int]:
        start = text.index(self.after) + len(self.after) if self.after else 0
        assert self.old in text[start:], self.name
        if not self.after:
            assert text.count(self.old) == 1, f"{self.name}: {self.old!r} stands {text.count(self.old)} times"
        at = text.index(self.old, start)
        mutated = text[:at] + self.new + text[at + len(self.old) :]
        if self.line:
            return mutated, mutated[: mutated.index(self.line)].count("\n") + 1
        same = next((i for i, (a, b) in enumerate(zip(text, mutated, strict=False)) if a != b), min(len(text), len(mutated)))
        return mutated, mutated[:same].count("\n") + 1


CASES = [
    # --- syntax
    Case("a text without its closing quote", PARAMETERS, 'symbol = "K"', 'symbol = "K', "closing double quote"),
    Case("a text without its opening quote", PARAMETERS, 'symbol = "K"', 'symbol = K"'),
    Case("a bare word", PARAMETERS, 'symbol = "K"', "symbol = K", 'write "K"'),
    Case("no equals sign", PARAMETERS, 'symbol = "K"', 'symbol "K"', "NAME = VALUE"),
    Case("two equals signs", PARAMETERS, 'symbol = "K"', 'symbol == "K"'),
    Case("a colon", PARAMETERS, 'symbol = "K"', 'symbol: "K"', "="),
    Case("no value", PARAMETERS, "low = 2.5", "low =", "no value"),
    Case("no key", PARAMETERS, "low = 2.5", "= 2.5", "name before '='"),
    Case("a list without its end", PARAMETERS, '"north-share-decade"]', '"north-share-decade"'),
    Case("a list without a comma", PARAMETERS, '"north-share-2024", ', '"north-share-2024" '),
    Case("a table without its end", PAYOFFS, '{ north = ["concede"], south = ["concede"] }', '{ north = ["concede"], south = ["concede"]'),
    Case("a header without its end", PARAMETERS, "[weir_years]", "[weir_years"),
    Case("a header with one bracket too many", PARAMETERS, "[weir_years]", "[weir_years]]"),
    Case("words between tables", PARAMETERS, "[weir_years]", "the weir\n[weir_years]"),
    Case("capital True", PAYOFFS, "material = false", "material = False", "'false' in lower case"),
    Case("null", PARAMETERS, "low = 2.5", "low = null"),
    Case("a number with two points", PARAMETERS, "low = 2.5", "low = 2.5.1"),
    Case("a number with a leading zero", PARAMETERS, "low = 2.5", "low = 02.5"),
    Case("a decimal comma", PARAMETERS, "low = 2.5", "low = 2,5"),
    Case("an unknown escape", PARAMETERS, 'symbol = "K"', r'symbol = "\K"'),
    Case("a date that does not exist", PARAMETERS, "low = 2.5", "low = 2024-13-45"),
    Case("a merge marker", GAME, "[labels]", "<<<<<<< HEAD\n[labels]"),
    Case("a Python comment", GAME, "[labels]", "// labels\n[labels]"),
    Case("a control character", GAME, "Two towns share", "Two towns\x1b[2J share", "U+001B"),
    Case("a NUL", GAME, "Two towns share", "Two\x00 towns share", "U+0000"),
    Case("a lone carriage return", GAME, "Two towns share", "Two\r towns share", "U+000D"),
    # --- keys
    Case("a key twice", PARAMETERS, "low = 2.5", "low = 2.5\nlow = 2.4", "a second time"),
    Case("a table twice", PARAMETERS, "[weir_years]", "[weir_cost]", "a second time"),
    Case("a term twice", PAYOFFS, "[terms.north.pride]", "[terms.north.water]", "a second time"),
    Case("an unknown key", PARAMETERS, 'reason = "one year only"', 'reazon = "one year only"', "did you mean 'reason'"),
    Case("a key of another kind", PARAMETERS, 'formula = "weir_cost/weir_years"', 'formula = "weir_cost/weir_years"\nlow = 1', "unknown key 'low'"),
    Case("an unknown key at the top", GAME, 'form = "normal"', 'from = "normal"', "did you mean 'form'"),
    Case("an unknown key of a claim", CLAIMS, "statement = \"A gauge", "statment = \"A gauge", "did you mean 'statement'"),
    Case("an unknown key of a report", REPORT, "subtitle", "sub_title", "did you mean 'subtitle'"),
    Case("an unknown key of a question", GAME, "along =", "allong =", "did you mean 'along'"),
    Case("an unknown key of a variant", GAME, "target =", "traget =", "did you mean 'target'"),
    Case("an unknown key of a term", PAYOFFS, "material =", "materiel =", "did you mean 'material'"),
    Case("an unknown key of a constraint", PAYOFFS, 'reason = "a year', 'raeson = "a year', "did you mean 'reason'"),
    Case("an unknown key of a document", DOCUMENTS, 'genre = "letter"', 'gender = "letter"', "did you mean 'genre'"),
    Case("an unknown key of the marker", MARKER, "report =", "reports =", "did you mean 'report'"),
    Case("a missing key", PARAMETERS, "low = 2.5\n", "", "missing key 'low'", line="weir_cost]"),
    Case("a missing format", REPORT, "format = 1\n", "", "missing key 'format'", line="title"),
    Case("a judgement without a reason", PAYOFFS, 'reason = "no document speaks of it"\n', "", "missing key 'reason'", line="[parameters.pride]"),
    Case("a condition that is a number", PAYOFFS, "[terms.south.harvest]", '[terms.south.harvest]\nif = "trust"', "found a number", line='if = "trust"'),
    Case("a condition with an unknown name", PAYOFFS, "[terms.south.harvest]", '[terms.south.harvest]\nif = "trut < 1"', "did you mean 'trust'", line='if = "trut'),
    Case("a utility of nobody", PAYOFFS, "[parameters.pride]", "[utility]\nnorht = 1\n[parameters.pride]", "did you mean 'north'", line="norht = 1"),
    Case("a utility over nobody", PAYOFFS, "[parameters.pride]", '[utility]\nnorth = "own[norht]"\n[parameters.pride]', "did you mean 'north'", line="north = "),
    Case("a utility over a payoff", PAYOFFS, "[parameters.pride]", '[utility]\nnorth = "payoff[north][hoard, hoard]"\n[parameters.pride]', "own[PLAYER]", line="north = "),
    Case("a utility with an unknown name", PAYOFFS, "[parameters.pride]", '[utility]\nnorth = "own[north] + trut"\n[parameters.pride]', "did you mean 'trust'", line="north = "),
    Case("a utility that divides by zero", PAYOFFS, "[parameters.pride]", '[utility]\nnorth = "own[north]/(trust - trust)"\n[parameters.pride]', "division by zero", line="north = "),
    Case("a sum of terms inside a term", PAYOFFS, 'formula = "-loss"', 'formula = "own[north]"', "own[...] has no meaning here"),
    Case("an unknown player in a when", PAYOFFS, '{ south = ["hoard"] }', '{ sout = ["hoard"] }', "did you mean 'south'"),
    # --- types
    Case("format true", PARAMETERS, "format = 1", "format = true", "expected format = 1"),
    Case("format 2", GAME, "format = 1", "format = 2", "expected format = 1"),
    Case("format as text", PAYOFFS, "format = 1", 'format = "1"', "expected format = 1"),
    Case("format as decimal", REPORT, "format = 1", "format = 1.0", "expected format = 1"),
    Case("a number that is a text", PARAMETERS, "value = 3\nlow = 2.5", 'value = "three"\nlow = 2.5', "'three'"),
    Case("a number that is a list", PARAMETERS, "low = 2.5", "low = [2.5]", "found a list"),
    Case("a number that is true", PARAMETERS, "low = 2.5", "low = true", "found true"),
    Case("a number that is a date", PARAMETERS, "low = 2.5", "low = 2024-01-01", "found the date"),
    Case("a text that is a number", PARAMETERS, 'unit = "per year"', "unit = 1", "found the integer 1"),
    Case("a list that is a text", PAYOFFS, 'source = ["001"]', 'source = "001"', "expected a list"),
    Case("a list entry that is a number", PAYOFFS, 'source = ["001"]', "source = [1]", "found the integer 1"),
    Case("a table that is a text", PARAMETERS, "label = { en = \"share of the North\", zh = \"北镇份额\" }", "label = 7", "found the integer 7"),
    Case("true that is a text", PAYOFFS, "material = false", 'material = "false"', "expected true or false"),
    Case("a strategy list that is a text", GAME, 'south = ["concede", "hoard"]', 'south = "concede"', "expected a list"),
    Case("strategies of a term as text", PAYOFFS, '{ south = ["hoard"] }', '{ south = "hoard" }', "expected a list"),
    Case("an empty list of strategies", GAME, 'south = ["concede", "hoard"]', "south = []", "empty list"),
    Case("a question number that is a text", GAME, "number = 4", 'number = "four"', "expected a number"),
    Case("a point that is a number", GAME, "[points.dry]", "[points]\nwet = 3\n[points.dry]", "expected a table", line="wet = 3"),
    # --- numbers
    Case("nan", PARAMETERS, "low = 2.5", "low = nan", "expected a finite number"),
    Case("inf", PARAMETERS, "low = 2.5", "low = -inf", "expected a finite number"),
    Case("a huge exponent", PARAMETERS, "low = 2.5", "low = 1e99999999", "exponent"),
    Case("a tiny exponent", PARAMETERS, "low = 2.5", "low = 1e-99999999", "exponent"),
    Case("a huge integer", PARAMETERS, "low = 2.5", f"low = {'9' * 5000}", "5000 digits"),
    Case("a huge exponent as text", PARAMETERS, 'scale = "1e-6"\nreason', 'scale = "1e-99999999"\nreason', "exponent"),
    Case("a division by zero as text", GAME, 'trust = "3/10"', 'trust = "3/0"', "division by zero"),
    Case("nested brackets", PARAMETERS, "low = 2.5", f"low = {'[' * 3000}{']' * 3000}", "nested"),
    Case("a key of many parts", PARAMETERS, "[weir_years]", f"[{'.'.join('a' * 3000)}]\n[weir_years]", "nested"),
    Case("a value above its interval", PARAMETERS, "value = 0.9\n", "value = 0.99\n", "outside the interval"),
    Case("low above high", PARAMETERS, "low = 0.8\n", "low = 0.97\n", "above high"),
    Case("a share above one", PARAMETERS, "high = 0.6\n", "high = 1.6\n", "outside the domain"),
    Case("a probability below zero", PARAMETERS, "low = 0.1\n", "low = -0.1\n", "outside the domain"),
    Case("a point outside the domain", GAME, "harvest_loss = 0.2", "harvest_loss = 1.2", "in the domain"),
    Case("an interval outside the domain", GAME, "high = 0.6", "high = 1.6", "in the domain"),
    Case("an interval upside down", GAME, "low = 0.2", "low = 0.7", "above high"),
    Case("an interval without the baseline", GAME, "low = 0.2", "low = 0.5", "without its value", line="[box.trust]"),
    Case("a discount factor above one", GAME, '"patience - 0.05"', '"patience + 0.5"', "between 0 and 1"),
    Case("a negative scale", PARAMETERS, 'scale = "1e-6"\nreason', 'scale = "-1e-6"\nreason', "above 0"),
    # --- rules
    Case("a value that is not the median", PARAMETERS, "value = 0.5625", "value = 0.57", "'median' gives 0.5625"),
    Case("a low end that is not the hull", PARAMETERS, "low = 0.5\n", "low = 0.51\n", "'hull' gives 0.5"),
    Case("a high end that is not stated", PARAMETERS, "high = 3.5", "high = 3.4", "'stated' gives 3.5"),
    Case("a value that is not the ratio", PARAMETERS, "value = 0.667", "value = 0.66", "gives 0.666667"),
    Case("a value that is not the sum", PARAMETERS, "value = 0.48", "value = 0.47", "'sum' gives 0.48"),
    Case("a value that is not the midpoint", PARAMETERS, "value = 3\nlow = 2\n", "value = 3.1\nlow = 2\n", "'midpoint' gives 3"),
    Case("an unknown rule", PARAMETERS, 'rule = "median"', 'rule = "mean"', "single, sum"),
    Case("an unknown local name", PARAMETERS, 'rule = "agreed/met"', 'rule = "agreed/mett"', "did you mean 'met'"),
    Case("a rule that divides by zero", PARAMETERS, 'rule = "agreed/met"', 'rule = "agreed/(met - met)"', "division by zero"),
    Case("an unknown interval", PARAMETERS, 'interval = "stated"', 'interval = "hul"', "did you mean 'hull'"),
    Case("an unknown kind", PARAMETERS, 'kind = "judgement"\nvalue = 0.9', 'kind = "judgment"\nvalue = 0.9', "did you mean 'judgement'"),
    Case("a unit without a scale", PARAMETERS, 'scale = "1e-6"\n\n', "\n", "declare the factor", line='unit = "million crowns"\nfigures = ["weir-cost"]'),
    Case("another unit", PARAMETERS, 'unit = "years"', 'unit = "months"', "'weir-time' has 'years'"),
    Case("two figures under single", PARAMETERS, '["weir-cost"]', '["weir-cost", "gauge-cost"]', "expected 1"),
    Case("a figure twice", PARAMETERS, '["weir-cost"]', '["weir-cost", "weir-cost"]', "a second time"),
    Case("a reading without a reason", PARAMETERS, 'reason = "one year only"\n', "", "without a reason", line='interval = "reading"\nscale = "1"'),
    # --- names
    Case("an unknown figure", PARAMETERS, '["weir-time"]', '["weir-tyme"]', "did you mean 'weir-time', defined at seeds/figures.csv:5:1?"),
    Case("an unknown name in a formula", PARAMETERS, 'formula = "mill*agree_rate"', 'formula = "mil*agree_rate"', "did you mean 'mill'"),
    Case("an unknown name in a term", PAYOFFS, 'formula = "-loss"', 'formula = "-losss"', "did you mean 'loss'"),
    Case("an unknown name in a constraint", PAYOFFS, "loss <= weir_cost", "loss <= weir_costs", "did you mean 'weir_cost'"),
    Case("an unknown name in a conclusion", GAME, "[concede, concede] - loss", "[concede, concede] - lost", "did you mean 'loss'"),
    Case("an unknown name in a discount factor", GAME, '["patience", ', '["patients", ', "did you mean 'patience'"),
    Case("an unknown player of a term", PAYOFFS, "[terms.south.loss]", "[terms.sooth.loss]", "did you mean 'south'"),
    Case("an unknown player of a condition", PAYOFFS, '{ south = ["hoard"] }', '{ sooth = ["hoard"] }', "did you mean 'south'"),
    Case("an unknown strategy of a term", PAYOFFS, '{ south = ["hoard"] }', '{ south = ["hord"] }', "did you mean 'hoard'"),
    Case("an unknown source", PAYOFFS, '"north-share-2024", "M1"', '"north-share-2024", "M7"', "unknown figure, claim or document"),
    Case("an unknown payoff model", GAME, 'payoffs = "river"', 'payoffs = "rivers"', "did you mean 'river', defined at payoffs/river.toml"),
    Case("an unknown parameter of a point", GAME, 'trust = "3/10"', 'thrust = "3/10"', "did you mean 'trust'"),
    Case("an unknown parameter of an interval", GAME, "[box.trust]", "[box.thrust]", "did you mean 'trust'"),
    Case("an unknown name under along", GAME, 'along = ["trust", "loss"]', 'along = ["trust", "los"]', "did you mean 'loss'"),
    Case("an unknown point", GAME, '"baseline", "dry"', '"baseline", "dri"', "did you mean 'dry'"),
    Case("an unknown conclusion", GAME, 'of = ["gain_north"]', 'of = ["gain_south"]', "did you mean 'gain_north'"),
    Case("an unknown variant", GAME, 'variant = "forever"', 'variant = "for_ever"', "did you mean 'forever'"),
    Case("an unknown analysis", GAME, '"thresholds", "signs"', '"treshholds", "signs"', "did you mean 'thresholds'"),
    Case("levers without a profile", GAME, 'to = "north=concede,south=concede"\n', "", "without a profile", line='ask = "levers"'),
    Case("levers to an unknown strategy", GAME, '"north=concede,south=concede"', '"north=conceed,south=concede"', "did you mean 'concede'"),
    Case("an unknown outcome of levers", GAME, '"selected", "unique"', '"selected", "uniqe"', "did you mean 'unique'"),
    Case("an outcome at an unknown point", GAME, 'dry = ["selected"', 'dri = ["selected"', "did you mean 'dry'"),
    Case("an outcome that is a number", GAME, 'baseline = "equilibrium", dry', "baseline = 3, dry", "expected one of equilibrium"),
    Case("an unknown label", GAME, 'dry = "a dry year"', 'drye = "a dry year"', "did you mean 'dry'"),
    Case("an unknown strategy in a profile", GAME, 'target = { north = "concede"', 'target = { north = "conceed"', "did you mean 'concede'"),
    Case("a profile without a player", GAME, 'target = { north = "concede", south = "concede" }', 'target = { north = "concede" }', "without south"),
    Case("an unknown strategy of the repeated game", GAME, '"grim"', '"grimm"', "did you mean 'grim'"),
    Case("an unknown payoff in a conclusion", GAME, "payoff[north][hoard, concede]", "payof[north][hoard, concede]", "did you mean 'payoff'"),
    Case("an unknown strategy in a conclusion", GAME, "payoff[north][hoard, concede]", "payoff[north][hord, concede]", "did you mean 'hoard'"),
    Case("a payoff with too few strategies", GAME, "payoff[north][hoard, concede]", "payoff[north][hoard]", "found 1 strategies"),
    Case("players in another order", GAME, 'north = ["concede", "hoard"]\nsouth', 'south = ["concede", "hoard"]\nnorth', "in this order", line="[strategies]"),
    Case("an unknown game of a report", REPORT, '["river"]', '["rivers"]', "did you mean 'river', defined at games/river.toml"),
    Case("an unknown block", REPORT, '"summary"', '"sumary"', "did you mean 'summary'"),
    Case("an unknown language", REPORT, 'lang = "en"', 'lang = "de"', "expected one of en"),
    Case("an unknown main report", MARKER, 'report = "main"', 'report = "mane"', "did you mean 'main', defined at reports/main.toml"),
    Case("an unknown document of a claim", CLAIMS, '"002:3"', '"003:3"', "unknown document '003'"),
    Case("a reference without a line", CLAIMS, '"002:3"', '"002:"', "'002:27'"),
    Case("an unknown figure of a claim", CLAIMS, '["families-left"]', '["family-left"]', "did you mean 'families-left'"),
    Case("an unknown game of a claim", CLAIMS, 'models = ["river"]', 'models = ["rover"]', "did you mean 'river'"),
    Case("an unknown status", CLAIMS, 'status = "partly"', 'status = "part"', "did you mean 'partly'"),
    Case("a claim without models", CLAIMS, 'models = ["river"]\n', "", "without models", line='status = "partly"'),
    Case("a claim with a small letter", CLAIMS, "[M2]", "[m2]", "capital letter"),
    Case("a name with a capital", PARAMETERS, "[patience]", "[Patience]", "lower-case"),
    Case("a name with a hyphen", PARAMETERS, "[patience]", "[pati-ence]", "lower-case"),
    Case("a reserved name", PARAMETERS, "[patience]", "[state]", "reserved"),
    Case("a function of formulas as a name", PARAMETERS, "[patience]", "[count]", "reserved"),
    Case("a dunder", PARAMETERS, "[patience]", "[__class__]", "lower-case"),
    Case("a name in look-alike letters", PARAMETERS, "[patience]", '["pаtience"]', "lower-case"),
    Case("a strategy with markup", GAME, 'north = ["concede", "hoard"]\nsouth', 'north = ["concede", "<script>"]\nsouth', "lower-case"),
    Case("a parameter of seeds in a payoff file", PAYOFFS, "[parameters.pride]", "[parameters.trust]", "a second time"),
    Case("a symbol twice", PARAMETERS, 'symbol = "T"', 'symbol = "K"', "a second time in the game 'river'"),
    Case("a document's file twice", DOCUMENTS, 'file = "letter.txt"', 'file = "survey.txt"', "a second time"),
    Case("a question twice", GAME, "number = 4", "number = 1", "a second time"),
    Case("a strategy twice", GAME, 'south = ["concede", "hoard"]', 'south = ["concede", "concede"]', "a second time"),
    Case("a derived parameter in a point", GAME, "harvest_loss = 0.2", "weir_flow = 0.2", "derived parameter 'weir_flow'"),
    # --- renamed definitions: both lines
    Case("a renamed parameter", PARAMETERS, "[harvest_loss]", "[harvest_lossx]", "unknown name 'harvest_loss'; did you mean 'harvest_lossx', defined at"),
    Case("a parameter renamed beyond likeness", PARAMETERS, "[agree_rate]", "[agreement]", "did you mean 'agreement', defined at"),
    Case("a renamed derived parameter", PARAMETERS, "[mill_part]", "[part_of_mill]", "did you mean 'part_of_mill', defined at"),
    Case("a renamed local parameter", PAYOFFS, "[parameters.pride]", "[parameters.prude]", "did you mean 'prude', defined at"),
    Case("a renamed figure", FIGURES, "weir-time,", "weir-times,", "did you mean 'weir-times', defined at"),
    Case("a renamed document", DOCUMENTS, '["002"]', '["005"]', "did you mean '005', defined at"),
    Case("a renamed strategy", GAME, 'north = ["concede", "hoard"]\nsouth', 'north = ["concede", "hoarde"]\nsouth', "did you mean 'hoarde', defined at"),
    Case("a renamed claim", CLAIMS, "[M1]", "[M11]", "did you mean 'M11', defined at"),
    # --- formulas
    Case("a formula that imports", PAYOFFS, 'formula = "-loss"', "formula = \"__import__('os').system('true')\""),
    Case("a formula with an attribute", PAYOFFS, 'formula = "-loss"', 'formula = "loss.__class__"'),
    Case("a formula with a lambda", PAYOFFS, 'formula = "-loss"', 'formula = "(lambda: 1)()"'),
    Case("a formula with a list", PAYOFFS, 'formula = "-loss"', 'formula = "[loss for loss in loss]"'),
    Case("a formula with a walrus", PAYOFFS, 'formula = "-loss"', 'formula = "(loss := 1)"'),
    Case("a caret for a power", PAYOFFS, 'formula = "-loss"', 'formula = "loss^2"', "'**'"),
    Case("an unknown function", PAYOFFS, 'formula = "-loss"', 'formula = "sin(loss)"', "unknown function"),
    Case("a power tower", PAYOFFS, 'formula = "-loss"', 'formula = "9**9**9"'),
    Case("a power of a power", PAYOFFS, 'formula = "-loss"', 'formula = "(2**900)**900"'),
    Case("a huge literal", PAYOFFS, 'formula = "-loss"', 'formula = "1e999999999"'),
    Case("an underscore in a number", PAYOFFS, 'formula = "-loss"', 'formula = "1_000"'),
    Case("a hexadecimal number", PAYOFFS, 'formula = "-loss"', 'formula = "0x10"'),
    Case("an imaginary number", PAYOFFS, 'formula = "-loss"', 'formula = "3j"'),
    Case("a full-width digit", PAYOFFS, 'formula = "-loss"', 'formula = "１ + loss"', "character"),
    Case("deep brackets", PAYOFFS, 'formula = "-loss"', f'formula = "{"(" * 500}loss{")" * 500}"', "nested"),
    Case("a long formula", PAYOFFS, 'formula = "-loss"', f'formula = "{"loss+" * 3000}loss"', "characters"),
    Case("a comparison as payoff", PAYOFFS, 'formula = "-loss"', 'formula = "loss > 0"', "comparison"),
    Case("a number as constraint", PAYOFFS, '"loss <= weir_cost"', '"loss - weir_cost"', "expected a comparison"),
    Case("an open bracket", PAYOFFS, 'formula = "-loss"', 'formula = "-(loss"'),
    Case("an empty formula", PAYOFFS, 'formula = "-loss"', 'formula = ""', "empty formula"),
    Case("a formula with a line break", PAYOFFS, 'formula = "-loss"', 'formula = "-loss\\n  + import"'),
    Case("a division by zero", PAYOFFS, 'formula = "-loss"', 'formula = "loss/(trust - trust)"', "division by zero"),
    Case("a division by zero at a corner", PAYOFFS, 'formula = "-loss"', 'formula = "loss/(trust - 0.6)"', "division by zero"),
    Case("a division by zero inside the box", PAYOFFS, 'formula = "-loss"', 'formula = "loss/(trust - 0.3)"', "zero inside the box"),
    Case("a logarithm of zero", PAYOFFS, 'formula = "-loss"', 'formula = "log(pride)"', "log of 0"),
    Case("a root of a negative", PAYOFFS, 'formula = "-loss"', 'formula = "sqrt(trust - 0.5)"', "negative"),
    Case("a derived parameter out of its domain", PARAMETERS, 'formula = "weir_cost/weir_years"', 'formula = "weir_cost/weir_years"\ndomain = [2, 3]', "in the domain", line='formula = "weir_cost/weir_years"'),
    Case("a cycle of one", PARAMETERS, 'formula = "mill*agree_rate"', 'formula = "mill*mill_part"', "mill_part -> mill_part"),
    Case("a cycle of two", PARAMETERS, 'formula = "mill*agree_rate"', 'formula = "mill*loss"', "mill_part at"),
    Case("a constraint that does not hold", PAYOFFS, "loss <= weir_cost", "loss > weir_cost", "does not hold at baseline"),
    Case("a constraint that a point violates", PAYOFFS, "loss <= weir_cost", "trust >= 0.35", "does not hold at dry", line='formula = "trust'),
    # --- labels
    Case("a blank label", GAME, 'dry = "a dry year"', 'dry = " "', "blank"),
    Case("a label in an unknown language", GAME, 'en = "North Ford", zh', 'en = "North Ford", xx', "unknown language"),
    Case("a label without English", GAME, '{ en = "North Ford", zh = "北镇" }', '{ zh = "北镇" }', "without English"),
    Case("a label that turns the text around", GAME, 'dry = "a dry year"', 'dry = "a dry \u202eyear"', "U+202E"),
    Case("a label with an escape sequence", GAME, 'dry = "a dry year"', r'dry = "a dry\u001b[31m year"', "U+001B"),
    Case("a label with a line break", GAME, 'dry = "a dry year"', r'dry = "a dry\nyear"', "U+000A"),
    Case("a label of 10,000 characters", GAME, 'dry = "a dry year"', f'dry = "{"dry " * 2500}"', "10000 characters"),
    Case("a label with a zero-width space", GAME, 'dry = "a dry year"', 'dry = "a dry\u200byear"', "U+200B"),
    # --- figures
    Case("an unknown column", FIGURES, "id,document", "ident,document", "unknown column 'ident'"),
    Case("columns in another order", FIGURES, "id,document", "document,id", "another order"),
    Case("a cell too many", FIGURES, "weir-time,survey.txt", "weir-time,,survey.txt", "found 18 cells"),
    Case("a cell too few", FIGURES, "weir-time,survey.txt", "weir-time", "found 16 cells"),
    Case("a quote that does not end", FIGURES, '"share of the flow, decade before"', '"share of the flow; decade before', "does not end"),
    Case("a quote inside a cell", FIGURES, "North Ford,share of the flow in", 'North "Ford",share of the flow in', "quote"),
    Case("text behind a quoted cell", FIGURES, 'decade before"', 'decade before" or so', "behind a quoted cell"),
    Case("a central that is a word", FIGURES, "3000000", "three million", "three million"),
    Case("a blank central", FIGURES, "3000000", "", "blank"),
    Case("a low above central", FIGURES, "2500000", "4500000", "low <= central"),
    Case("a high below central", FIGURES, "3500000", "1500000", "low <= central <= high"),
    Case("a closed bound with a blank side", FIGURES, "3500000", "", "because the bound is range"),
    Case("an open bound with a high", FIGURES, "40,40,,at_least", "40,40,50,at_least", "because the bound is at_least"),
    Case("an unknown bound", FIGURES, "at_least", "at_lest", "did you mean 'at_least'"),
    Case("an unknown theme", FIGURES, "rebuild-time,figure", "rebuilt-time,figure", "did you mean 'rebuild-time'"),
    Case("an unknown figure kind", FIGURES, "rebuild-time,figure", "rebuild-time,fig", "kind"),
    Case("a line that is a word", FIGURES, "survey.txt,4,2 to 4", "survey.txt,four,2 to 4", "whole number"),
    Case("occurrence zero", FIGURES, "2 to 4,1", "2 to 4,0", "whole number"),
    Case("a long token", FIGURES, "2 to 4,", "the work would take 2 to 4,", "1 to 16"),
    Case("an id with a capital", FIGURES, "families-left", "Families-left", "lower-case"),
    Case("an id twice", FIGURES, "gauge-cost,", "meetings,", "a second time"),
    Case("an unknown document file", FIGURES, "weir-time,survey.txt", "weir-time,survay.txt", "did you mean 'survey.txt', defined at seeds/documents.toml"),
    Case("a share of two", FIGURES, "0.1,0.12,0.15", "0.1,0.12,2", "at most 1"),
    Case("a huge exponent in a cell", FIGURES, "3000000", "3e99999999", "exponent"),
    Case("an infinite cell", FIGURES, "3000000", "inf", "number"),
    Case("a changed figure", FIGURES, "2500000", "2400000", "'stated' gives 2.4"),
    Case("a changed unit", FIGURES, "years,2,3,4", "months,2,3,4", "seeds/figures.csv:5"),
    # --- documents
    Case("a short hash", DOCUMENTS, 'sha256 = "', 'sha256 = "zz', "64", after='title = "Survey'),
    Case("a document id of two digits", DOCUMENTS, '["002"]', '["02"]', "three digits"),
    Case("a document with a path", DOCUMENTS, 'file = "letter.txt"', 'file = "../letter.txt"', "without a path"),
    Case("a study name with a space", MARKER, '"two-fords"', '"two fords"', "lower-case"),
    Case("a marker of another format", MARKER, "format = 1", "format = 2", "expected format = 1"),
]  # fmt: skip


def study(tmp_path: Path) -> Path:
    """Return a copy of the small study."""
    return Path(shutil.copytree(SMALL, tmp_path / "study"))


#: What the blocks and questions of the small study may be.
KNOWN = {"analyses": {"thresholds", "signs", "discount_factors", "levers"}, "blocks": {"summary", "payoffs"}}


def faults_of(root: Path) -> list[Fault]:
    return [fault for fault in check(root, **KNOWN) if fault.level == "fault"]


def names_line(fault: Fault, file: str, line: int) -> bool:
    """Return whether a message says the file and the line, as its place or in its words."""
    return re.search(rf"(^|\s|\(){re.escape(file)}:{line}\b", str(fault)) is not None


def test_the_study_that_is_mutated_is_sound(tmp_path):
    assert faults_of(study(tmp_path)) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mutation_is_reported_on_its_line(case, tmp_path):
    root = study(tmp_path)
    path = root / case.file
    mutated, line = case.apply(path.read_text(encoding="utf-8"))
    path.write_bytes(mutated.encode())
    before = snapshot(root)
    faults = faults_of(root)
    assert faults, "a faulty study was found sound"
    first = faults[0]
    assert names_line(first, case.file, line), f"expected {case.file}:{line}, got {first}"
    assert case.says in str(first), str(first)
    assert snapshot(root) == before, "checking wrote something"


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_there_are_over_a_hundred_cases_with_names_of_their_own():
    assert len({case.name for case in CASES}) == len(CASES) >= 120


# --- files that are no text, rooms that are not there


def test_an_unreadable_file_is_one_fault_that_names_it(tmp_path):
    root = study(tmp_path)
    (root / PARAMETERS).unlink()
    (root / PARAMETERS).mkdir()
    assert [str(fault) for fault in faults_of(root)] == [f"{PARAMETERS}: found a folder; expected a text file"]


def test_a_link_that_leads_round_in_a_circle_is_a_fault(tmp_path):
    root = study(tmp_path)
    (root / PAYOFFS).unlink()
    (root / PAYOFFS).symlink_to(root / PAYOFFS)
    (fault,) = faults_of(root)
    assert fault.place.file == PAYOFFS


@pytest.mark.parametrize("room", ["seeds", "payoffs", "games", "reports"])
def test_a_missing_room_is_one_fault(room, tmp_path):
    root = study(tmp_path)
    shutil.rmtree(root / room)
    (fault,) = faults_of(root)
    assert fault.place.file == room
    assert "found no room" in str(fault)


@pytest.mark.parametrize("file", [DOCUMENTS, FIGURES, PARAMETERS])
def test_a_missing_file_of_the_seeds_is_one_fault(file, tmp_path):
    root = study(tmp_path)
    (root / file).unlink()
    assert [str(fault) for fault in faults_of(root)] == [f"{file}: found no such file; expected a text file; create it"]


def test_claims_may_be_absent(tmp_path):
    root = study(tmp_path)
    (root / CLAIMS).unlink()
    path = root / PAYOFFS
    path.write_text(path.read_text(encoding="utf-8").replace(', "M1"', ""), encoding="utf-8")
    assert faults_of(root) == []


def test_a_missing_payoff_file_is_the_fault_of_the_game_that_names_it(tmp_path):
    root = study(tmp_path)
    (root / PAYOFFS).rename(root / "payoffs" / "rivers.toml")
    first = faults_of(root)[0]
    assert str(first) == "games/river.toml:5:11: unknown payoff model 'river'; did you mean 'rivers', defined at payoffs/rivers.toml?"


def test_a_file_name_that_is_no_name_is_a_fault(tmp_path):
    root = study(tmp_path)
    (root / GAME).rename(root / "games" / "River Game.toml")
    assert any(fault.place.file == "games/River Game.toml" and "rename the file" in fault.do for fault in faults_of(root))


@pytest.mark.parametrize("file", [MARKER, DOCUMENTS, FIGURES, PARAMETERS, CLAIMS, PAYOFFS, GAME, REPORT])
@pytest.mark.parametrize(
    ("encoding", "line"),
    [("utf-16", 1), ("utf-16-be", 1), ("latin-1", None)],
)
def test_another_encoding_is_a_fault_of_its_file(file, encoding, line, tmp_path):
    root = study(tmp_path)
    text = (root / file).read_text(encoding="utf-8")
    mutated = text.replace("\n", "\n# Zürich\n", 1) if file.endswith("toml") else text.replace("a dry year", "a dürre year", 1)
    (root / file).write_bytes(mutated.encode(encoding, "ignore"))
    first = faults_of(root)[0]
    assert names_line(first, file, line or 2), str(first)


@pytest.mark.parametrize("file", [DOCUMENTS, FIGURES, PARAMETERS, CLAIMS, PAYOFFS, GAME, REPORT])
def test_a_byte_order_mark_and_windows_line_ends_change_nothing(file, tmp_path):
    root = study(tmp_path)
    content = (root / file).read_bytes().replace(b"\n", b"\r\n")
    (root / file).write_bytes(b"\xef\xbb\xbf" + content)
    assert faults_of(root) == []


@pytest.mark.parametrize("file", [FIGURES, PARAMETERS, GAME])
def test_an_empty_file_is_a_fault(file, tmp_path):
    root = study(tmp_path)
    (root / file).write_bytes(b"")
    first = faults_of(root)[0]
    assert first.place.file == file


def test_a_file_of_six_megabytes_is_refused_before_it_is_parsed(tmp_path):
    root = study(tmp_path)
    (root / PARAMETERS).write_bytes(b"# " + b"x" * 6_000_000)
    (fault,) = faults_of(root)
    assert "5,000,000 bytes" in fault.found


def test_a_folder_that_is_no_study_is_refused(tmp_path):
    with pytest.raises(UsageError, match="detente"):
        check(tmp_path)


def test_a_marker_without_the_table_is_a_fault(tmp_path):
    root = study(tmp_path)
    (root / MARKER).write_text('[tool.other]\nname = "x"\n', encoding="utf-8")
    assert "[tool.detente]" in faults_of(root)[0].found


# --- every line of every file in turn

_KEY = re.compile(r"^(?P<key>[A-Za-z_0-9]+) = (?P<value>.+)$")
_HEADER = re.compile(r"^\[+(?P<name>[^\]]+)\]+$")


def _mutations(line: str) -> list[str]:
    """Return faulty versions of a line."""
    match = _KEY.match(line)
    if match:
        key, value = match["key"], match["value"]
        return [
            f"{key}zz = {value}",
            f"{key} = 2024-05-09",
            f"{key} {value}",
            f"{key} = {value}\n{key} = {value}",
            f'{key} = "{value}',
            f"{key} = ",
            f"{key} = [[{value}]]",
        ]
    return [f"{line}\n{line}", line[:-1], f"{line} = 1"] if _HEADER.match(line) and not line.startswith("[[") else []


def _swept(root: Path, files: list[str], step: int, offset: int = 0) -> tuple[int, list[str]]:
    """Mutate every ``step``-th line of the files, each in its turn, and return how many and what went wrong."""
    done, astray = 0, []
    turn = offset
    for file in files:
        path = root / file
        text = path.read_text(encoding="utf-8")
        lines = text.split("\n")
        for index, line in enumerate(lines):
            choices = _mutations(line)
            turn += bool(choices)
            if not choices or turn % step:
                continue
            new = choices[turn // step % len(choices)]
            if "payoff[" in new and new.partition(" = ")[0].endswith("zz"):
                continue  # a conclusion that no question names may have any name
            path.write_text("\n".join([*lines[:index], new, *lines[index + 1 :]]), encoding="utf-8")
            faults = faults_of(root) if root.name == "study" else [each for each in check(root) if each.level == "fault"]
            assert faults, f"{file}:{index + 1}: {new!r} was found sound"
            done += 1
            # where the mutation repeats a line, the second one is the fault, and the message names both
            if not any(names_line(faults[0], file, number) for number in (index + 1, index + 1 + new.count("\n"))):
                astray.append(f"{file}:{index + 1}: {new!r} -> {faults[0]}")
        path.write_text(text, encoding="utf-8")
    return done, astray


def test_a_fault_on_any_line_of_the_small_study_is_named_by_the_first_message(tmp_path):
    done, astray = _swept(study(tmp_path), [MARKER, DOCUMENTS, PARAMETERS, CLAIMS, PAYOFFS, GAME, REPORT], step=2)
    assert done > 80
    assert astray == []


def test_a_fault_on_any_line_of_this_study_is_named_by_the_first_message(tmp_path):
    if not (REAL / PARAMETERS).exists():
        pytest.skip("no study around the tests")
    root = tmp_path / "real"
    root.mkdir()
    shutil.copy(REAL / MARKER, root)
    for room in ("seeds", "payoffs", "games", "reports"):
        shutil.copytree(REAL / room, root / room, ignore=shutil.ignore_patterns("pictures", "*.pdf"))
    assert [str(each) for each in check(root) if each.level == "fault"] == []
    files = [f"{path.parent.name}/{path.name}" for room in ("seeds", "payoffs", "games", "reports") for path in sorted((root / room).glob("*.toml"))]
    total = sum(bool(_mutations(line)) for file in files for line in (root / file).read_text(encoding="utf-8").split("\n"))
    done, astray = _swept(root, files, step=max(1, total // 20))
    assert done >= 15
    assert len(astray) <= 0.05 * done, "\n".join(astray)


# --- what goes with it


def test_every_fault_is_told_at_once(tmp_path):
    root = study(tmp_path)
    for name in ("a number that is a list", "an unknown strategy of a term", "an unknown game of a report", "a short hash"):
        case = next(each for each in CASES if each.name == name)
        path = root / case.file
        path.write_text(case.apply(path.read_text(encoding="utf-8"))[0], encoding="utf-8")
    assert [fault.place.file for fault in faults_of(root)] == [DOCUMENTS, PARAMETERS, PAYOFFS, REPORT]


def test_an_unknown_key_is_told_before_the_key_it_leaves_missing(tmp_path):
    root = study(tmp_path)
    path = root / PARAMETERS
    path.write_text(path.read_text(encoding="utf-8").replace('unit = "per year"', 'unti = "per year"'), encoding="utf-8")
    assert [fault.found for fault in faults_of(root)] == ["unknown key 'unti'", "missing key 'unit' in patience"]


def test_a_file_that_does_not_load_silences_what_follows_from_it(tmp_path):
    root = study(tmp_path)
    path = root / PARAMETERS
    path.write_text(path.read_text(encoding="utf-8").replace("[weir_years]", "[weir_years"), encoding="utf-8")
    assert {fault.place.file for fault in faults_of(root)} == {PARAMETERS}


def test_a_definition_with_a_fault_is_not_unknown_elsewhere(tmp_path):
    root = study(tmp_path)
    path = root / PARAMETERS
    path.write_text(path.read_text(encoding="utf-8").replace("high = 0.7\n", "high = 7\n"), encoding="utf-8")
    (fault,) = faults_of(root)
    assert "outside the domain" in fault.found


def test_faults_can_be_raised(tmp_path):
    from detente.study.check import raise_if_faulty
    from detente.study.load import load

    root = study(tmp_path)
    assert raise_if_faulty(load(root, **KNOWN)).name == "two-fords"
    (root / REPORT).write_text("format = 1\n", encoding="utf-8")
    with pytest.raises(InputError, match="missing key 'title'"):
        raise_if_faulty(load(root, **KNOWN))
