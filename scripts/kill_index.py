#!/usr/bin/env python3
"""Kills `malmoi index` at random moments and checks that the index is always whole.

    python scripts/kill_index.py --malmoi target/release/malmoi --kills 50

A small corpus of invented texts is indexed. Then documents are added and deleted again and
again, a few at a time, so that segments are merged as well; each command is killed with
SIGKILL at a random moment. After each kill `malmoi index --check` must find every checksum
and posting right, and the documents must be those from before the command or those after
it; a merge that was killed changes nothing that can be seen.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
WORDS = "river wind market bridge train lantern umbrella bell alley letter lake winter".split()
SETTINGS = """version = 1
default = "killed"

[pipeline.killed.source]
kind = "tsv"
path = "corpus.tsv"

[pipeline.killed.vectorize]
sublinear_tf = true

[pipeline.killed.search]
"""


def main() -> None:
    options = arguments()
    dice = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        project = Project(pathlib.Path(folder), options, dice)
        kills = changes = late = 0
        while kills < options.kills:
            before = project.documents
            command, after = project.next_change()
            if project.run(command, dice.uniform(0.001, project.seconds * 1.1)):
                changes += 1
                project.documents = after
            else:
                kills += 1
            project.check({before, after})
            late += project.documents == after
    print(
        f"{kills} kills, {late - changes} of them after the change was made, "
        f"{changes} changes that were not hit: {project.checks} checks, all whole"
    )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--malmoi", type=pathlib.Path, default=ROOT / "target/release/malmoi")
    parser.add_argument("--documents", type=int, default=2000, help="at the start [default: 2000]")
    parser.add_argument("--kills", type=int, default=50, help="[default: 50]")
    parser.add_argument("--seed", type=int, default=1, help="of the moments [default: 1]")
    return parser.parse_args()


class Project:
    def __init__(self, folder: pathlib.Path, options: argparse.Namespace, dice: random.Random):
        self.folder, self.dice = folder, dice
        self.malmoi = options.malmoi.resolve()
        self.documents = frozenset(self.name(one) for one in range(options.documents))
        self.made = options.documents
        self.checks = 0
        (folder / "pipeline.toml").write_text(SETTINGS)
        self.write("corpus.tsv", sorted(self.documents))
        self.finish(["run", "--quiet"])
        # How long a change takes, with its merges.
        start = time.monotonic()
        command, after = self.next_change()
        self.finish(command)
        self.documents = after
        self.seconds = time.monotonic() - start

    def name(self, number: int) -> str:
        return f"d{number:06}"

    def write(self, file: str, names) -> None:
        lines = ["id\ttext"]
        for name in names:
            words = " ".join(self.dice.choice(WORDS) for _ in range(self.dice.randint(3, 30)))
            lines.append(f"{name}\t{words}")
        (self.folder / file).write_text("\n".join(lines) + "\n")

    def next_change(self):
        """A command, and the documents that are there after it."""
        if self.dice.random() < 0.3:
            gone = self.dice.sample(sorted(self.documents), self.dice.randint(1, 20))
            flags = [part for name in gone for part in ("--delete", name)]
            return ["index", "--quiet"] + flags, self.documents - frozenset(gone)
        count = self.dice.randint(1, 60)
        fresh = [self.name(self.made + one) for one in range(count)]
        self.made += count
        # One that is there already is replaced.
        names = fresh + [self.dice.choice(sorted(self.documents))]
        self.write("more.tsv", names)
        return ["index", "--quiet", "--add", "more.tsv"], self.documents | frozenset(names)

    def run(self, command, seconds: float) -> bool:
        """Whether it ended before it was killed."""
        process = subprocess.Popen([self.malmoi, *command], cwd=self.folder)
        try:
            if process.wait(seconds) != 0:
                sys.exit(f"malmoi {' '.join(command)} failed")
            return True
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return False

    def finish(self, command) -> str:
        done = subprocess.run([self.malmoi, *command], cwd=self.folder, stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit(f"malmoi {' '.join(command)} failed")
        return done.stdout

    def check(self, allowed) -> None:
        self.finish(["index", "--check", "--quiet"])
        (self.folder / "query.txt").write_text(" ".join(WORDS) + "\n")
        answer = self.finish(["search", "killed", "--queries", "query.txt", "--top", "10000", "--json", "--quiet"])
        found = frozenset(hit["id"] for hit in json.loads(answer)["hits"])
        if found not in allowed:
            sys.exit("the documents are neither those before the command nor those after it")
        self.documents = found
        self.checks += 1


if __name__ == "__main__":
    main()
