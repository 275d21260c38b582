//! MeCab dictionaries → [`Sources`].
//!
//! In: a folder with a compiled dictionary (`sys.dic`, `unk.dic`, `char.bin`,
//! `matrix.bin`) or with its sources (`*.csv`, `matrix.def`, `char.def`,
//! `unk.def`, `pos-id.def`); `dicrc` stands in both. Out: the same [`Sources`].
//! Promises: every offset, number and length is checked before it is used, text
//! and tables are bounded, and what is wrong is named by file and line or place.

mod char_bin;
mod char_def;
mod columns;
mod compiled;
mod dicrc;
mod lines;
mod parts;
mod pos_id;
#[cfg(test)]
mod sample;
mod source;
mod trie;
mod words;

use std::path::Path;

pub use compiled::read_compiled;
pub use source::read_sources;

use super::sources::Sources;
use crate::error::{Error, Result};

/// The two forms of a MeCab dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Tables that MeCab reads.
    Compiled,
    /// What they are made from.
    Sources,
}

/// Reads the dictionary in `folder`, in whichever form it stands there.
///
/// # Errors
/// There is none, or as [`read_compiled`] and [`read_sources`].
pub fn read(folder: &Path) -> Result<Sources> {
    match form(folder) {
        Some(Form::Compiled) => read_compiled(folder),
        Some(Form::Sources) => read_sources(folder),
        None => Err(no_dictionary(folder)),
    }
}

/// The form of the dictionary in `folder`; `None` if there is none. Compiled
/// tables win: they are what MeCab itself would use.
pub fn form(folder: &Path) -> Option<Form> {
    let stands = |name: &str| folder.join(name).is_file();
    if stands(compiled::WORDS) {
        Some(Form::Compiled)
    } else {
        stands(source::COSTS).then_some(Form::Sources)
    }
}

fn no_dictionary(folder: &Path) -> Error {
    Error::data(format!("there is no MeCab dictionary in `{}`", folder.display())).hinted(format!(
        "name a folder with `{}` (compiled) or `{}` (sources)",
        compiled::WORDS,
        source::COSTS
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        let sources = read(&sample::folder()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).unwrap_err().to_string().contains("no MeCab dictionary"));
        sample::write_compiled(&sources, folder.path());
        assert_eq!(form(folder.path()), Some(Form::Compiled));
        assert_eq!(read(folder.path()).unwrap(), sources);
    }
}
