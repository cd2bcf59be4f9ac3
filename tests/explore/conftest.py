"""The tests of the explorer share what opens a notebook in a browser."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
