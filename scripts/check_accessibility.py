#!/usr/bin/env python3
"""Checks pages with axe-core in Chromium: no serious violation.

    python3 scripts/check_accessibility.py

Needs npm, chromium and cargo. axe-core is fetched into a temporary folder, and driven by
the browser of tests/browser/.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

VERSION = "4"
ROOT = pathlib.Path(__file__).resolve().parent.parent


def main() -> None:
    for program in ["npm", "cargo"]:
        if shutil.which(program) is None:
            sys.exit(f"error: there is no `{program}`")
    if not any(map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])):
        sys.exit("error: there is no Chromium\nhint: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run([*install, "--prefix", folder, f"axe-core@{VERSION}"], check=True)
        axe = pathlib.Path(folder) / "node_modules/axe-core/axe.min.js"
        test = ["cargo", "test", "--test", "browser", "axe", *sys.argv[1:]]
        done = subprocess.run(test, cwd=ROOT, env={**os.environ, "MALMOI_AXE": str(axe)})
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
