#!/usr/bin/env python3
"""Scores malmoi and its peers on sentences whose morphemes are given.

DATA holds ko_gsd-ud-test.conllu and ko_kaist-ud-test.conllu (Universal Dependencies) and
kiwi/web.txt and kiwi/written.txt (the evaluation data of Kiwi); what is missing is passed
over. The peers need `pip install python-mecab-ko kiwipiepy` in the Python given.

    python3 scripts/score_morphemes.py data/morph --python venv/bin/python

F1 over the longest common subsequence of each sentence: of forms, of forms with a coarse
class (noun, verb, …), of forms with their Sejong tag; and of the nouns as a bag. Before,
both sides are brought to one spelling: contractions are taken apart, an ending that
changes with the sound before it has one form, and signs, digits and Latin letters, which
every tag set cuts differently, are left out. GSD's tags come from an analyzer, Kiwi's
follow its own taste: compare systems on one set, not sets with each other.
"""

import argparse
import pathlib
import re
import sys
import unicodedata
from collections import Counter
from dataclasses import dataclass, field

from korean_runs import MALMOI, malmoi_tokens, malmoi_version, need, peer_tokens, peer_version
from korean_runs import print_table

Tagged = list[tuple[str, str]]
# About as many morphemes as GSD has; all of them would only take longer.
KAIST_SENTENCES = 800


@dataclass
class Sentence:
    text: str
    morphemes: Tagged


@dataclass
class Score:
    """What is common, and how much there is on both sides."""

    common: Counter = field(default_factory=Counter)
    total: int = 0
    nouns: int = 0

    def percent(self, kind: str) -> str:
        total = self.nouns if kind == "nouns" else self.total
        return f"{200 * self.common[kind] / max(total, 1):.2f}"


def main() -> None:
    options = arguments()
    sets = {name: sentences for name, sentences in gold_sets(options.data) if sentences}
    need(bool(sets), f"`{options.data}` holds none of the files that are scored")
    systems = dict(chosen_systems(options))
    print(malmoi_version(options.malmoi, options.timeout) + "\n")
    header = ["set", "system", "form", "+ class", "+ Sejong tag", "nouns"]
    print_table(header, [
        [f"{name}, {len(sentences)} sentences", system, *cells(name, sentences, analyze)]
        for name, sentences in sets.items()
        for system, analyze in systems.items()
    ])


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=pathlib.Path, help="folder of the gold files")
    parser.add_argument("--malmoi", type=pathlib.Path, default=MALMOI)
    parser.add_argument("--python", default=sys.executable, help="a Python with the peers")
    parser.add_argument("--peers", default="mecab,kiwi", help="[default: mecab,kiwi]")
    parser.add_argument("--timeout", type=float, default=300, help="seconds a run [default: 300]")
    return parser.parse_args()


def gold_sets(data: pathlib.Path):
    yield "GSD", read_conllu(data / "ko_gsd-ud-test.conllu")
    yield "Kaist", read_conllu(data / "ko_kaist-ud-test.conllu")[:KAIST_SENTENCES]
    yield "Kiwi web", read_kiwi(data / "kiwi/web.txt")
    yield "Kiwi written", read_kiwi(data / "kiwi/written.txt")


def read_conllu(path: pathlib.Path) -> list[Sentence]:
    """The sentences in which every word has as many tags as morphemes."""
    blocks = read_file(path).strip("\n").split("\n\n")
    found = [parse_block(block.split("\n")) for block in blocks if block]
    return [sentence for sentence in found if sentence is not None]


def read_file(path: pathlib.Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def parse_block(lines: list[str]) -> Sentence | None:
    mark = "# text = "
    text = next((line.removeprefix(mark) for line in lines if line.startswith(mark)), None)
    rows = [line.split("\t") for line in lines if line[:1].isdigit()]
    # `3-4` and `5.1` are no words but remarks on words.
    words = [parse_word(row) for row in rows if row[0].isdigit()]
    if text is None or any(word is None for word in words):
        return None
    return Sentence(one_line(text), [morpheme for word in words for morpheme in word])


def parse_word(row: list[str]) -> Tagged | None:
    # Where the lemma was made into a dictionary form, the morphemes stand here.
    original = re.search(r"OrigLemma=([^|]+)", row[9])
    lemma = original[1] if original else row[2]
    forms = [lemma] if lemma == "+" else lemma.split("+")
    tags = row[4].split("+")
    return list(zip(forms, tags)) if len(forms) == len(tags) else None


def one_line(text: str) -> str:
    return " ".join(text.split())


def read_kiwi(path: pathlib.Path) -> list[Sentence]:
    rows = [line.split("\t") for line in read_file(path).split("\n")]
    return [
        Sentence(one_line(row[0]), [parse_morpheme(part) for part in row[1].split(" ") if part])
        for row in rows
        if len(row) > 1
    ]


def parse_morpheme(part: str) -> tuple[str, str]:
    form, _, tag = part.rpartition("/")
    return form, tag


def chosen_systems(options: argparse.Namespace):
    """Names of systems, and what turns texts into tagged morphemes."""
    for title, flags in [("malmoi", []), ("malmoi --no-normalize", ["--no-normalize"])]:
        yield title, lambda texts, flags=flags: analyze_malmoi(options, flags, texts)
    for peer in filter(None, options.peers.split(",")):
        title = peer_version(options.python, peer, options.timeout)
        if title is None:
            print(f"{peer} is not installed in {options.python}: left out", file=sys.stderr)
            continue
        yield title, lambda texts, peer=peer: peer_tokens(
            options.python, peer, "parts", texts, options.timeout
        )


def analyze_malmoi(options: argparse.Namespace, flags: list[str], texts: list[str]) -> list[Tagged]:
    found = malmoi_tokens(options.malmoi, ["analyze", *flags], texts, options.timeout)
    return [[part for token in tokens for part in expanded(token)] for tokens in found]


def expanded(token: dict) -> Tagged:
    """Contractions taken apart; compounds, which have one tag for many parts, left whole."""
    parts = token["parts"]
    if "+" in token["tag"] and parts or len(parts) == 1:
        return [(part["surface"], part["tag"]) for part in parts]
    return [(token["surface"], token["tag"])]


def cells(name: str, sentences: list[Sentence], analyze) -> list[str]:
    score, kaist = Score(), name == "Kaist"
    analyses = analyze([sentence.text for sentence in sentences])
    for sentence, morphemes in zip(sentences, analyses, strict=True):
        add(score, unified(sentence.morphemes, kaist), unified(morphemes, False))
    kinds = ["form", "class", "tag", "nouns"]
    # Kaist has tags of its own, which are finer and coarser than Sejong's.
    return ["–" if kaist and kind == "tag" else score.percent(kind) for kind in kinds]


@dataclass(frozen=True)
class Morpheme:
    form: str
    coarse: str
    tag: str
    noun: bool


def add(score: Score, gold: list[Morpheme], found: list[Morpheme]) -> None:
    score.total += len(gold) + len(found)
    views = {
        "form": lambda one: one.form,
        "class": lambda one: (one.form, one.coarse),
        "tag": lambda one: (one.form, one.tag),
    }
    for kind, view in views.items():
        score.common[kind] += common([view(one) for one in gold], [view(one) for one in found])
    bags = [Counter(one.form for one in side if one.noun) for side in (gold, found)]
    score.nouns += sum(map(Counter.total, bags))
    score.common["nouns"] += (bags[0] & bags[1]).total()


def common(left: list, right: list) -> int:
    """The length of the longest common subsequence."""
    above = [0] * (len(right) + 1)
    for one in left:
        row = [0]
        for place, other in enumerate(right):
            row.append(above[place] + 1 if one == other else max(above[place + 1], row[-1]))
        above = row
    return above[-1]


def unified(morphemes: Tagged, kaist: bool) -> list[Morpheme]:
    """One spelling and one tag set; without signs, digits and foreign letters."""
    found = []
    for form, tag in morphemes:
        # Kiwi marks regular and irregular stems: `VV-I`.
        tag = tag.split("-")[0]
        coarse = kaist_class(tag) if kaist else sejong_class(tag)
        if form and coarse:
            noun = tag.startswith(KAIST_NOUNS) if kaist else tag in ("NNG", "NNP")
            # mecab-ko counts units among bound nouns under a name of its own.
            sejong = "NNB" if tag == "NNBC" else tag
            found.append(Morpheme(unified_form(form, coarse), coarse, sejong, noun))
    return found


KAIST_CLASSES = dict(zip("npmijex", "NVMIJEX"))
KAIST_NOUNS = ("ncn", "ncp", "ncr", "nq")


def kaist_class(tag: str) -> str | None:
    # The copula, a particle to Kaist, is a verb to Sejong.
    return "V" if tag.startswith("jp") else KAIST_CLASSES.get(tag[:1])


# No nouns: what an analyzer could not read.
UNREAD = {"NA", "NF", "NV"}


def sejong_class(tag: str) -> str | None:
    """The first letter of the tag; nothing for what is not scored."""
    if tag == "XR":
        return "N"
    return tag[:1] if tag[:1] in tuple("NVMIJEX") and tag not in UNREAD else None


# Final consonants written as conjoining letters, to those that stand alone.
FINALS = {
    chr(0x11A8 + place): letter
    for place, letter in enumerate("ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
}
WHOLE_ENDINGS = {"은": "ㄴ", "을": "ㄹ", "음": "ㅁ"}
# An ending's beginning depends on the vowel or consonant before it: 먹으면, 가면; 먹을까, 갈까;
# 가아, 먹어, 하여; 먹습니다, 갑니다.
ENDING_BEGINNINGS = [
    (re.compile("^습니"), "ㅂ니"),
    (re.compile("^으(?=.)"), ""),
    (re.compile("^을"), "ㄹ"),
    (re.compile("^은"), "ㄴ"),
    (re.compile("^[아여]"), "어"),
    (re.compile("^[았였]"), "었"),
]


def unified_form(form: str, coarse: str) -> str:
    composed = unicodedata.normalize("NFC", form)
    form = "".join(FINALS.get(letter, letter) for letter in composed)
    if coarse == "E":
        return unified_ending(form)
    # 하 loses its vowel in some contractions.
    return "하" if coarse in "VX" and form == "ㅎ" else form


def unified_ending(form: str) -> str:
    form = WHOLE_ENDINGS.get(form, form)
    for beginning, replacement in ENDING_BEGINNINGS:
        form = beginning.sub(replacement, form)
    return form


if __name__ == "__main__":
    main()
