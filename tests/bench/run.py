"""Run every benchmark of this folder: peers and detente side by side, as ratios."""

import subprocess
import sys
from pathlib import Path


def main():
    for script in sorted(Path(__file__).parent.glob("bench_*.py")):
        print(f"== {script.stem}", flush=True)
        subprocess.run([sys.executable, str(script)], check=True)


if __name__ == "__main__":
    main()
