//! A line for `crontab -e`.

use super::{Installation, line_of};
use crate::error::Result;

/// Looks every minute at what is due.
///
/// # Errors
/// A path cannot stand in a line.
pub fn crontab_line(installation: &Installation) -> Result<String> {
    let mut line = format!("* * * * * cd {} &&", word(line_of(&installation.root)?));
    let program = line_of(&installation.program)?.to_owned();
    // cron sends a letter about every line that is written: about failures alone.
    let first = [program, "--quiet".to_owned()];
    for argument in first.into_iter().chain(installation.arguments()?) {
        line += " ";
        line += &word(&argument);
    }
    Ok(line + "\n")
}

/// As a shell wants it; to cron, `%` is the end of the line.
fn word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./=".contains(&byte);
    let quoted = match text.bytes().all(plain) && !text.is_empty() {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    };
    quoted.replace('%', "\\%")
}
