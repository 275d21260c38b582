#!/usr/bin/env python3
"""Kills `malmoi news update` at random moments and checks that nothing is lost.

    python scripts/kill_crawl.py --malmoi target/release/malmoi --pages 1000 --kills 100

A site on this computer has a feed of invented pages. One crawl runs to its end; another
is killed with SIGKILL again and again, at a random moment each, until an update ends by
itself. Both databases must then hold the same articles, and `news verify` must find both
whole; no page that was stored may have been asked for twice.
"""

import argparse
import collections
import http.server
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
WORDS = "강 바람 시장 다리 열차 등대 우산 종소리 골목 편지 호수 겨울 기록 소식 마을".split()


def main() -> None:
    options = arguments()
    site = Site(options.pages)
    with tempfile.TemporaryDirectory() as folder:
        whole, killed = (Project(pathlib.Path(folder) / name, site, options) for name in "ab")
        whole.update()
        asked = site.take_asked()
        seconds = whole.seconds
        kills = 0
        rng = random.Random(options.seed)
        while kills < options.kills:
            if killed.update(rng.uniform(0.01, seconds * 0.9)):
                # All is stored: begin again, so that every kill meets work.
                killed.check(whole, site)
                killed.remove()
            else:
                kills += 1
        while not killed.update():
            pass
        killed.check(whole, site)
    most = max(asked.values())
    print(f"{options.pages} pages, {kills} kills: {killed.checks} databases, all equal; "
          f"an uninterrupted crawl asks for a page {most} time(s)")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--malmoi", type=pathlib.Path, default=ROOT / "target/release/malmoi")
    parser.add_argument("--pages", type=int, default=1000, help="[default: 1000]")
    parser.add_argument("--kills", type=int, default=100, help="[default: 100]")
    parser.add_argument("--seed", type=int, default=1, help="of the moments [default: 1]")
    return parser.parse_args()


class Site:
    """A feed and its pages; counts what is asked for."""

    def __init__(self, pages: int) -> None:
        self.pages, self.asked, self.lock = pages, collections.Counter(), threading.Lock()
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def do_GET(self) -> None:
                site.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        # A crawler that was killed resets its connections.
        self.server.handle_error = lambda *_: None
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.host = f"127.0.0.1:{self.server.server_port}"

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        with self.lock:
            self.asked[request.path] += 1
        body = self.body(request.path)
        kind = "application/rss+xml" if request.path == "/feed" else "text/html; charset=utf-8"
        try:
            request.send_response(200 if body else 404)
            request.send_header("Content-Type", kind)
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)
        except ConnectionError:
            pass  # the crawler was killed

    def body(self, path: str) -> bytes:
        if path == "/feed":
            items = (f"<item><link>http://{self.host}/{one}</link></item>" for one in range(self.pages))
            return f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>".encode()
        if not path[1:].isdigit():
            return b""
        rng = random.Random(path)
        sentence = lambda: " ".join(rng.choices(WORDS, k=12)) + "이 있었다고 합니다."
        text = "".join(f"<p>{sentence()} {sentence()} {sentence()}</p>" for _ in range(4))
        return (f"<!doctype html><html lang=ko><title>기사 {path}</title><body><nav><a href=/>앞</a></nav>"
                f"<article><h1>기사 {path}</h1>{text}</article></body></html>").encode()

    def take_asked(self) -> collections.Counter:
        with self.lock:
            asked, self.asked = self.asked, collections.Counter()
        return asked


class Project:
    """A folder with settings and a database."""

    def __init__(self, folder: pathlib.Path, site: Site, options: argparse.Namespace) -> None:
        folder.mkdir()
        self.folder, self.malmoi, self.checks = folder, options.malmoi.resolve(), 0
        (folder / "pipeline.toml").write_text(f"""
version = 1
default = "news"
[pipeline.news.source]
kind = "news"
path = "news.db"
feeds = ["http://{site.host}/feed"]
[pipeline.news.crawl]
delay = 0
allow_private = ["{site.host}"]
""")

    def update(self, kill_after: float | None = None) -> bool:
        """Whether the update came to its end."""
        begin = time.monotonic()
        command = [str(self.malmoi), "-q", "news", "update"]
        process = subprocess.Popen(command, cwd=self.folder)
        try:
            status = process.wait(kill_after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return False
        self.seconds = time.monotonic() - begin
        need(status == 0, f"the update ended with {status}")
        return True

    def check(self, whole: "Project", site: Site) -> None:
        need(self.contents() == whole.contents(), f"{self.folder} differs from {whole.folder}")
        asked = site.take_asked()
        stored = self.rows("SELECT url FROM pages WHERE state = 'stored'")
        need(len(stored) == site.pages, f"{len(stored)} of {site.pages} pages are stored")
        # The last request before a kill may not have been stored.
        again = sum(count - 1 for path, count in asked.items() if path[1:].isdigit())
        print(f"equal; {again} pages that were on their way at a kill were asked for again")
        self.checks += 1
        done = subprocess.run([str(self.malmoi), "-q", "news", "verify"], cwd=self.folder)
        need(done.returncode == 0, "the database is not whole")

    def contents(self) -> list[tuple]:
        pages = self.rows("SELECT url, state, reason FROM pages ORDER BY url")
        articles = self.rows(
            "SELECT id, url, title, text, date, authors, language, site, hash, duplicate_of, version"
            " FROM articles ORDER BY id"
        )
        raw = self.rows("SELECT url, hash, body FROM raw ORDER BY url, id")
        return pages + articles + raw

    def rows(self, query: str) -> list[tuple]:
        with sqlite3.connect(self.folder / "news.db") as database:
            return database.execute(query).fetchall()

    def remove(self) -> None:
        for file in self.folder.glob("news.db*"):
            file.unlink()


def need(holds: bool, message: str) -> None:
    if not holds:
        sys.exit(f"error: {message}")


if __name__ == "__main__":
    main()
