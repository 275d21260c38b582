#!/usr/bin/env python3
"""Times `malmoi search` beside its peers on one thread, and prints Markdown tables.

    cargo build --release
    venv/bin/python scripts/benchmark_search.py aclImdb_v1.tar.gz
    venv/bin/python scripts/benchmark_search.py aclImdb_v1.tar.gz --million texts.txt

25,000 documents are the labelled reviews for training, 100,000 all reviews (`imdb-search`),
a million the lines of a file. Short queries are two to five words that stand together in a
review, long ones whole reviews; both are drawn with a fixed seed, or read from files of a
query a line. All of a table is timed in one session on one processor: of malmoi what it says
of each query (`micros`: without the analysis), of the peers the same from rows or tokens that
are ready. A peer gets a bounded time, and as many of the queries as fit. bm25s and tantivy
rank by BM25, which is another question, with other answers.

Needs `pip install numpy scipy scikit-learn`; times bm25s, numba, tantivy and sparse-dot-topn
where they are installed.
"""

import os

# Before numpy is loaded.
for name in ["OMP", "OPENBLAS", "MKL", "NUMBA"]:
    os.environ[f"{name}_NUM_THREADS"] = "1"

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import euclidean_distances, manhattan_distances
from sklearn.neighbors import NearestNeighbors

sys.dont_write_bytecode = True
from compare_search import drawn, reviews  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[1]
TOP = 10
MEASURES = ["cosine", "euclidean", "manhattan", "jaccard"]

# As `imdb-search`, but from a table.
SETTINGS = """version = 1
default = "NAME"

[pipeline.NAME.source]
kind = "tsv"
path = "NAME.tsv"
quoting = false
[pipeline.NAME.clean]
html = "none"
[pipeline.NAME.vectorize]
sublinear_tf = true
[pipeline.NAME.classify]
enabled = false
[pipeline.NAME.search]
"""


@dataclass
class Corpus:
    """Documents, and the command that names their index."""

    texts: list
    malmoi: list
    run: list
    with_peers: bool = True

    @property
    def name(self):
        return f"{len(self.texts):,}"

    @property
    def pipeline(self):
        return self.run[1]


def main():
    options = arguments()
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        folder = pathlib.Path(folder)
        corpora, queries = prepared(options, folder)
        built = [build(corpus) for corpus in corpora]
        # The builds have all processors; what follows has one.
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        table("what | n | queries/s | p50 ms | p99 ms", searches(options, corpora, queries, folder))
        table(f"long, {corpora[0].name} | malmoi ms | peer ms | times as fast", measures(corpora[0], queries, folder))
        table(f"all neighbours, {corpora[0].name} | s", graph(corpora[0], folder, options.graph))
        table("index | documents | build s | bytes a posting | rows MB | texts MB | open ms, at most | add 1,000 ms", [
            row + costs(corpus, folder) for row, corpus in zip(built, corpora)
        ])


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=pathlib.Path, help="aclImdb_v1.tar.gz")
    parser.add_argument("--malmoi", type=pathlib.Path, default=ROOT / "target/release/malmoi")
    parser.add_argument("--million", type=pathlib.Path, help="a file of a document a line")
    parser.add_argument("--short", type=pathlib.Path, help="short queries, one a line")
    parser.add_argument("--long", type=pathlib.Path, help="long queries, one a line")
    parser.add_argument("--queries", type=int, default=1000, help="of each kind [default: 1000]")
    parser.add_argument("--repeat", type=int, default=5, help="of malmoi's answers [default: 5]")
    parser.add_argument("--budget", type=float, default=12, help="seconds a peer and kind [default: 12]")
    parser.add_argument("--graph", action="store_true", help="let sparse-dot-topn find all neighbours too")
    parser.add_argument("--work", help="where temporary files go")
    return parser.parse_args()


def table(head, rows):
    print(f"\n| {head} |\n|{'---|' * (head.count('|') + 1)}")
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)


# ── corpora and queries ───────────────────────────────────────────────────────


def prepared(options, folder):
    ids, texts = reviews(options.archive)
    small = [text for one, text in zip(ids, texts) if one.startswith(("train/pos/", "train/neg/"))]
    malmoi = [str(options.malmoi.resolve()), "--state", str(folder / "state"), "--quiet"]
    corpora = [of_lines("small", small, malmoi, folder)]
    settings = ["--config", str(ROOT / "pipeline.toml")]
    archive = f"source.path={options.archive.resolve()}"
    corpora.append(Corpus(texts, malmoi + settings, ["run", "imdb-search", "--set", archive]))
    if options.million:
        lines = options.million.read_text(encoding="utf-8").splitlines()
        corpora.append(of_lines("million", lines, malmoi, folder, with_peers=False))
    given = {"short": options.short, "long": options.long}
    queries = {
        kind: file.read_text(encoding="utf-8").splitlines()[: options.queries] if file else drawn(source, options.queries)[kind]
        for (kind, file), source in zip(given.items(), [texts, small])
    }
    for kind, lines in queries.items():
        (folder / f"{kind}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return corpora, queries


def of_lines(name, texts, malmoi, folder, with_peers=True):
    settings = folder / f"{name}.toml"
    settings.write_text(SETTINGS.replace("NAME", name))
    with open(folder / f"{name}.tsv", "w", encoding="utf-8", newline="\n") as file:
        file.write("id\ttext\n")
        file.writelines(f"{number:07}\t{' '.join(text.split())}\n" for number, text in enumerate(texts))
    malmoi = malmoi + ["--config", str(settings)]
    return Corpus(texts, malmoi, ["run", name], with_peers)


def call(corpus, command):
    done = subprocess.run(corpus.malmoi + command, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


# ── queries ───────────────────────────────────────────────────────────────────


def searches(options, corpora, queries, folder):
    for corpus in corpora:
        for kind in queries:
            runs = [micros(corpus, kind, "cosine", folder) for _ in range(options.repeat)]
            seconds = [one / 1e6 for run in runs for one in run]
            yield figures(f"{kind}, {corpus.name}, malmoi", seconds, len(runs[0]))
        if corpus.with_peers:
            yield from peers(corpus, queries, options.budget)


def micros(corpus, kind, measure, folder):
    asked = ["search", corpus.pipeline, "--queries", str(folder / f"{kind}.txt"), "--top", str(TOP)]
    answers = call(corpus, asked + ["--measure", measure, "--json", "--threads", "1"])
    return [json.loads(line)["micros"] for line in answers.splitlines()]


def figures(name, seconds, count):
    """A row of the table from the time of each query."""
    per_second = 1 / statistics.fmean(seconds)
    if len(seconds) == 1:
        return [name, str(count), f"{per_second:,.0f}", "", ""]
    half, most = np.percentile(seconds, [50, 99]) * 1e3
    return [name, str(count), f"{per_second:,.0f}", f"{half:.3f}", f"{most:.3f}"]


def peers(corpus, queries, budget):
    ready = Ready(corpus.texts, queries)
    known = {
        "scipy `q @ X.T`": scipy_product,
        "scikit-learn, batch": scikit_learn,
        "sparse-dot-topn, batch": sparse_dot_topn,
        "bm25s with numba, batch": bm25s_numba,
        "tantivy": tantivy_any_of,
    }
    for name, prepare in known.items():
        try:
            answer = prepare(ready, budget)
        except ImportError as error:
            yield [f"{corpus.name}, {name}", "", f"{error.name} is not installed", "", ""]
            continue
        for kind in queries:
            yield figures(f"{kind}, {corpus.name}, {name}", *answer(kind))


class Ready:
    """Rows and tokens of a corpus and of the queries."""

    def __init__(self, texts, queries):
        vectorizer = TfidfVectorizer(sublinear_tf=True, dtype=np.float32)
        self.texts = texts
        self.rows = vectorizer.fit_transform(texts).tocsr()
        self.asked = {kind: vectorizer.transform(lines).tocsr() for kind, lines in queries.items()}
        self.words = vectorizer.build_analyzer()
        self.asked_words = {kind: [self.words(line) for line in lines] for kind, lines in queries.items()}


def one_by_one(function, count, budget):
    """(seconds of each, how many) of as many as fit into the budget."""
    function(0)
    seconds, start = [], time.perf_counter()
    for place in range(count):
        before = time.process_time()
        function(place)
        seconds.append(time.process_time() - before)
        if time.perf_counter() - start > budget:
            break
    return seconds, len(seconds)


def in_a_batch(function, count, budget):
    """The same of one call for many, of which each has its share."""
    few = min(count, 20)
    function(few)
    before = time.process_time()
    function(few)
    each = max((time.process_time() - before) / few, 1e-7)
    many = max(few, min(count, int(budget / each)))
    before = time.process_time()
    function(many)
    return [(time.process_time() - before) / many], many


def nearest(scores):
    best = np.argpartition(-scores, TOP)[:TOP]
    return best[np.argsort(-scores[best])]


def scipy_product(ready, budget):
    turned = ready.rows.T.tocsr()

    def answer(kind):
        asked = ready.asked[kind]
        product = lambda place: nearest((asked[place] @ turned).toarray().ravel())  # noqa: E731
        return one_by_one(product, asked.shape[0], budget)

    return answer


def scikit_learn(ready, budget):
    neighbors = NearestNeighbors(n_neighbors=TOP, metric="cosine", algorithm="brute", n_jobs=1)
    neighbors.fit(ready.rows)

    def answer(kind):
        asked = ready.asked[kind]
        return in_a_batch(lambda count: neighbors.kneighbors(asked[:count]), asked.shape[0], budget)

    return answer


def sparse_dot_topn(ready, budget):
    from sparse_dot_topn import sp_matmul_topn

    turned = ready.rows.T.tocsr()

    def answer(kind):
        asked = ready.asked[kind]
        product = lambda count: sp_matmul_topn(asked[:count], turned, top_n=TOP, n_threads=1, sort=True)  # noqa: E731
        return in_a_batch(product, asked.shape[0], budget)

    return answer


def bm25s_numba(ready, budget):
    import bm25s
    import numba  # noqa: F401

    index = bm25s.BM25(backend="numba")
    index.index([[sys.intern(word) for word in ready.words(text)] for text in ready.texts], show_progress=False)
    index.activate_numba_scorer()

    def answer(kind):
        asked = ready.asked_words[kind]
        retrieve = lambda count: index.retrieve(asked[:count], k=TOP, show_progress=False, n_threads=1)  # noqa: E731
        return in_a_batch(retrieve, len(asked), budget)

    return answer


def tantivy_any_of(ready, budget):
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("body", stored=False, tokenizer_name="whitespace", index_option="freq")
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(heap_size=512_000_000, num_threads=1)
    for text in ready.texts:
        document = tantivy.Document()
        document.add_text("body", " ".join(ready.words(text)))
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def any_of(words):
        term = lambda word: tantivy.Query.term_query(schema, "body", word, "freq")  # noqa: E731
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, term(word)) for word in dict.fromkeys(words)])

    def answer(kind):
        asked = [any_of(words) for words in ready.asked_words[kind]]
        return one_by_one(lambda place: searcher.search(asked[place], TOP, count=False).hits, len(asked), budget)

    return answer


# ── other measures, all neighbours, what an index costs ───────────────────────


def measures(corpus, queries, folder):
    vectorizer = TfidfVectorizer(sublinear_tf=True)
    rows = vectorizer.fit_transform(corpus.texts).tocsr()
    asked = vectorizer.transform(queries["long"]).tocsr()
    ones, sizes = (rows > 0).astype(np.float32), np.diff(rows.indptr)

    def jaccard(query):
        common = (ones @ (query > 0).astype(np.float32).T).toarray().ravel()
        return -common / np.maximum(sizes + query.nnz - common, 1)

    compare = {
        "euclidean": lambda query: euclidean_distances(query, rows).ravel(),
        "manhattan": lambda query: manhattan_distances(query, rows).ravel(),
        "jaccard": jaccard,
    }
    for measure, distances in compare.items():
        our = statistics.fmean(micros(corpus, "long", measure, folder)) / 1e3
        seconds, _ = one_by_one(lambda place: nearest(-distances(asked[place])), min(20, asked.shape[0]), 30)
        their = statistics.fmean(seconds) * 1e3
        yield [measure, f"{our:.3f}", f"{their:.1f}", f"{their / our:,.0f}"]


def graph(corpus, folder, with_peer):
    start = time.perf_counter()
    output = str(folder / "neighbors.jsonl")
    call(corpus, ["neighbors", corpus.pipeline, "--top", str(TOP), "--output", output, "--threads", "1"])
    yield ["malmoi neighbors", f"{time.perf_counter() - start:.2f}"]
    if with_peer:
        from sparse_dot_topn import sp_matmul_topn

        rows = csr_matrix(TfidfVectorizer(sublinear_tf=True, dtype=np.float32).fit_transform(corpus.texts))
        start = time.perf_counter()
        sp_matmul_topn(rows, rows.T.tocsr(), top_n=TOP + 1, n_threads=1, sort=True)
        yield ["sparse-dot-topn", f"{time.perf_counter() - start:.2f}"]


def build(corpus):
    stages = json.loads(call(corpus, corpus.run + ["--json"]))["stages"]
    seconds = next(stage["seconds"] for stage in stages if stage["stage"] == "search")
    return [corpus.pipeline, corpus.name, f"{seconds:.2f}"]


def costs(corpus, folder):
    status = json.loads(call(corpus, ["index", corpus.pipeline, "--json"]))
    # What the command takes where there is no index is no part of opening one.
    nothing = elsewhere(corpus, folder / "nothing")
    opened = max(open_seconds(corpus) - open_seconds(nothing), 0) * 1e3
    added = add(corpus, folder) * 1e3
    megabytes = [f"{status[part] / 1e6:.1f}" for part in ("row_bytes", "record_bytes")]
    each = status["posting_bytes"] / status["postings"]
    return [f"{each:.2f}", *megabytes, f"{opened:.1f}", f"{added:.0f}"]


def open_seconds(corpus):
    """The least of many times: with an index it is opened twice, and its sizes are read."""
    command = corpus.malmoi + ["index", corpus.pipeline, "--json"]
    return min(timed(command) for _ in range(50))


def timed(command):
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def elsewhere(corpus, state):
    """The same corpus with another state folder."""
    place = corpus.malmoi.index("--state") + 1
    return replace(corpus, malmoi=[*corpus.malmoi[:place], str(state), *corpus.malmoi[place + 1 :]])


def add(corpus, folder):
    """How long it takes to add documents to a copy: the command, with reading the encoder."""
    file = folder / "more.tsv"
    with open(file, "w", encoding="utf-8", newline="\n") as lines:
        lines.write("id\ttext\n")
        texts = corpus.texts[:1000]
        lines.writelines(f"new-{place}\t{' '.join(text.split())}\n" for place, text in enumerate(texts))
    copy = folder / "copy"
    shutil.copytree(folder / "state", copy)
    command = ["index", corpus.pipeline, "--add", str(file), "--threads", "1"]
    start = time.perf_counter()
    call(elsewhere(corpus, copy), command)
    seconds = time.perf_counter() - start
    shutil.rmtree(copy)
    return seconds


if __name__ == "__main__":
    main()
