//! Letters without their case, one by one, so that offsets stay.

/// Unicode's simple case folding: `X` and `x`, `Σ`, `σ` and `ς` become one letter.
///
/// Letters whose other case is longer (`İ`, `ŉ`) stay as they are.
pub(super) fn fold(letter: char) -> char {
    match letter {
        '\0'..='\x7f' => letter.to_ascii_lowercase(),
        // Nearly all that is looked at is Hangul or Chinese, which have no case.
        '\u{2e80}'..='\u{a63f}' | '\u{ac00}'..='\u{d7ff}' => letter,
        // The only letter whose capital belongs to another one, `i`.
        'ı' => letter,
        _ => {
            let capital = only(letter, letter.to_uppercase());
            only(capital, capital.to_lowercase())
        }
    }
}

fn only(letter: char, mut cased: impl Iterator<Item = char>) -> char {
    match (cased.next(), cased.next()) {
        (Some(one), None) => one,
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::fold;

    #[test]
    fn cases_become_one() {
        let word: String = "X맨 K-POP ΣΑΣσς éÉ ＡＢ ıİ ẞß".chars().map(fold).collect();
        assert_eq!(word, "x맨 k-pop σασσσ éé ａｂ ıİ ßß");
    }

    /// The `regex` crate carries the folding table of Unicode itself.
    #[test]
    fn folding_is_that_of_unicode() {
        // The standard library may be a version of Unicode ahead of it.
        let known = Regex::new(r"\A\P{Cn}{2}\z").unwrap();
        for letter in ('\0'..='\u{1ffff}').filter(|&letter| fold(letter) != letter) {
            if !known.is_match(&format!("{letter}{}", fold(letter))) {
                continue;
            }
            let pattern = Regex::new(&format!("(?i)^{}$", regex::escape(&letter.to_string())));
            let folded = fold(letter).to_string();
            assert!(pattern.unwrap().is_match(&folded), "{letter} and {folded}");
            assert_eq!(fold(fold(letter)), fold(letter), "{letter}");
        }
    }
}
