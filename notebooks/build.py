"""Write the notebooks as .ipynb files into ``notebooks/_built/``, and run them with ``--run``.

The same source gives the same bytes: cells are numbered, and nothing of the machine or the tools goes into the metadata. A
notebook runs in a fresh kernel of the Python that runs this script, in the folder of the notebooks; the first cell
that fails ends it with its message and exit code 1.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import jupytext
import nbformat

if TYPE_CHECKING:
    from nbformat import NotebookNode

HERE = Path(__file__).resolve().parent
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def sources(names: list[str] | None = None) -> list[Path]:
    """Return the notebooks, or those named, in order."""
    found = {path.stem: path for path in sorted(HERE.glob("[0-9][0-9]_*.py"))}
    unknown = [name for name in names or () if name.removesuffix(".py") not in found]
    if unknown:
        raise SystemExit(f"unknown notebook {unknown[0]!r}; expected one of {', '.join(found)}")
    return [found[name.removesuffix(".py")] for name in names] if names else list(found.values())


def notebook(source: Path) -> NotebookNode:
    """Return a notebook without outputs."""
    found = jupytext.reads(source.read_text(encoding="utf-8"), fmt="py:percent")
    for number, cell in enumerate(found.cells, 1):
        cell.id = f"cell-{number:03}"
        cell.metadata.clear()
    found.metadata = nbformat.from_dict(METADATA)
    found.nbformat, found.nbformat_minor = 4, 5
    return found


def run(built: NotebookNode, timeout: int) -> None:
    """Execute a notebook in place, in a fresh kernel of this Python."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    with tempfile.TemporaryDirectory() as folder:
        kernel = Path(folder) / "python3"
        kernel.mkdir()
        # quiet about the connection, which stays on this machine
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=ERROR"]
        specification = {"argv": command, "display_name": "Python 3", "language": "python"}
        (kernel / "kernel.json").write_text(json.dumps(specification), encoding="utf-8")
        manager = AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[folder], ensure_native_kernel=False),
        )
        client = NotebookClient(
            built, km=manager, timeout=timeout, record_timing=False, resources={"metadata": {"path": str(HERE)}}
        )
        client.owns_km = True  # so that it ends the kernel
        # the kernel's own backend shows figures in the notebook
        client.execute(env={key: value for key, value in os.environ.items() if key != "MPLBACKEND"})
    built.metadata = nbformat.from_dict(METADATA)


def write(built: NotebookNode, target: Path) -> None:
    """Write a notebook as a whole: under a temporary name first, then renamed."""
    text = nbformat.writes(nbformat.from_dict(built), version=4) + "\n"
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def main(arguments: list[str] | None = None) -> int:
    """Build the notebooks; return the exit code."""
    parser = argparse.ArgumentParser(description="Write the notebooks as .ipynb files.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="notebooks to build; default: all")
    parser.add_argument("--run", action="store_true", help="execute them, so that they hold their outputs")
    parser.add_argument("--out", type=Path, default=HERE / "_built", help="where to write; default: notebooks/_built")
    parser.add_argument("--timeout", type=int, default=300, help="seconds that a cell may take; default: 300")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    for source in sources(options.names):
        built = notebook(source)
        if options.run:
            from nbclient.exceptions import CellExecutionError, CellTimeoutError

            try:
                run(built, options.timeout)
            except (CellExecutionError, CellTimeoutError) as error:
                print(f"{source.name}: {error}", file=sys.stderr)
                return 1
        write(built, options.out / f"{source.stem}.ipynb")
        print(options.out / f"{source.stem}.ipynb")
    return 0


if __name__ == "__main__":
    sys.exit(main())
