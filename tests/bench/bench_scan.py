"""Recall and precision of a first scan on the real documents, each measured with the words left out that only it could teach.

Needs the environment variable DETENTE_DOCUMENTS. What is left out and what is not: see scan_measures.py.
"""

from __future__ import annotations

import os
from pathlib import Path

from ratios import fact
from scan_measures import marked, measure

STUDY = Path(__file__).resolve().parents[2]


def main() -> None:
    for path in sorted((STUDY / "tests" / "seeds" / "marked_texts").glob("*.txt")):
        own = marked(path)
        print(f"{own.document}: recall {own.found}/{own.gold}, precision {own.true}/{own.candidates}")
    folder = os.environ.get("DETENTE_DOCUMENTS")
    if not folder:
        print("set DETENTE_DOCUMENTS to the folder with the documents; nothing measured there")
        return
    rows = measure(STUDY / "seeds" / "figures.csv", Path(folder))
    for row in rows:
        print(
            f"{row.document[:3]}: recall {row.found}/{row.gold} = {row.recall:.3f}, precision {row.true}/{row.candidates} = "
            f"{row.precision:.3f}, {row.words_out} words left out"
        )
    fact(
        "first scan of the five documents, words of the one at hand left out",
        f"recall {min(row.recall for row in rows):.2f} or more and precision {min(row.precision for row in rows):.2f} or more in each",
    )


if __name__ == "__main__":
    main()
