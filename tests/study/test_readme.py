"""What the README shows of commands is what they print."""

import doctest
import re
from pathlib import Path

import pytest

from detente.cli import run

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "README.md").read_text(encoding="utf-8")
START = "### Reading the answers"
SHOWN = re.findall(r"^```console\n\$ detente ([^\n]*)\n(.*?)^```$", PAGE[PAGE.index(START) :], re.MULTILINE | re.DOTALL)


def test_the_page_shows_each_command_of_advice():
    assert {command.split()[0] for command, _ in SHOWN} >= {"rests-on", "levers", "options", "compare"}


@pytest.mark.parametrize(("command", "output"), SHOWN, ids=[command.split()[0] for command, _ in SHOWN])
def test_an_example_of_the_page_is_what_the_command_prints(command, output, capsys):
    name, *rest = command.split()
    # without a limit of time, so that a busy machine shows the same
    assert run([name, "--study", str(ROOT), *rest, "--budget", "1000"]) == 0
    printed = capsys.readouterr().out
    assert doctest.OutputChecker().check_output(output, printed, doctest.ELLIPSIS), printed
