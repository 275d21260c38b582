#!/usr/bin/env python3
"""Times `malmoi ko pos` beside mecab-ko, Kiwi and Okt, and prints Markdown tables.

    malmoi dictionary install
    pip install python-mecab-ko kiwipiepy konlpy      # konlpy needs Java
    python scripts/benchmark_korean.py ratings_test.txt.gz --malmoi target/release/malmoi

All are run in turn (A B C A B C …), on one thread and on two, in one session, and
ratios are taken round by round before their median, so that a machine that slows down
slows all. Speed is megabytes of text a second, of CPU (user + system, all threads) or of
wall time. A peer's is that of its tagger alone, in its own process, after it was loaded
and warmed up; malmoi's is that of the program with its reading and writing, less the
same program on an empty input.
Okt, which is far slower, gets a sample, and the compiler of its JVM may still be at work
in it. Start and warm-up are what these figures leave out. The first token's time is
that of a whole process with one word; memory is the most that a process held, with its
dictionary (less than about 50 MB, which this script holds itself, cannot be told).
"""

import argparse
import contextlib
import json
import pathlib
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from korean_runs import MALMOI, PEERS, malmoi_version, need, peer_version, print_table
from korean_runs import read_texts, run, written

WORD = "하나"
THREADS = (1, 2)
OKT_SAMPLE_BYTES = 100_000
# They load for seconds each.
SLOW_STARTERS, SLOW_STARTS = {"kiwi", "okt"}, 3


@dataclass
class Sample:
    """The texts of a run, in a file."""

    path: str
    megabytes: float


@dataclass
class Measure:
    """One run over a sample; the start-up is out of both times."""

    megabytes: float
    seconds: float
    cpu_seconds: float
    start_seconds: float
    start_cpu_seconds: float
    rss_bytes: int

    def per_cpu_second(self) -> float:
        return self.megabytes / self.cpu_seconds

    def per_second(self) -> float:
        return self.megabytes / self.seconds


def main() -> None:
    options = arguments()
    titles, texts = dict(found_systems(options)), read_texts(options.texts)
    with contextlib.ExitStack() as stack:
        samples = {name: stack.enter_context(sample(name, texts, options)) for name in titles}
        empty = stack.enter_context(written([]))
        rounds = measure_rounds(samples, empty, options)
    report(titles, samples, rounds, measure_starts(list(titles), options), options)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("texts", type=pathlib.Path, help="lines or a table of NSMC")
    parser.add_argument("--malmoi", type=pathlib.Path, default=MALMOI)
    parser.add_argument("--python", default=sys.executable, help="a Python with the peers")
    parser.add_argument("--peers", default="mecab,kiwi,okt", help="[default: mecab,kiwi,okt]")
    parser.add_argument("--megabytes", type=float, default=4, help="of text [default: 4]")
    parser.add_argument("--repeat", type=int, default=3, help="rounds [default: 3]")
    parser.add_argument("--starts", type=int, default=20, help="starts of malmoi [default: 20]")
    parser.add_argument("--timeout", type=float, default=300, help="seconds a run [default: 300]")
    return parser.parse_args()


def found_systems(options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Names of systems, with their versions."""
    yield "malmoi", malmoi_version(options.malmoi, options.timeout)
    for peer in filter(None, options.peers.split(",")):
        title = peer_version(options.python, peer, options.timeout)
        if title is None:
            print(f"{peer} is not installed in {options.python}: left out", file=sys.stderr)
        else:
            yield peer, title if peer != "okt" else f"Okt of {title}"


@contextlib.contextmanager
def sample(name: str, texts: list[str], options: argparse.Namespace) -> Iterator[Sample]:
    """The first texts, as many as the system is given."""
    left = int(options.megabytes * 1e6)
    left = min(left, OKT_SAMPLE_BYTES) if name == "okt" else left
    kept, size = [], 0
    for text in texts:
        if size >= left:
            break
        kept.append(text)
        size += len(text.encode()) + 1
    with written(kept) as path:
        yield Sample(path, size / 1e6)


def measure_rounds(
    samples: dict[str, Sample], empty: str, options: argparse.Namespace
) -> dict[int, list[dict[str, Measure]]]:
    """By number of threads, the rounds; each number has its turn in every round."""
    rounds: dict[int, list[dict[str, Measure]]] = {threads: [] for threads in THREADS}
    for _ in range(options.repeat):
        for threads, measured in rounds.items():
            measured.append({
                name: measure(name, given, empty, threads, options)
                for name, given in samples.items()
            })
    return rounds


def measure(
    name: str, given: Sample, empty: str, threads: int, options: argparse.Namespace
) -> Measure:
    if name == "malmoi":
        return measure_malmoi(given, empty, threads, options)
    command = [options.python, str(PEERS), name, "speed", given.path, "--threads", str(threads)]
    done = run(command, options.timeout)
    inner = json.loads(done.output)
    return Measure(
        given.megabytes,
        inner["seconds"],
        inner["cpu"],
        done.seconds - inner["seconds"],
        done.cpu - inner["cpu"],
        done.rss_bytes,
    )


def measure_malmoi(
    given: Sample, empty: str, threads: int, options: argparse.Namespace
) -> Measure:
    command = [str(options.malmoi.resolve()), "--threads", str(threads), "ko", "pos", "--input"]
    start = run([*command, empty], options.timeout)
    whole = run([*command, given.path], options.timeout, keep=False)
    seconds, cpu = whole.seconds - start.seconds, whole.cpu - start.cpu
    need(min(seconds, cpu) > 0, "the texts take no longer than none\nhint: raise --megabytes")
    start_up = start.seconds, start.cpu
    return Measure(given.megabytes, seconds, cpu, *start_up, whole.rss_bytes)


def measure_starts(names: list[str], options: argparse.Namespace) -> dict[str, float]:
    """The median milliseconds until one word is cut and printed, from no process at all."""
    seconds = {name: [] for name in names}
    for turn in range(options.starts):
        for name in names:
            if name not in SLOW_STARTERS or turn < SLOW_STARTS:
                seconds[name].append(run(start_command(name, options), options.timeout).seconds)
    return {name: 1000 * statistics.median(times) for name, times in seconds.items()}


def start_command(name: str, options: argparse.Namespace) -> list[str]:
    if name == "malmoi":
        return [str(options.malmoi.resolve()), "ko", "morphs", WORD]
    return [options.python, str(PEERS), name, "first"]


def report(titles, samples, rounds, starts, options: argparse.Namespace) -> None:
    print(f"{options.texts.name}, {options.repeat} rounds, medians; ×: malmoi's figure over this one")
    for threads, measured in rounds.items():
        print(f"\n{threads} thread{'s'[: threads > 1]}:\n")
        header = ["system", "MB", "MB/CPU s", "×", "MB/s", "×", "start and warm-up s (CPU s)", "peak MB"]
        print_table(header, [
            [title, f"{samples[name].megabytes:.2f}", *speed_cells(name, measured)]
            for name, title in titles.items()
        ])
    print("\nThreads and start:\n")
    header = ["system", "two threads, wall", "two threads, CPU", "first token, ms", "×"]
    print_table(header, [
        [title, *thread_cells(name, rounds), f"{starts[name]:.1f}",
         f"{starts['malmoi'] / starts[name]:.2f}"]
        for name, title in titles.items()
    ])


def speed_cells(name: str, measured: list[dict[str, Measure]]) -> list[str]:
    def middle(value) -> float:
        return statistics.median(value(one[name]) for one in measured)

    def ratio(value) -> float:
        return statistics.median(value(one["malmoi"]) / value(one[name]) for one in measured)

    start = middle(lambda one: one.start_seconds), middle(lambda one: one.start_cpu_seconds)
    return [
        f"{middle(Measure.per_cpu_second):.3f}",
        f"{ratio(Measure.per_cpu_second):.2f}",
        f"{middle(Measure.per_second):.3f}",
        f"{ratio(Measure.per_second):.2f}",
        f"{start[0]:.3f} ({start[1]:.3f})",
        f"{middle(lambda one: one.rss_bytes) / 1e6:.0f}",
    ]


def thread_cells(name: str, rounds) -> list[str]:
    """How many times as fast two threads are, and how much CPU they take for one's."""
    one, two = ([each[name] for each in rounds[threads]] for threads in THREADS)
    pairs = list(zip(one, two, strict=True))
    faster = statistics.median(single.seconds / double.seconds for single, double in pairs)
    dearer = statistics.median(double.cpu_seconds / single.cpu_seconds for single, double in pairs)
    return [f"{faster:.2f} × as fast", f"{dearer:.2f} × as much"]


if __name__ == "__main__":
    main()
