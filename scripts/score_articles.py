#!/usr/bin/env python3
"""How well are bodies of articles found?

    malmoi news extract pages/*.html.gz --json > ours.jsonl
    score_articles.py GOLD.json ours.jsonl [--half a|b] [--worst 10] [--beside other.jsonl]

GOLD.json holds `{id: {"articleBody" or "text": ..., "url": ...}}`; lines hold `{"id", "text"}`.
Words are compared as 4-gram shingles, counted as multisets. Precision and recall are
averaged over pages, F1 is their harmonic mean, accuracy the share of pages whose words are
all as they should be: the rule of the article-extraction-benchmark by Scrapinghub.
`--half` keeps the hosts whose hash falls in one half: tune on one, report the other.
"""
import argparse, collections, hashlib, json, re, urllib.parse

WORD = re.compile(r"\w+", re.UNICODE)
LENGTH = 4


def main():
    options = arguments()
    with open(options.gold, encoding="utf-8") as file:
        gold = json.load(file)
    pages = {page: answer for page, answer in gold.items() if is_chosen(page, answer, options.half)}
    ours = texts(options.lines)
    scores = {page: score(answer, ours.get(page, "")) for page, answer in pages.items()}
    print(summary(scores.values()))
    other = texts(options.beside) if options.beside else None
    by_loss = sorted(scores, key=lambda page: f1(*scores[page][:2]))
    for page in by_loss[: options.worst]:
        beside = score(pages[page], other.get(page, "")) if other else None
        print(line(page, pages[page], scores[page], beside))


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("gold")
    parser.add_argument("lines")
    parser.add_argument("--half", choices=["a", "b"], help="only the hosts of one half")
    parser.add_argument("--worst", type=int, default=0, help="print so many of the worst pages")
    parser.add_argument("--beside", help="lines of another tool, shown beside the worst pages")
    return parser.parse_args()


def is_chosen(page, answer, half):
    host = urllib.parse.urlsplit(answer.get("url") or page).hostname or page
    digest = hashlib.sha256(host.removeprefix("www.").encode()).digest()
    return half is None or "ab"[digest[0] % 2] == half


def texts(path):
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(row) for row in file]
    return {row["id"]: row.get("text") or "" for row in rows}


def score(answer, text):
    """Precision, recall (None where there is nothing to divide), and whether all is right."""
    wanted = answer.get("articleBody") or answer.get("text") or ""
    found, right = shingles(text), shingles(wanted)
    hits = (found & right).total()
    precision = hits / found.total() if found else None
    recall = hits / right.total() if right else None
    return precision, recall, WORD.findall(text) == WORD.findall(wanted)


def shingles(text):
    words = WORD.findall(text)
    count = max(1, len(words) - LENGTH + 1) if words else 0
    return collections.Counter(tuple(words[at : at + LENGTH]) for at in range(count))


def summary(scores):
    precision = mean(score[0] for score in scores)
    recall = mean(score[1] for score in scores)
    accuracy = mean(float(score[2]) for score in scores)
    return (
        f"{len(scores)} pages  F1 {f1(precision, recall):.4f}  precision {precision:.4f}"
        f"  recall {recall:.4f}  accuracy {accuracy:.3f}"
    )


def mean(values):
    values = [value for value in values if value is not None]
    return sum(values) / len(values) if values else 0.0


def f1(precision, recall):
    total = (precision or 0.0) + (recall or 0.0)
    return 2 * (precision or 0.0) * (recall or 0.0) / total if total else 0.0


def line(page, answer, ours, beside):
    shown = "  ".join(figures(score) for score in [ours, beside] if score)
    return f"{shown}  {page[:24]:24}  {answer.get('url', '')[:80]}"


def figures(score):
    precision, recall, _ = score
    return f"{f1(precision, recall):.3f} (P {precision or 0.0:.3f} R {recall or 0.0:.3f})"


if __name__ == "__main__":
    main()
