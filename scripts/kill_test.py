#!/usr/bin/env python3
"""Kills runs at random moments and looks whether the next run comes out the same.

    scripts/kill_test.py ARCHIVE MALMOI [--times 30] [--seed 1] [--pipeline imdb]

One undisturbed run gives the reference: its metrics, and the files of its state
folder. Then, so many times: a run on a fresh state folder is killed at a moment
drawn evenly from the reference's duration, and run again to its end. The metrics
must be equal to the last digit, and the state folder must hold the same files
with the same bytes, except for the times in `manifest.json` and the process
number in `lock`.
"""

import argparse
import hashlib
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHANGES = {"lock", "manifest.json"}


def main():
    arguments = parse()
    random.seed(arguments.seed)
    command = [arguments.malmoi, "run", arguments.pipeline, "--set", f"source.path={arguments.archive}", "--json"]
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        begin = time.monotonic()
        metrics = run(command, scratch / "reference")
        seconds = time.monotonic() - begin
        files = contents(scratch / "reference")
        print(f"reference: {seconds:.2f} s, {len(files)} files, accuracy {metrics and metrics['accuracy']}")
        rounds = [one(command, scratch / "state", seconds, metrics, files) for _ in range(arguments.times)]
    killed = sum(was_killed for was_killed, _ in rounds)
    wrong = [problem for _, problem in rounds if problem]
    print(f"{len(rounds)} rounds, {killed} killed before their end, {len(wrong)} differ from the reference")
    print("\n".join(wrong))
    return 1 if wrong or not killed else 0


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=lambda path: Path(path).resolve())
    parser.add_argument("malmoi", type=lambda path: Path(path).resolve())
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pipeline", default="imdb")
    return parser.parse_args()


def one(command, state, seconds, metrics, files):
    """Whether the run was killed before its end, and what is wrong afterwards."""
    shutil.rmtree(state, ignore_errors=True)
    moment = random.uniform(0, seconds)
    process = subprocess.Popen([*command, "--state", state], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        process.kill()
    was_killed = process.wait() == -signal.SIGKILL
    left = sorted(str(path.relative_to(state)) for path in state.rglob("*") if path.is_file())
    problem = compare(run(command, state), contents(state), metrics, files)
    print(f"  {'killed' if was_killed else 'ended '} at {moment:7.3f} s, left {left}: {problem or 'as the reference'}", flush=True)
    return was_killed, problem


def run(command, state):
    done = subprocess.run([*command, "--state", state], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"exit code {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)["metrics"]


def contents(state):
    """Path → sha256 of every file; of those that hold times, the name alone."""
    files = (path for path in sorted(state.rglob("*")) if path.is_file())
    return {str(path.relative_to(state)): None if path.name in CHANGES else sha256(path) for path in files}


def sha256(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def compare(metrics, files, wanted_metrics, wanted_files):
    if metrics != wanted_metrics:
        changed = {name: (value, metrics[name]) for name, value in wanted_metrics.items() if metrics[name] != value}
        return f"metrics differ (reference, now): {changed}"
    if files.keys() != wanted_files.keys():
        return f"other files: {sorted(files.keys() ^ wanted_files.keys())}"
    changed = [name for name in files if files[name] != wanted_files[name]]
    return f"other bytes in {changed}" if changed else None


if __name__ == "__main__":
    sys.exit(main())
