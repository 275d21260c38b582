//! The language of the text: what the page says, unless its letters deny it.

use super::clues::Clues;
use crate::news::page::Element;

/// So many letters are enough to tell.
const ENOUGH: u32 = 20_000;
/// No more of a page is looked at, whatever its letters.
const MOST_BYTES: usize = 500_000;

/// Letters by their script, and words by their language.
#[derive(Default)]
struct Letters {
    bytes: usize,
    hangul: u32,
    kana: u32,
    han: u32,
    latin: u32,
    words: u32,
    english_words: u32,
}

/// The language as `ko` or `en`.
pub(super) fn language(clues: &Clues) -> Option<String> {
    let letters = Letters::of(clues);
    let declared = declared(clues);
    match letters.likely() {
        Some(likely) if !letters.allow(declared.as_deref(), likely) => Some(likely.to_owned()),
        likely => declared.or_else(|| likely.map(str::to_owned)),
    }
}

fn declared(clues: &Clues) -> Option<String> {
    let meta = ["og:locale", "content-language", "language", "inlanguage", "dc.language"];
    let metas = meta.iter().filter_map(|name| clues.metas(name).next().map(str::to_owned));
    let all = clues.lang.clone().into_iter().chain(clues.data.text("inLanguage")).chain(metas);
    all.filter_map(|tag| primary(&tag)).next()
}

/// `ko` of `ko-KR` and `ko_KR`.
fn primary(tag: &str) -> Option<String> {
    let primary = tag.split(['-', '_', ',', ' ']).next()?.to_ascii_lowercase();
    let is_code =
        (2..=3).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_lowercase());
    is_code.then(|| if primary == "kr" { "ko".to_owned() } else { primary })
}

impl Letters {
    /// Of the title and the visible text.
    fn of(clues: &Clues) -> Self {
        let mut letters = Letters::default();
        let title = clues.first_meta(&["og:title"]).or(clues.title.as_deref());
        title.into_iter().for_each(|title| letters.add(title));
        for node in clues.page.nodes().filter(|node| node.element() == Element::Text) {
            if node.counts().characters > 20 {
                letters.add(node.source());
            }
            if letters.hangul + letters.latin > ENOUGH || letters.bytes > MOST_BYTES {
                break;
            }
        }
        letters
    }

    fn add(&mut self, text: &str) {
        self.bytes += text.len();
        for letter in text.chars().take(MOST_BYTES) {
            match letter {
                'a'..='z' | 'A'..='Z' => self.latin += 1,
                '가'..='힣' => self.hangul += 1,
                'ぁ'..='ヿ' => self.kana += 1,
                '一'..='鿿' => self.han += 1,
                _ => {}
            }
        }
        const WORDS: [&str; 12] =
            ["the", "and", "of", "to", "in", "that", "was", "for", "with", "is", "on", "it"];
        for word in text.split_ascii_whitespace().take(MOST_BYTES / 5) {
            self.words += 1;
            self.english_words +=
                u32::from(WORDS.iter().any(|known| known.eq_ignore_ascii_case(word)));
        }
    }

    fn likely(&self) -> Option<&'static str> {
        let all = self.hangul + self.kana + self.han + self.latin;
        match () {
            () if all < 20 => None,
            // A syllable says as much as three Latin letters.
            () if self.hangul * 3 > self.latin && self.hangul > self.kana => Some("ko"),
            () if self.kana * 3 > self.latin => Some("ja"),
            () if self.han * 3 > self.latin => Some("zh"),
            () if self.english_words * 8 > self.words && self.words > 20 => Some("en"),
            () => None,
        }
    }

    /// Whether the letters bear out what is declared.
    fn allow(&self, declared: Option<&str>, likely: &str) -> bool {
        match declared {
            Some("ko") => likely == "ko" || self.hangul > 100,
            Some("ja") => self.kana > 20,
            Some("zh") => likely == "zh",
            Some(declared) => declared == likely || !["ko", "ja", "zh", "en"].contains(&likely),
            None => true,
        }
    }
}
