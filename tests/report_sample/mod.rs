//! Facts that were never measured: what a report has to be able to show.
//!
//! Korean and English, hostile text, empty periods, shares that are absent; small enough
//! to look at, or as large as twelve years by week. Unit tests include it too.

use chrono::{Days, NaiveDate};

use super::facts::*;

const HOSTILE: &str = "</style></title><script>alert('x')</script><img src=x onerror=alert(1)>";

/// Nine weeks, one of them empty.
pub fn small() -> Facts {
    let mut chance = Chance(7);
    let mut facts = facts(9, 6, &["배송", "screen"], &mut chance);
    facts.periods[3].counts = Counts { sides: vec![0; 3], ..Counts::default() };
    for keyword in &mut facts.keywords {
        keyword.periods[3] = facts.periods[3].counts.clone();
    }
    facts.periods[8].is_partial = true;
    facts.sources.shown[1].name = HOSTILE.to_owned();
    facts.sources.shown[2].name = "=HYPERLINK(\"http://evil.test\",\"a | b\")".to_owned();
    facts.sources.shown[3].name = "\u{202e}gnp.exe\u{7}".to_owned();
    let nothing = Counts { documents: 3, trained_on: 3, sides: vec![0; 3], shares: Vec::new() };
    facts.sources.shown[5].counts = nothing;
    facts.quotes[1].text = format!("{HOSTILE} 최악의 영화");
    facts.quotes[1].words = vec![word(&facts.quotes[1].text, "최악의", -1.0)];
    facts.quotes[1].url = "javascript:alert(1)".to_owned();
    facts.quotes[1].title = HOSTILE.to_owned();
    facts.notes.push(format!("a note that is hostile: {HOSTILE} | a | b"));
    facts
}

/// Seven hundred weeks, fifty sources, ten keywords, twenty quotes.
pub fn large() -> Facts {
    let words =
        ["배송", "가격", "화면", "배터리", "서비스", "price", "sound", "story", "연기", "음악"];
    let mut facts = facts(700, 50, &words, &mut Chance(11));
    for empty in (40..46).chain([333]) {
        facts.periods[empty].counts = Counts { sides: vec![0; 3], ..Counts::default() };
    }
    facts
}

fn facts(weeks: usize, sources: usize, words: &[&str], chance: &mut Chance) -> Facts {
    let since = NaiveDate::from_ymd_opt(2013, 1, 7).expect("a Monday");
    let day = |number: usize| since.checked_add_days(Days::new(number as u64)).expect("it exists");
    let period = |week: usize, chance: &mut Chance| Period {
        start: day(week * 7),
        end: day(week * 7 + 6),
        is_partial: false,
        counts: counts(700 + (week as u64 * 3) % 400, week as f64 / weeks as f64, chance),
    };
    let periods: Vec<Period> = (0..weeks).map(|week| period(week, chance)).collect();
    let group = |name: String, size: u64, chance: &mut Chance| Group {
        name,
        counts: counts(size, 0.5, chance),
    };
    let groups = |number: usize, found: u64, chance: &mut Chance| Groups {
        found,
        shown: (0..number).map(|n| group(source(n), 9_000 / (n as u64 + 1), chance)).collect(),
    };
    let keyword = |word: &&str, chance: &mut Chance| Keyword {
        group: group((*word).to_owned(), 2_345, chance),
        periods: (0..weeks).map(|week| counts(30, week as f64 / weeks as f64, chance)).collect(),
        sources: groups(sources.min(3), 17, chance),
        quotes: vec![quote(0), quote(3)],
    };
    Facts {
        pipeline: "reviews".to_owned(),
        made: "2026-11-24T07:00:00+09:00".to_owned(),
        zone: "Asia/Seoul".to_owned(),
        since,
        until: day(weeks * 7 - 3),
        by: "week".to_owned(),
        sides: ["negative", "positive", "unsure"].map(str::to_owned).to_vec(),
        positive: 1,
        negative: 0,
        unsure_below: 0.65,
        documents: Documents { read: 712_431, undated: 12, outside: 1_204, skipped: 3, copies: 77 },
        total: group("all".to_owned(), 711_135, chance),
        labels: Groups { found: 2, shown: groups(2, 2, chance).shown },
        sources: groups(sources, 14_730, chance),
        keywords: words.iter().map(|word| keyword(word, chance)).collect(),
        movers: movers(weeks, day),
        terms: vec![
            RisingTerms {
                side: 1, terms: ["재밌", "명작", "great"].map(|t| term(t, 3)).to_vec()
            },
            RisingTerms {
                side: 0, terms: ["지루", "<b>낚시</b>"].map(|t| term(t, 5)).to_vec()
            },
        ],
        quotes: (0..if weeks > 100 { 20 } else { 4 }).map(quote).collect(),
        model: ModelCard { models: vec![model()] },
        notes: vec!["Reviews of one site only: 왓챠 is missing.".to_owned()],
        periods,
    }
}

fn counts(documents: u64, trend: f64, chance: &mut Chance) -> Counts {
    let trained_on = documents / 11;
    let counted = documents - trained_on;
    let positive = (counted as f64 * (0.45 + 0.1 * trend + 0.06 * chance.next())) as u64;
    let unsure = (counted as f64 * (0.08 + 0.04 * chance.next())) as u64;
    let sides = vec![counted - positive - unsure, positive, unsure];
    let share = |side: &u64| {
        let value = *side as f64 / counted as f64;
        let half = 1.96 * (value * (1.0 - value) / counted as f64).sqrt();
        Share { value, low: (value - half).max(0.0), high: (value + half).min(1.0) }
    };
    let shares = if counted == 0 { Vec::new() } else { sides.iter().map(share).collect() };
    Counts { documents, trained_on, sides, shares }
}

fn source(number: usize) -> String {
    match number % 5 {
        0 => format!("영화 {}번째 이야기", number + 1),
        1 => format!("The Movie No. {}", number + 1),
        2 => format!("기생충 {number}"),
        3 => format!("Oldboy (올드보이) {number}"),
        _ => format!("아주아주긴제목의영화그대들은어떻게살것인가극장판완전판 {number}"),
    }
}

fn movers(weeks: usize, day: impl Fn(usize) -> NaiveDate) -> Movers {
    let week = |number: usize| Some((day(number * 7), day(number * 7 + 6)));
    let mover = |kind: &str, name: &str, z: f64, q: f64| Mover {
        kind: kind.to_owned(),
        name: name.to_owned(),
        side: 1,
        documents_before: 1_044,
        documents_after: 987,
        before: 0.512,
        after: 0.512 + z * 0.021,
        z,
        p: q / 3.0,
        q,
        is_significant: q < 0.05,
    };
    Movers {
        before: week(weeks - 3),
        after: week(weeks - 2),
        false_discovery_rate: 0.05,
        tested: 143,
        fewest: 30,
        shown: vec![
            mover("all", "all", 3.18, 0.0041),
            mover("source", "기생충 2", -4.5, 0.00002),
            mover("source", HOSTILE, 2.9, 0.021),
            mover("keyword", "배송", -1.25, 0.27),
        ],
    }
}

fn term(term: &str, before: u64) -> RisingTerm {
    let after = before * 17;
    RisingTerm { term: term.to_owned(), before, after, log_odds: 1.875, z: 6.4 }
}

fn quote(number: usize) -> Quote {
    let texts = [
        "정말 재밌게 봤습니다. 배우들의 연기가 훌륭하고 음악도 좋아요. 다시 보고 싶은 명작!",
        "지루하고 뻔한 이야기. 돈이 아깝다 ㅠㅠ 배송도 느렸어요.",
        "A great film: the acting is superb, though the last third is a little slow.",
        "What a boring mess. I wanted my two hours back, 진짜 별로였다.",
    ];
    let text = texts[number % 4].to_owned();
    let words = match number % 4 {
        0 => vec![("재밌게", 1.0), ("훌륭하고", 0.71), ("좋아요", 0.43), ("다시", -0.12)],
        1 => vec![("지루하고", -1.0), ("뻔한", -0.62), ("아깝다", -0.8), ("ㅠㅠ", -0.31)],
        2 => vec![("great", 1.0), ("superb", 0.77), ("slow", -0.35)],
        _ => vec![("boring", -1.0), ("mess", -0.7), ("별로였다", -0.55)],
    };
    Quote {
        id: format!("review-{number}"),
        title: if number % 4 == 2 { "A quiet masterpiece".to_owned() } else { String::new() },
        day: NaiveDate::from_ymd_opt(2026, 11, 1 + number as u32 % 28),
        source: source(number),
        url: format!("https://reviews.test/read?id={number}&lang=ko"),
        side: if number.is_multiple_of(2) { 1 } else { 0 },
        probability: 0.983 - number as f64 * 0.004,
        words: words.into_iter().map(|(one, weight)| word(&text, one, weight)).collect(),
        text,
    }
}

fn word(text: &str, word: &str, weight: f64) -> DecidingWord {
    let start = text.find(word).expect("the word stands in its text");
    DecidingWord { start, end: start + word.len(), weight }
}

fn model() -> ModelFacts {
    ModelFacts {
        pipeline: "nsmc-chars".to_owned(),
        language: "ko".to_owned(),
        trained_documents: 150_000,
        test_documents: 50_000,
        accuracy: Some(0.8773),
        roc_auc: Some(0.9489),
        labelled: 711_134,
        unknown_terms: Some(0.0213),
        unknown_terms_of_test: Some(0.0187),
        drift: Some(0.0442),
        agreement: None,
    }
}

/// The same numbers every time, from 0 to 1.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64 / (1_u64 << 24) as f64
    }
}
