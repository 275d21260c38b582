//! Where the system dictionary stands: one for all projects of a user.

use std::ffi::OsString;
use std::path::PathBuf;

use super::SystemDictionary;
use crate::error::{Error, Result};

/// Where data that belongs to no project is kept: `MALMOI_DATA_DIR`, else
/// `malmoi` in `XDG_DATA_HOME`, else `~/.local/share/malmoi`.
///
/// # Errors
/// If none of them is known.
pub fn data_folder() -> Result<PathBuf> {
    from(|name| std::env::var_os(name))
}

fn from(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf> {
    let folder = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || folder("HOME").or_else(|| folder("USERPROFILE"));
    folder("MALMOI_DATA_DIR")
        // The specification says that a relative path there is to be ignored.
        .or_else(|| Some(folder("XDG_DATA_HOME").filter(|path| path.is_absolute())?.join("malmoi")))
        .or_else(|| Some(home()?.join(".local/share/malmoi")))
        .ok_or_else(|| {
            Error::io("there is no home folder to keep dictionaries in")
                .hinted("name a folder with MALMOI_DATA_DIR")
        })
}

/// The system dictionary's file, whether it is there or not.
///
/// # Errors
/// As [`data_folder`].
pub fn dictionary_file() -> Result<PathBuf> {
    Ok(data_folder()?.join("dictionaries").join("mecab-ko-dic").join("ko.dic"))
}

/// The installed system dictionary.
///
/// # Errors
/// If there is none, or it is damaged.
pub fn installed() -> Result<SystemDictionary> {
    SystemDictionary::open(&installed_file()?)
}

/// What tells the installed system dictionary from others.
///
/// # Errors
/// As [`installed`].
pub fn installed_checksum() -> Result<String> {
    SystemDictionary::checksum(&installed_file()?)
}

fn installed_file() -> Result<PathBuf> {
    let path = dictionary_file()?;
    match path.exists() {
        true => Ok(path),
        false => Err(Error::io("the Korean dictionary is not installed")
            .at(path.display().to_string())
            .hinted("run `malmoi dictionary install`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_folder_that_is_known_counts() {
        let check = |known: &[(&str, &str)], expected: Option<&str>| {
            let find = |name: &str| {
                known.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
            };
            assert_eq!(from(find).ok(), expected.map(PathBuf::from), "{known:?}");
        };
        check(&[("MALMOI_DATA_DIR", "a"), ("XDG_DATA_HOME", "/b"), ("HOME", "/c")], Some("a"));
        check(&[("MALMOI_DATA_DIR", ""), ("XDG_DATA_HOME", "/b")], Some("/b/malmoi"));
        check(&[("XDG_DATA_HOME", "b"), ("HOME", "/c")], Some("/c/.local/share/malmoi"));
        check(&[], None);
    }
}
