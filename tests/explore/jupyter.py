"""JupyterLab and a headless Chromium, for tests and benchmarks of what is seen in a notebook."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking", "--no-first-run")
CELLS = ("import detente", "detente.Study({root!r}).game({name!r}).explore()")
#: Run all cells; resolve in milliseconds from the end of the first to the painted explorer, null after 90 seconds.
PAINTED = """() => new Promise((resolve) => {
  const last = performance.now() + 90000;
  let began = null;
  const look = () => {
    const prompts = [...document.querySelectorAll('.jp-InputPrompt')].map((each) => each.textContent);
    if (began === null && prompts.includes('[1]:')) began = performance.now();
    if (document.querySelector('.detente[data-shown]')) resolve(performance.now() - began);
    else if (performance.now() > last) resolve(null);
    else requestAnimationFrame(look);
  };
  window.jupyterapp.commands.execute('notebook:run-all-cells');
  look();
})"""


@contextmanager
def lab(folder):
    """Run a JupyterLab of this Python in a folder; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONWARNDEFAULTENCODING", "MPLBACKEND"}}
    environment |= {
        "JUPYTER_CONFIG_DIR": str(folder / ".config"), "JUPYTER_DATA_DIR": str(folder / ".data"),
        "JUPYTER_RUNTIME_DIR": str(folder / ".runtime"), "IPYTHONDIR": str(folder / ".ipython"),
        "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUTF8": "1",
    }  # fmt: skip
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}", "--ServerApp.ip=127.0.0.1", "--ServerApp.port_retries=0",
        "--IdentityProvider.token=", "--ServerApp.password=", "--ServerApp.disable_check_xsrf=True", "--allow-root",
        f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True", "--LabApp.news_url=none", "--LabApp.extension_manager=readonly",
    ]  # fmt: skip
    with (folder / "lab.log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(300):
                try:
                    urllib.request.urlopen(f"{address}/api", timeout=2).close()
                    break
                except OSError:
                    assert server.poll() is None, (folder / "lab.log").read_text(encoding="utf-8")
                    time.sleep(0.2)
            yield address
        finally:
            server.terminate()
            server.wait(20)


@contextmanager
def browser():
    """Run Chromium without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield opened
        opened.close()


def explorer(chromium, address, folder, name, root=ROOT):
    """Open a notebook that imports and then explores a game of a study, run it, and wait for the first view."""
    return painted(chromium, address, folder, name, root)[0]


def painted(chromium, address, folder, name, root=ROOT):
    """Return the page of an explorer, and the seconds from asking for it, after the import, to its first view."""
    sources = [each.format(root=str(root), name=name) for each in CELLS]
    cells = [
        {"cell_type": "code", "id": f"cell{k}", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
        for k, source in enumerate(sources)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells}
    file = name.replace(":", "-")  # Jupyter takes what stands before a colon for a drive
    (folder / f"{file}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    page = chromium.new_page(viewport={"width": 1500, "height": 1300})
    page.goto(f"{address}/lab/workspaces/{file}/tree/{file}.ipynb?reset")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=90_000)
    page.wait_for_function("() => window.jupyterapp && window.jupyterapp.commands.hasCommand('notebook:run-all-cells')", timeout=60_000)
    page.wait_for_selector("#jp-bottom-panel :text('Idle'), #jp-main-statusbar :text('Idle')", timeout=60_000)
    taken = page.evaluate(PAINTED)
    assert taken is not None, page.inner_text(".jp-Notebook")
    return page, taken / 1000


#: Pull a slider to a share of its range; resolve once another view is shown. Nothing looks at the page in between.
MOVED = """([parameter, share]) => new Promise((resolve, reject) => {
  const root = document.querySelector('.detente');
  const slider = root.querySelector(`input[type=range][data-parameter="${parameter}"]`);
  const watch = new MutationObserver(() => { watch.disconnect(); resolve(); });
  watch.observe(root, { attributeFilter: ['data-milliseconds'] });
  setTimeout(() => reject(new Error('no answer in 20 seconds')), 20000);
  slider.value = Number(slider.min) + share * (Number(slider.max) - Number(slider.min));
  slider.dispatchEvent(new Event('input', { bubbles: true }));
})"""


def move(page, parameter, share):
    """Pull a slider to a share of its range; return once the answer is painted."""
    page.evaluate(MOVED, [parameter, share])
