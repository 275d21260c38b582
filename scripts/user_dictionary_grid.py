"""The wide grids of check_user_dictionary.py: titles beside all that may stand beside a noun.

`win_rows` puts each title before every particle, ending, suffix and sign, and after nouns,
adnominals and signs. `whole_rows` registers pieces of long nouns of the system dictionary,
which have to stay whole. The sentences are made by rule, so a few are no good Korean; the
golden tables beside them hold sentences that people would write.
"""

import pathlib
import random
import zipfile
from collections.abc import Iterator

from korean_runs import need

# Films, and invented words that end in syllables with which words begin.
TITLES = (
    "노량 명량 암살 밀정 곡성 은교 버닝 해무 동주 박열 역린 군도 재심 시동 낙원 타짜 "
    "부산행 기생충 변호인 실미도 베테랑 아수라 내부자 도가니 엑시트 헌트릭 파묘기 "
    "범죄도시 극한직업 올드보이 인터스텔라 어벤져스 엘리멘탈 라라랜드 설국열차 위플래쉬 "
    "인사이드아웃 보헤미안랩소디 봉오동전투 헤어질결심 국가부도 암수살인 "
    "뷁뷁 말모이 푸르도 말미시 두라전 나루정 몰랑대 코코인 바바의 라미고 토토기 무무자 "
    "카카수 제제상 루루소 모모장 키키만 비비보 체체부 다다제 네네주 피피한 호호하 "
    "고래별빛 푸른달 세모길 귤밭집 은하숲 새벽꽃 K무비 좀비딸"
).split()

# `A/B`: A after a consonant, B after a vowel.
BEHIND = {
    "nothing": ["", " ", " 최고"],
    "particle": (
        "은/는 이/가 을/를 의 에 에서 에게 한테 께 께서 와/과 으로/로 으로서/로서 으로써/로써 도 만 "
        "까지 부터 마저 조차 밖에 처럼 같이 보다 만큼 대로 이나/나 이랑/랑 하고 이며/며 이든/든 "
        "이든지/든지 이나마/나마 이라도/라도 이라면/라면 이란/란 마다 커녕 은커녕/는커녕 뿐 치고 "
        "이야/야 이여/여 아/야 요 이요/요 이라/라 이야말로/야말로 더러 보고 한테서 에게서 이랑은/랑은"
    ).replace("와/과", "과/와").split(),
    "particles": (
        "에서는 에서도 에서만 에서의 에서부터 에서까지 에는 에도 에만 에의 에게는 에게도 한테는 한테도 "
        "한테만 께서는 께서도 과는/와는 과도/와도 과의/와의 으로는/로는 으로도/로도 으로만/로만 으로의/로의 "
        "으로부터/로부터 까지는 까지도 까지만 까지의 부터는 부터가 부터도 만은 만이 만을 만의 만도 "
        "처럼은 처럼만 처럼도 보다는 보다도 보다야 만큼은 만큼도 만큼의 하고는 하고도 하고만 이라도/라도 "
        "이라고/라고 이라는/라는 이란/란 이라며/라며 이라서/라서 이라든가/라든가 이라기보다/라기보다 "
        "대로의 대로만 뿐만 뿐이 뿐만이 마저도 조차도 밖에는 밖에도 이나마도/나마도 치고는 치고도"
    ).split(),
    "copula": (
        "이다/다 이었다/였다 이에요/예요 입니다 입니다만 이네요/네요 이네/네 인데 인데요 인지 일까 일까요 이고/고 "
        "이고요/고요 이지/지 이지만/지만 이죠/죠 이지요/지요 이니까/니까 이니/니 이면/면 이어서/여서 "
        "이었는데/였는데 이었고/였고 이었지만/였지만 이었습니다/였습니다 이었어요/였어요 이었던/였던 "
        "이라니/라니 이라면서/라면서 이라던데/라던데 이래/래 이래요/래요 이구나/구나 이군요/군요 이더라/더라 "
        "이던데/던데 인가 인가요 인 일 임 이기/기 이므로/므로 이든가/든가 이랄까/랄까 이라지만/라지만 "
        "이거나/거나 이자/자 이냐/냐 이냐고/냐고 이었나/였나 이겠지/겠지 이셨다/셨다"
    ).split(),
    "suffix": (
        "들 들이 들은 들을 들의 급 급이다 급의 급으로 식 식의 식으로 편 편이 편을 표 표가 표를 내 내에 내에서 "
        "적 적인 적으로 적이다 님 님이 님은 님께서 측 측은 측이 판 판이 판은 용 용으로 풍 풍의 풍으로 계 계의 "
        "형 형을 류 류의 같은 같다 같이 스럽다 스러운 스럽게 답다 다운 답게 씨 씨가 씨의 씨는 네 네가 쯤 쯤은 "
        "별 별로 상 상의 중 중에 중에서 중의 전 전에 후 후에 뒤에 때 때는 때문에 덕분에 외 외에 간 간의 "
        "등 등의 등이 등을 따위 따위가 팬 팬들 물 탓 짜리 끼리 만하다 만한"
    ).split(),
    # Of these only some stand behind a title, and few people would put them there.
    "rare suffix": (
        "하다 하고 하는 한 했다 할 해서 되다 된 됐다 화 화한 성 성이 권 권의 당 발 파 군 양 가 론 론은 "
        "제 력 감 체 호 채 치 째 째로 꾼 쟁이 여"
    ).split(),
    "sign": (
        ". , ! ? … ~ ) \" ' : ; / - · ♥ ㅋㅋ ㅠㅠ 는,  2 2는 2를 3편 4의 2024 A X팬"
    ).split(),
    "noun": "영화 감독 배우 봤다 보고 봄 관람 리뷰 개봉 재미".split(),
}

BEFORE = {
    "nothing": [""],
    "a blank": ["어제 ", "영화 ", "재밌는 ", "친구와 본 ", "그 "],
    "a noun": ["영화", "어제", "역시", "드디어", "주말"],
    "an adnominal": ["재밌는", "최고의", "이번", "다시본"],
    "a particle": ["친구랑", "나는", "극장에서", "오늘도"],
    "a sign": ['"', "(", "<", "1.", "-", "…"],
}

# These stand behind what stands before a title; all of BEHIND would be too many.
AFTER_BEFORE = ["", "은/는", "을/를", "에서", "도", "이다/다", "급", "들이", " 최고", "!"]


def win_rows() -> Iterator[tuple[str, str, str]]:
    """Sentence, title, and the group it belongs to."""
    for title in TITLES:
        for group, forms in BEHIND.items():
            for form in forms:
                for before in ("", "어제 ", "영화"):
                    follower = fitting(title, form)
                    yield f"{before}{title}{follower} 좋다", title, f"before {group}: {form}"
        for group, forms in BEFORE.items():
            for before in forms:
                for form in AFTER_BEFORE:
                    follower = fitting(title, form)
                    yield f"{before}{title}{follower}", title, f"behind {group}: {before}"


def fitting(title: str, form: str) -> str:
    """The form of a particle that the title's last letter asks for."""
    if form in "/" or "/" not in form:
        return form
    after_consonant, after_vowel = form.split("/")
    final = (ord(title[-1]) - ord("가")) % 28
    # 로 stands after ㄹ too.
    is_vowel = final == 0 or (final == 8 and after_vowel.startswith("로"))
    return after_vowel if is_vowel else after_consonant


CARRIERS = ("{} 좋다", "어제 {}에서 봤다", "우리는 {}도 안다", "{}, 그리고 또")

# Pieces of one long word are registered together with those of so many others.
WORDS_A_BATCH = 200


def whole_batches(path: pathlib.Path, count: int) -> Iterator[tuple[list[str], list[tuple[str, str]]]]:
    """Registered pieces, and (sentence, long word) that hold them.

    PATH is `sys.dic`, or the package that holds it.
    """
    words = long_nouns(path)
    chosen = random.Random(0).sample(words, min(count, len(words)))
    known = set(words)
    for first in range(0, len(chosen), WORDS_A_BATCH):
        batch = chosen[first : first + WORDS_A_BATCH]
        pieces = {piece for word in batch for piece in pieces_of(word)} - known
        rows = [(carrier.format(word), word) for word in batch for carrier in CARRIERS]
        yield sorted(pieces), rows


def pieces_of(word: str) -> set[str]:
    """Everything of two syllables or more that stands in it."""
    ends = range(len(word) + 1)
    pieces = {word[start:end] for start in ends for end in ends if end - start > 1}
    return pieces - {word}


def long_nouns(path: pathlib.Path) -> list[str]:
    """Nouns of three syllables or more, as the features of a compiled dictionary spell them."""
    nouns = set()
    for feature in dictionary_bytes(path).split(b"\0"):
        columns = feature.decode("utf-8", "replace").split(",")
        if columns[0] in ("NNG", "NNP") and len(columns) == 8:
            nouns.add(columns[3])
    is_hangul = lambda word: all("가" <= one <= "힣" for one in word)
    return sorted(word for word in nouns if len(word) > 2 and is_hangul(word))


def dictionary_bytes(path: pathlib.Path) -> bytes:
    need(path.is_file(), f"there is no file `{path}`")
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as package:
        names = [name for name in package.namelist() if name.endswith("sys.dic")]
        need(bool(names), f"`{path}` holds no `sys.dic`")
        return package.read(names[0])


# Common nouns and what stands before a noun: side by side they spell registered words too.
NOUNS = (
    "한국 사진 사회 사절 외국 제품 제도 부산 행정 서울 시장 자유 시간 정부 정보 정책 경제 경기 기자 기계 전기 "
    "전투 투자 자식 식품 품질 질서 서류 인류 인간 인사 사람 사업 업무 무기 기업 도시 도로 가족 가구 구성 성격 "
    "대학 학교 교사 교육 영화 화면 면적 적용 용어 문제 제한 국제 국가 가격 주식 주의 상식 장식 소식 "
    "시대 대상 상품 내부 부분 분야 야구 건강 강조 조직 방송 신문 문화 여성 남성 음악 미술 과학 기술 지식"
).split()
BEFORE_NOUNS = "이 그 새 한 내 전 온 첫".split()


def pair_rows() -> Iterator[tuple[str, str, str]]:
    """Registered word, sentence, and the two words of which it would cut the second."""
    for first in NOUNS + BEFORE_NOUNS:
        for second in NOUNS:
            if first != second:
                for form in ("을/를", "은/는", "의", "이다/다", ""):
                    yield first + second[0], f"{first}{second}{fitting(second, form)}", f"{first} {second}"
