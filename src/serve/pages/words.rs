//! Numbers, days and terms as a page shows them.

/// `2026-11-24T07:00:00+09:00` → `2026-11-24 07:00`.
pub fn date(text: &str) -> String {
    text.replace('T', " ").chars().take(16).collect::<String>().trim().to_owned()
}

/// A probability as a whole number of hundredths; certainty is never claimed.
pub fn percent(probability: f64) -> u32 {
    ((probability * 100.0).round() as u32).clamp(1, 99)
}

/// 1234567 → `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Blanks and line ends inside a term, so that they are seen.
pub fn term(term: &str) -> String {
    super::marked::harmless(&term.replace(' ', "␣").replace('\n', "↵").replace('\t', "⇥"))
}

/// Kilobytes, or megabytes where there are many.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} KB", bytes.div_ceil(1000)),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_days_are_read_at_a_glance() {
        assert_eq!(date("2026-11-24T07:00:00+09:00"), "2026-11-24 07:00");
        assert_eq!(date("2026.11.24"), "2026.11.24");
        assert_eq!((percent(0.999), percent(0.0), percent(0.505)), (99, 1, 51));
        assert_eq!((grouped(999), grouped(100_000)), ("999".to_owned(), "100,000".to_owned()));
        assert_eq!((size(1), size(2_500_000)), ("1 KB".to_owned(), "2.5 MB".to_owned()));
        assert_eq!(term("다 \n"), "다␣↵");
    }
}
