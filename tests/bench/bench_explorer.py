"""From a moved slider to a repainted page: python tests/bench/bench_explorer.py [GAME ...].

JupyterLab and a headless Chromium on this machine; 200 random moves of random sliders. Measured in the page: from the
event of the slider to the end of the handler that has put the new table and map into the document; and from running
the cell that reads the study and explores a game, ``import detente`` done, to the first view.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

from ratios import fact

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "explore"))

import jupyter

GAMES = ("confrontation", "alliance_hedging", "forge_tipping")
MOVES = 200


def main() -> None:
    with tempfile.TemporaryDirectory() as name, jupyter.lab(Path(name)) as address, jupyter.browser() as chromium:
        for game in sys.argv[1:] or GAMES:
            page, first = jupyter.painted(chromium, address, Path(name), game)
            names = page.evaluate("() => [...document.querySelectorAll('.detente input[type=range]')].map(each => each.dataset.parameter)")
            rnd = random.Random(0)
            taken = []
            for _ in range(MOVES):
                jupyter.move(page, rnd.choice(names), rnd.random())
                taken.append(float(page.get_attribute(".detente", "data-milliseconds")))
            taken.sort()
            words = (
                f"{MOVES} random slider moves in a browser, from event to repainted table and map: median {taken[MOVES // 2]:.0f} ms, "
                f"95th percentile {taken[int(0.95 * MOVES)]:.0f} ms; first view {first:.1f} s after the import, the study read from its files"
            )
            print(f"{game}: {words}")
            fact(f"explorer of {game}", words)
            page.close()


if __name__ == "__main__":
    main()
