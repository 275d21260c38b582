#!/usr/bin/env python3
"""Searches a second of `malmoi serve`, by wrk from another process, also while the index is
swapped.

    malmoi run imdb-search --set source.path=ARCHIVE --state STATE
    scripts/benchmark_serve.py --malmoi target/release/malmoi --state STATE ARCHIVE

Asks for 1,000 different queries of 2 to 5 words that stand together in reviews (drawn with a
fixed seed), from 64 connections, and prints searches a second, latencies, errors, and the CPU
time that the server took a search. With --swap it adds documents with `malmoi index --add`
again and again meanwhile. Needs wrk (`apt-get install wrk`). No answer is kept by the server:
every request is a search.
"""

import argparse
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.parse

SCRIPT = """
local paths = {}
for line in io.lines(os.getenv("QUERIES")) do paths[#paths + 1] = line end
local place = 0
function setup(thread) thread:set("first", math.random(#paths)) end
function init() place = first or 0 end
function request()
  place = place % #paths + 1
  return wrk.format("GET", paths[place])
end
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), latency.max, errors.status, errors.connect,
    errors.read + errors.write, errors.timeout))
end
"""


def queries(archive, count, seed):
    """Words that stand together in reviews of the archive."""
    chance, texts = random.Random(seed), []
    with tarfile.open(archive) as packed:
        for member in packed:
            if member.isfile() and re.search(r"/(pos|neg)/\d+_\d+\.txt$", member.name):
                if chance.random() < 0.25:
                    texts.append(packed.extractfile(member).read().decode("utf-8", "replace"))
                if len(texts) >= count:
                    break
    found = set()
    while len(found) < count:
        words = re.findall(r"[A-Za-z']{2,}", chance.choice(texts))
        length = chance.randint(2, 5)
        if len(words) > length:
            start = chance.randrange(len(words) - length)
            found.add(" ".join(words[start : start + length]).lower())
    return sorted(found, key=lambda _: chance.random())


def cpu_seconds(process):
    """User and system time of a process so far."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def swap(arguments, folder, ended):
    """Replaces 50 documents, again and again, until wrk has ended; how often."""
    times = 0
    while ended.poll() is None:
        rows = [{"id": f"added-{n}", "text": f"added review {times} {n} of a film"} for n in range(50)]
        path = folder / "added.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        command = [arguments.malmoi, "index", arguments.pipeline, "--add", path]
        subprocess.run([*command, "--state", arguments.state, "-q"], check=True, capture_output=True)
        times += 1
        time.sleep(1.5)
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("archive", help="aclImdb_v1.tar.gz, to draw queries from")
    parser.add_argument("--malmoi", default="target/release/malmoi")
    parser.add_argument("--state", required=True)
    parser.add_argument("--pipeline", default="imdb-search")
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--parameters", default="", help="more of the address: top=10&snippet=false")
    parser.add_argument("--swap", action="store_true", help="change the index meanwhile")
    arguments = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("NOT MEASURED for want of wrk: apt-get install wrk")

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        more = f"&{arguments.parameters}" if arguments.parameters else ""
        paths = folder / "queries.txt"
        paths.write_text(
            "".join(
                f"/api/v1/search?q={urllib.parse.quote(query)}{more}\n"
                for query in queries(arguments.archive, 1000, 7)
            )
        )
        script = folder / "wrk.lua"
        script.write_text(SCRIPT)
        command = [arguments.malmoi, "serve", arguments.pipeline, "--listen", "127.0.0.1:0"]
        server = subprocess.Popen(
            [*command, "--state", arguments.state, "-q"], stdout=subprocess.PIPE, text=True
        )
        try:
            address = server.stdout.readline().strip()
            wrk = ["wrk", "-t2", f"-c{arguments.connections}", "-s", script, "--timeout", "10s"]
            environment = {**os.environ, "QUERIES": str(paths)}
            subprocess.run([*wrk, "-d2s", address], check=True, env=environment, capture_output=True)
            before = cpu_seconds(server.pid)
            running = subprocess.Popen(
                [*wrk, f"-d{arguments.seconds}s", address],
                env=environment, stdout=subprocess.PIPE, text=True,
            )
            swaps = swap(arguments, folder, running) if arguments.swap else 0
            output, _ = running.communicate()
            used = cpu_seconds(server.pid) - before
        finally:
            server.send_signal(signal.SIGTERM)
            ended = server.wait(30)

    numbers = re.search(r"RESULT (.*)", output)
    if not numbers:
        sys.exit(f"wrk said nothing:\n{output}")
    requests, micros, middle, p99, most, status, connect, broken, late = map(int, numbers[1].split())
    print(f"searches a second      {requests / (micros / 1e6):,.0f}")
    print(f"latency                {middle / 1000:.1f} ms median, {p99 / 1000:.1f} ms p99, {most / 1000:.1f} ms at most")
    print(f"CPU of the server      {used / requests * 1e6:,.0f} µs a search")
    print(f"errors                 {status} by status, {connect} connecting, {broken} reading, {late} late")
    print(f"swaps of the index     {swaps}")
    print(f"exit code              {ended}")
    sys.exit(1 if status + connect + broken + late or ended else 0)


if __name__ == "__main__":
    main()
