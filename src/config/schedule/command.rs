//! Command lines of a job: words, and what stands for something else in them.
//!
//! Quotes are those of a shell; nothing else of a shell is there. Each command is started
//! without one, so that no text of a setting is ever run.

use crate::error::{Error, Result};

/// The words of a command line; `'…'`, `"…"` and `\` hold them together.
///
/// # Errors
/// A quote has no end, there is no word, or one of them is a shell's.
pub fn command_words(line: &str) -> Result<Vec<String>> {
    let words = split(line)?;
    let shell = ["|", "||", "&", "&&", ";", ">", ">>", "<"];
    if let Some(word) = words.iter().find(|word| shell.contains(&word.as_str())) {
        return Err(Error::usage(format!("has a `{word}`, which only a shell understands"))
            .hinted("give each command an entry of its own: run = [\"news update\", \"report\"]"));
    }
    match words.first().map(String::as_str) {
        None => Err(Error::usage("holds no command").hinted("such as \"news update\"")),
        Some("malmoi") => {
            Err(Error::usage("begins with `malmoi`").hinted("leave `malmoi` out: \"news update\""))
        }
        Some("schedule" | "serve") => {
            Err(Error::usage("would start a schedule within the schedule")
                .hinted("a job's commands end by themselves, such as \"news update\""))
        }
        Some(_) => Ok(words),
    }
}

fn split(line: &str) -> Result<Vec<String>> {
    let (mut words, mut word) = (Vec::new(), None::<String>);
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' | '\t' | '\n' | '\r' => words.extend(word.take()),
            '\'' | '"' => quoted(letter, &mut letters, word.get_or_insert_default())?,
            '\\' => word.get_or_insert_default().push(escaped(&mut letters)?),
            '\0' => return Err(Error::usage("holds a character that no command can hold")),
            letter => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    Ok(words)
}

/// Up to the quote that ends it; within `"…"`, `\` makes the next letter plain.
fn quoted(quote: char, letters: &mut std::str::Chars<'_>, word: &mut String) -> Result<()> {
    loop {
        match letters.next() {
            Some(letter) if letter == quote => return Ok(()),
            Some('\\') if quote == '"' => word.push(escaped(letters)?),
            Some(letter) => word.push(letter),
            None => {
                return Err(Error::usage(format!("has a {quote} without its end"))
                    .hinted("put \\ before a quote that is meant as a letter"));
            }
        }
    }
}

fn escaped(letters: &mut std::str::Chars<'_>) -> Result<char> {
    letters.next().ok_or_else(|| {
        Error::usage("ends with \\").hinted("\\ makes the letter behind it plain; write it twice")
    })
}

/// What may stand in braces in a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    /// `{output}`: the folder whose files are delivered.
    Output,
    /// `{date}`: the day that the run is for, in the zone of the job.
    Date,
}

/// `word` with its placeholders filled by `value`.
///
/// # Errors
/// Braces around something else.
pub fn fill(word: &str, value: impl Fn(Placeholder) -> String) -> Result<String> {
    let mut filled = String::new();
    let mut rest = word;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = match after.split_once('}') {
            Some(("output", behind)) => (Placeholder::Output, behind),
            Some(("date", behind)) => (Placeholder::Date, behind),
            _ => {
                return Err(Error::usage("has a `{` that begins neither {output} nor {date}")
                    .hinted("{output} is the run's folder, {date} its day"));
            }
        };
        filled += before;
        filled += &value(name);
        rest = behind;
    }
    Ok(filled + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &[&str]) {
        assert_eq!(command_words(line).unwrap(), expected, "{line}");
    }

    #[test]
    fn words_are_those_of_a_shell() {
        check(" news  update ", &["news", "update"]);
        check(
            r#"report news --watch "삼성전자,SK 하이닉스""#,
            &["report", "news", "--watch", "삼성전자,SK 하이닉스"],
        );
        check(
            r#"a 'b "c" \d' "e \"f\"" g\ h i''j"#,
            &["a", r#"b "c" \d"#, r#"e "f""#, "g h", "ij"],
        );
        check("a '' $HOME `x` *", &["a", "", "$HOME", "`x`", "*"]);
    }

    #[test]
    fn lines_that_are_no_command_are_refused() {
        for (line, part) in [
            ("", "no command"),
            ("  ", "no command"),
            ("a 'b", "without its end"),
            ("a \"b\\\"", "without its end"),
            ("a \\", "ends with \\"),
            ("a | b", "only a shell"),
            ("a && b", "only a shell"),
            ("malmoi run", "begins with `malmoi`"),
            ("schedule run", "schedule within the schedule"),
            ("a\0", "no command can hold"),
        ] {
            let error = command_words(line).unwrap_err();
            assert!(error.to_string().contains(part), "{line}: {error}");
        }
    }

    #[test]
    fn placeholders_are_filled() {
        let value = |one| format!("<{one:?}>");
        assert_eq!(fill("{output}/a-{date}.html", value).unwrap(), "<Output>/a-<Date>.html");
        assert_eq!(fill("plain}", value).unwrap(), "plain}");
        for wrong in ["{", "{x}", "{}", "{output", "{ output }"] {
            assert!(fill(wrong, value).is_err(), "{wrong}");
        }
    }
}
