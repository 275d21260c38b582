//! What the user reads: results on standard output, the rest on standard error.

use std::fmt;
use std::io::Write;

use anstream::ColorChoice;
use anstyle::{AnsiColor, Style};
use malmoi::analyze::AnalyzerKind;
use malmoi::{Error, Result};

use super::context::Color;

const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const BLUE: Style = AnsiColor::Blue.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default().bold();

/// Standard output and standard error, with colours where they are wanted.
pub struct Output {
    quiet: bool,
    verbose: bool,
}

/// Nobody reads standard output any more.
#[derive(Debug)]
struct Closed;

impl Output {
    /// `NO_COLOR` and pipes switch `auto` off.
    pub fn new(color: Color, quiet: bool, verbose: bool) -> Self {
        let choice = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        choice.write_global();
        Output { quiet, verbose }
    }

    /// Writes a result.
    ///
    /// # Errors
    /// When it cannot be written; see [`is_closed`].
    pub fn result(&self, text: &str) -> Result<()> {
        let mut stdout = anstream::stdout().lock();
        stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(|error| {
            let failed = Error::io(format!("cannot write to standard output: {error}"));
            match error.kind() {
                std::io::ErrorKind::BrokenPipe => failed.caused_by(Closed),
                _ => failed.caused_by(error),
            }
        })
    }

    /// Writes a result as a line of JSON, indented.
    ///
    /// # Errors
    /// As [`Output::result`].
    pub fn json(&self, value: &serde_json::Value) -> Result<()> {
        self.result(&format!("{value:#}\n"))
    }

    /// Tells what a command did, unless `--quiet`.
    ///
    /// # Errors
    /// As [`Output::result`].
    pub fn note(&self, text: &str) -> Result<()> {
        if self.quiet { Ok(()) } else { self.result(text) }
    }

    /// Shows an error and all that were found with it.
    pub fn error(&self, error: &Error) {
        let problems = 1 + error.also().len();
        let all = std::iter::once(error).chain(error.also());
        let mut shown: Vec<String> = all.map(|one| self.render(one, "error", RED)).collect();
        if problems > 1 {
            shown.push(format!("{RED}error{RED:#}: {problems} problems were found\n"));
        }
        complain(&shown.join("\n"));
    }

    /// Shows a warning, unless `--quiet`.
    pub fn warning(&self, warning: &Error) {
        if !self.quiet {
            complain(&self.render(warning, "warning", YELLOW));
        }
    }

    fn render(&self, error: &Error, name: &str, style: Style) -> String {
        let mut text = format!("{style}{name}{style:#}: {}\n", harmless(&error.to_string()));
        let snippet = error.snippet().unwrap_or_default();
        if let Some(place) = error.place() {
            let gutter = snippet.find('|').unwrap_or(3) - 1;
            text += &format!("{}{BLUE}-->{BLUE:#} {}\n", " ".repeat(gutter), harmless(place));
        }
        text.extend(snippet.lines().map(|line| coloured(line, style)));
        if self.verbose {
            text.extend(causes(error).map(|cause| format!("cause: {}\n", harmless(&cause))));
        }
        if let Some(hint) = error.hint() {
            text += &format!("{CYAN}hint{CYAN:#}: {}\n", harmless(hint));
        }
        text
    }
}

/// Marks a failed write to standard output whose reader left.
pub fn closed(error: Error) -> Error {
    let cause = std::error::Error::source(&error).and_then(|cause| cause.downcast_ref());
    match cause.map(std::io::Error::kind) {
        Some(std::io::ErrorKind::BrokenPipe) => Error::io(error.to_string()).caused_by(Closed),
        _ => error,
    }
}

/// Whether writing ended because the reader of standard output left.
pub fn is_closed(error: &Error) -> bool {
    std::error::Error::source(error).is_some_and(|cause| cause.is::<Closed>())
}

/// Standard error may be closed as well; then nobody is left to be told.
fn complain(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// A line of a snippet: `31 | max_df = 1.5`, or the mark below it.
fn coloured(line: &str, style: Style) -> String {
    let (gutter, shown) = line.split_once('|').unwrap_or(("", line));
    let is_mark = gutter.trim().is_empty();
    let style = if is_mark { style } else { Style::new() };
    format!("{BLUE}{gutter}|{BLUE:#}{style}{shown}{style:#}\n")
}

fn causes(error: &Error) -> impl Iterator<Item = String> {
    let first = std::error::Error::source(error);
    std::iter::successors(first, |cause| cause.source()).map(ToString::to_string)
}

/// File names and texts must not be able to steer the terminal.
pub fn harmless(text: &str) -> String {
    let steers = |character: char| character.is_control() && !"\n\t".contains(character);
    text.replace(steers, "\u{fffd}")
}

/// A term as it is shown: where terms are made of characters, blanks are among
/// them and must be seen.
pub fn spelled(term: &str, analyzer: AnalyzerKind) -> String {
    match analyzer {
        AnalyzerKind::Word => harmless(term),
        AnalyzerKind::Korean | AnalyzerKind::Auto => harmless(&seen_among_others(term)),
        AnalyzerKind::Char | AnalyzerKind::CharWb => {
            harmless(&term.replace(' ', "␣").replace('\n', "↵").replace('\t', "⇥"))
        }
    }
}

/// Characters of Korean text are joined by blanks, as morphemes are, and one of them
/// may be a blank itself: `다   좋` is `다 ␣ 좋`.
fn seen_among_others(term: &str) -> String {
    let inside = term.replace("   ", " ␣ ");
    let (rest, first) = match inside.strip_prefix(' ') {
        Some("") => return "␣".to_owned(),
        Some(rest) => (rest, "␣"),
        None => (inside.as_str(), ""),
    };
    match rest.strip_suffix(' ') {
        Some(rest) => format!("{first}{rest}␣"),
        None => format!("{first}{rest}"),
    }
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the reader is gone")
    }
}

impl std::error::Error for Closed {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_cannot_steer_the_terminal() {
        let output = Output { quiet: false, verbose: true };
        let error = Error::data("bad \u{1b}[2Jname").at("\u{7}here").hinted("a\nb");
        let shown = output.render(&error, "error", Style::new());
        let plain = anstream::adapter::strip_str(&shown).to_string();
        assert_eq!(plain, "error: bad \u{fffd}[2Jname\n  --> \u{fffd}here\nhint: a\nb\n");
    }

    #[test]
    fn blanks_are_seen_among_characters() {
        assert_eq!(spelled("great fun", AnalyzerKind::Word), "great fun");
        assert_eq!(spelled(" 좋\n", AnalyzerKind::Char), "␣좋↵");
        let check = |term, expected| assert_eq!(spelled(term, AnalyzerKind::Korean), expected);
        check("좋/VA 다/EF", "좋/VA 다/EF");
        check("다   좋", "다 ␣ 좋");
        check("  좋   다  ", "␣ 좋 ␣ 다 ␣");
        check(" ", "␣");
    }

    #[test]
    fn only_a_closed_output_counts_as_closed() {
        assert!(is_closed(&Error::io("x").caused_by(Closed)));
        let pipe = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        let error = Error::io("x").caused_by(pipe);
        assert!(!is_closed(&error));
        assert!(is_closed(&closed(error)));
        assert!(!is_closed(&closed(Error::io("x"))));
    }
}
