//! Where the system dictionary stands: one for all projects of a user.

use std::path::PathBuf;

use super::SystemDictionary;
use crate::error::{Error, Result};

/// The folder of what is shared by all projects: `MALMOI_DATA_DIR`, or `malmoi`
/// in the user's folder of data (XDG).
///
/// # Errors
/// If none of `MALMOI_DATA_DIR`, `XDG_DATA_HOME` and `HOME` is set.
pub fn data_folder() -> Result<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let folder = set("MALMOI_DATA_DIR").map(PathBuf::from);
    let folder =
        folder.or_else(|| set("XDG_DATA_HOME").map(|data| PathBuf::from(data).join("malmoi")));
    let folder =
        folder.or_else(|| set("HOME").map(|home| PathBuf::from(home).join(".local/share/malmoi")));
    folder.ok_or_else(|| {
        Error::usage("there is no folder for dictionaries")
            .hinted("set MALMOI_DATA_DIR to a folder that may be written")
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
    let path = dictionary_file()?;
    if !path.exists() {
        return Err(Error::usage("the Korean dictionary is not installed")
            .at(path.display().to_string())
            .hinted("run `malmoi dictionary install`"));
    }
    SystemDictionary::open(&path)
}
