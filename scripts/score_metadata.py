#!/usr/bin/env python3
"""Scores title, date and authors that `malmoi news extract --json` prints.

    malmoi news extract articles/korean/*.html.gz --json > found.jsonl
    python3 scripts/score_metadata.py articles/korean/gold.json found.jsonl

GOLD holds by id `title`, `date` and `author` (a list); what an article lacks there is not
scored. A title is right if its letters and digits are; quotes, dashes and blanks are
written in many ways. A date is right if it is the same moment, as far as GOLD tells it:
day, time, zone; Korean time where no zone is given. Authors are right if they are the
same in the same order.
"""

import argparse
import datetime
import json
import sys

KOREA = datetime.timezone(datetime.timedelta(hours=9))


def main() -> None:
    options = arguments()
    with open(options.gold, encoding="utf-8") as file:
        gold = json.load(file)
    found = {page["id"]: page for page in map(json.loads, options.found)}
    for name, key, is_right in [
        ("title", "title", same_title),
        ("date", "date", same_date),
        ("authors", "author", same_authors),
    ]:
        score(name, key, is_right, gold, found)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("gold")
    parser.add_argument("found", nargs="?", type=argparse.FileType(encoding="utf-8"), default=sys.stdin)
    return parser.parse_args()


def score(name: str, key: str, is_right, gold: dict, found: dict) -> None:
    """Prints the share that is right, and each that is wrong."""
    wrong, total = [], 0
    for page, expected in sorted(gold.items()):
        if not expected.get(key):
            continue
        total += 1
        value = found.get(page, {}).get(name)
        if not value or not is_right(expected[key], value):
            wrong.append((page, expected[key], value))
    print(f"{name}: {total - len(wrong)} of {total} ({(total - len(wrong)) / max(total, 1):.3f})")
    for page, expected, value in wrong:
        print(f"  {page}: {value!r} instead of {expected!r}")


def same_title(expected: str, value: str) -> bool:
    return letters(expected) == letters(value)


def letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def same_date(expected: str, value: str) -> bool:
    found = datetime.datetime.fromisoformat(value)
    if len(expected) <= 10:
        return found.date().isoformat() == expected
    moment = datetime.datetime.fromisoformat(expected)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=KOREA)
    # Some answers were read from the page, which shows minutes.
    return moment.replace(second=0) == found.replace(second=0)


def same_authors(expected: list[str], value: list[str]) -> bool:
    return [letters(name) for name in expected] == [letters(name) for name in value]


if __name__ == "__main__":
    main()
