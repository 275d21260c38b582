#!/usr/bin/env python3
"""Serves one file over loopback as badly as servers do, to try downloads.

    scripts/flaky_server.py FILE [--port 0] [--plan cut,503,503] [--bytes-per-second N]

Prints the address, then one line a request: what was asked (`Range`) and what was
answered. The steps of the plan are taken once each, in order; afterwards every
request is served well, whole or by range.

    cut   the connection closes in the middle of the body
    503   come back later
    404   there is no such file
    slow  the body trickles (with --bytes-per-second)
    whole the range is ignored and the whole file sent
"""

import argparse
import re
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def main():
    arguments = parse()
    server = ThreadingHTTPServer(("127.0.0.1", arguments.port), Flaky)
    server.body = arguments.file.read_bytes()
    server.plan = [step for step in arguments.plan.split(",") if step]
    server.rate = arguments.bytes_per_second
    print(f"http://127.0.0.1:{server.server_port}/{arguments.file.name}", flush=True)
    server.serve_forever()


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--plan", default="cut,503,503")
    parser.add_argument("--bytes-per-second", type=int, default=200_000)
    return parser.parse_args()


class Flaky(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        step = self.server.plan.pop(0) if self.server.plan else "well"
        asked = self.headers.get("Range")
        print(f"{step:5} Range: {asked}", flush=True)
        if step.isdigit():
            return self.refuse(int(step))
        self.serve(step, None if step == "whole" else asked)

    def refuse(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def serve(self, step, asked):
        body = self.server.body
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked else 0
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.send_header("Content-Length", str(len(body) - start))
        self.send_header("ETag", '"1"')
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        rest = memoryview(body)[start:]
        if step == "cut":
            self.wfile.write(rest[: len(rest) // 2])
            self.close_connection = True
            return
        self.trickle(rest) if step == "slow" else self.wfile.write(rest)

    def trickle(self, rest):
        piece = max(self.server.rate // 20, 1)
        for start in range(0, len(rest), piece):
            self.wfile.write(rest[start : start + piece])
            time.sleep(0.05)

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except ConnectionError as error:
            print(f"left: {error}", flush=True)
            self.close_connection = True

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
