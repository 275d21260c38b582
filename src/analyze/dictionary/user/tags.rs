//! The tags that a word can have.

/// The Sejong tags as mecab-ko-dic uses them.
const TAGS: [&str; 43] = [
    "NNG", "NNP", "NNB", "NNBC", "NR", "NP", "VV", "VA", "VX", "VCP", "VCN", "MM", "MAG", "MAJ",
    "IC", "JKS", "JKC", "JKG", "JKO", "JKB", "JKV", "JKQ", "JX", "JC", "EP", "EF", "EC", "ETN",
    "ETM", "XPN", "XSN", "XSV", "XSA", "XR", "SF", "SE", "SSO", "SSC", "SC", "SY", "SL", "SH",
    "SN",
];

pub(super) fn is_tag(text: &str) -> bool {
    TAGS.contains(&text)
}

/// The tag that was probably meant, if `text` looks like one: `nnp`, `NNP2`, `NNGP`.
pub(super) fn meant(text: &str) -> Option<&'static str> {
    let same = TAGS.iter().copied().find(|tag| tag.eq_ignore_ascii_case(text));
    // Lower-case words and short ones are too often near a tag by chance.
    let is_like = |letter: u8| letter.is_ascii_uppercase() || letter.is_ascii_digit();
    let is_near = || text.len() >= 3 && text.bytes().all(is_like);
    same.or_else(|| is_near().then(|| within(text, 1)).flatten())
}

/// What to write instead of `text`, which should be a tag.
pub(super) fn advice(text: &str) -> String {
    match meant(text).or_else(|| within(&text.to_uppercase(), 2)) {
        Some(tag) => format!("the nearest tag is `{tag}`"),
        None => "`NNP` is for names and titles, `NNG` for other nouns; the Sejong tags are known"
            .to_owned(),
    }
}

fn within(text: &str, distance: usize) -> Option<&'static str> {
    // Measuring takes the square of the length.
    let tags = TAGS.iter().filter(|_| text.len() <= 8);
    let measured = tags.map(|tag| (strsim::damerau_levenshtein(tag, text), *tag));
    let (nearest, tag) = measured.min_by_key(|(distance, _)| *distance)?;
    (nearest <= distance && nearest < text.chars().count()).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_seen_and_words_are_not() {
        for (slip, tag) in [("nnp", "NNP"), ("NNP2", "NNP"), ("NNGP", "NNG"), ("Va", "VA")] {
            assert_eq!(meant(slip), Some(tag), "{slip}");
        }
        for word in ["", "NG", "mad", "2", "Land", "명사", "TIMES"] {
            assert_eq!(meant(word), None, "{word}");
        }
        assert!(advice("NG").contains("`NNG`"));
        assert!(advice("명사").contains("Sejong"));
    }
}
