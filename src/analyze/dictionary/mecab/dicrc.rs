//! `dicrc` → how much white space before a word costs.

use std::collections::HashMap;
use std::path::Path;

use super::lines::each_line;
use crate::error::Result;

/// What `dicrc` says that matters here.
#[derive(Debug, Default)]
pub(super) struct Settings {
    penalties: HashMap<u16, i16>,
}

impl Settings {
    /// Reads the file; keys that are for other programs are passed over.
    ///
    /// # Errors
    /// The file cannot be read, a penalty is no pair of numbers, or the charset
    /// is not UTF-8.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let mut settings = Settings::default();
        each_line(path, &mut |line| {
            let line = line.trim();
            match line.split_once('=') {
                Some((key, value)) if !line.starts_with([';', '#']) => {
                    settings.set(key.trim(), value.trim())
                }
                _ => Ok(()),
            }
        })?;
        Ok(settings)
    }

    /// Added to the cost of a word of this `posid` after white space.
    pub(super) fn penalty(&self, posid: u16) -> i16 {
        self.penalties.get(&posid).copied().unwrap_or(0)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "left-space-penalty-factor" => self.set_penalties(value),
            "config-charset" | "dictionary-charset" | "charset" => check_charset(value),
            _ => Ok(()),
        }
    }

    fn set_penalties(&mut self, value: &str) -> Result<(), String> {
        let numbers: Vec<&str> = value.split(',').map(str::trim).collect();
        for pair in numbers.chunks(2) {
            let numbers = match pair {
                [posid, penalty] => posid.parse().ok().zip(penalty.parse().ok()),
                _ => None,
            };
            let (posid, penalty) =
                numbers.ok_or_else(|| format!("`{}` is no posid and penalty", pair.join(",")))?;
            self.penalties.insert(posid, penalty);
        }
        Ok(())
    }
}

/// Both forms may name it in either spelling.
pub(super) fn check_charset(name: &str) -> Result<(), String> {
    match name.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" => Ok(()),
        _ => Err(format!("the charset is `{}`, expected UTF-8", name.escape_debug())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Settings::read(file.path())
    }

    #[test]
    fn penalties_are_pairs() {
        let text =
            "; x = 1\n# y = 2\ncost-factor = 800\nleft-space-penalty-factor = 100,3000, 120,-5";
        let settings = read(text).unwrap();
        let found = [100, 120, 7].map(|posid| settings.penalty(posid));
        assert_eq!(found, [3000, -5, 0]);
        for bad in ["1", "1,x", "70000,1", "1,40000"] {
            let error = read(&format!("\nleft-space-penalty-factor={bad}")).unwrap_err();
            assert!(error.place().unwrap().ends_with(", line 2"), "{bad}");
        }
        assert!(read("config-charset = EUC-KR").unwrap_err().to_string().contains("EUC-KR"));
    }
}
