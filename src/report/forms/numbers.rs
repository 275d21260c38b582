//! Numbers → as they are read.
//!
//! In: counts, shares, statistics. Out: short text. Promises: what is no number is a dash;
//! a figure of one kind has the same number of decimals everywhere.

use crate::report::facts::Share;

/// What stands where there is no number.
pub const NONE: &str = "–";

/// `1234567` → `1,234,567`
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `0.6234` → `62.3%`
pub fn percent(share: f64) -> String {
    finite(share, |share| format!("{}%", fixed(share * 100.0, 1)))
}

/// `60.1–64.5%`
pub fn band(share: &Share) -> String {
    let end = |end: f64| finite(end, |end| fixed(end * 100.0, 1));
    format!("{}–{}%", end(share.low), end(share.high))
}

/// The step from one share to another: `+2.1`
pub fn points(before: f64, after: f64) -> String {
    signed((after - before) * 100.0, 1)
}

/// `1.234` → `+1.23`; minus is a minus and no hyphen.
pub fn signed(number: f64, decimals: usize) -> String {
    finite(number, |number| {
        let text = fixed(number.abs(), decimals);
        let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        let sign = match number {
            _ if is_zero => "±",
            number if number < 0.0 => "−",
            _ => "+",
        };
        format!("{sign}{text}")
    })
}

/// With so many decimals.
pub fn decimal(number: f64, decimals: usize) -> String {
    finite(number, |number| fixed(number, decimals))
}

/// A probability of chance: `0.032`, `< 0.001`
pub fn chance(p: f64) -> String {
    finite(p, |p| if p < 0.001 { "< 0.001".to_owned() } else { fixed(p, 3) })
}

fn fixed(number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if digits.bytes().all(|byte| matches!(byte, b'0' | b'.')) => digits.to_owned(),
        Some(digits) => format!("−{digits}"),
        None => text,
    }
}

fn finite(number: f64, written: impl Fn(f64) -> String) -> String {
    if number.is_finite() { written(number) } else { NONE.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_even() {
        let counts = [0, 999, 1_000, 712_404, u64::MAX].map(count);
        assert_eq!(counts[..4], ["0", "999", "1,000", "712,404"]);
        assert_eq!(counts[4], "18,446,744,073,709,551,615");
        assert_eq!([0.0, 0.62345, 1.0, f64::NAN].map(percent), ["0.0%", "62.3%", "100.0%", "–"]);
        assert_eq!(band(&Share { value: 0.5, low: 0.4, high: 0.60001 }), "40.0–60.0%");
        assert_eq!(
            [points(0.5, 0.521), points(0.521, 0.5), points(0.5, 0.5)],
            ["+2.1", "−2.1", "±0.0"]
        );
        assert_eq!([chance(0.0), chance(0.0321), chance(f64::INFINITY)], ["< 0.001", "0.032", "–"]);
        assert_eq!([decimal(-0.001, 1), decimal(-1.26, 1)], ["0.0", "−1.3"]);
    }
}
