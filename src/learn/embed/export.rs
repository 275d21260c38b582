//! An embedding → vectors as word2vec, fastText and gensim read them.

use std::io::Write;
use std::path::Path;

use super::embedding::Embedding;
use crate::error::{Error, Result};
use crate::files::OutputFile;

/// How vectors are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VectorForm {
    /// `word 0.1 -0.2 …`, a line each.
    Text,
    /// The word, a blank, its numbers as little-endian floats.
    Binary,
}

impl VectorForm {
    /// What the name of a file asks for, `.gz` behind it or not.
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        match name.rsplit_once('.')?.1 {
            "vec" | "txt" => Some(VectorForm::Text),
            "bin" => Some(VectorForm::Binary),
            _ => None,
        }
    }
}

/// Writes all vectors; gives how many terms were left out, because they hold a blank, which
/// ends a word in such files.
///
/// # Errors
/// If the file cannot be written, or `stop` says so.
pub fn export(
    embedding: &Embedding,
    form: VectorForm,
    path: &Path,
    stop: &dyn Fn() -> Result<()>,
) -> Result<u64> {
    let is_written = |row: &usize| !embedding.term(*row).contains(char::is_whitespace);
    let rows: Vec<usize> = (0..embedding.len()).filter(is_written).collect();
    let mut file = OutputFile::create(path)?;
    let mut line = format!("{} {}\n", rows.len(), embedding.dimensions).into_bytes();
    for (place, &row) in rows.iter().enumerate() {
        if place % 1024 == 0 {
            stop()?;
        }
        write_row(embedding, row, form, &mut line);
        file.write_all(&line).map_err(|error| Error::file("cannot write", path, error))?;
        line.clear();
    }
    if rows.is_empty() {
        file.write_all(&line).map_err(|error| Error::file("cannot write", path, error))?;
    }
    file.commit()?;
    Ok((embedding.len() - rows.len()) as u64)
}

fn write_row(embedding: &Embedding, row: usize, form: VectorForm, line: &mut Vec<u8>) {
    line.extend_from_slice(embedding.term(row).as_bytes());
    match form {
        VectorForm::Text => {
            for value in embedding.vector(row) {
                // The shortest form that is read as the same number.
                write!(line, " {value}").expect("memory can be written to");
            }
        }
        VectorForm::Binary => {
            line.push(b' ');
            let values = embedding.vector(row).iter();
            values.for_each(|value| line.extend(value.to_le_bytes()));
        }
    }
    line.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::super::embedding::tests::sample;
    use super::super::import;
    use super::*;

    #[test]
    fn what_is_exported_is_imported() {
        let rows: [(&str, &[f32]); 3] =
            [("영화", &[0.1, -2e-9, 3.0]), ("a b", &[0.0; 3]), ("b", &[1e10, 0.0, f32::MIN])];
        let embedding = sample(&rows);
        let folder = tempfile::tempdir().unwrap();
        for name in ["v.vec", "v.bin", "v.txt.gz"] {
            let path = folder.path().join(name);
            let form = VectorForm::of(&path).unwrap();
            assert_eq!(export(&embedding, form, &path, &|| Ok(())).unwrap(), 1);
            let read = import(&path, &|| Ok(())).unwrap().embedding;
            assert_eq!((read.term(0), read.term(1), read.len()), ("영화", "b", 2));
            assert_eq!((read.vector(0), read.vector(1)), (rows[0].1, rows[2].1));
        }
    }

    #[test]
    fn names_say_the_form() {
        let form = |name: &str| VectorForm::of(Path::new(name));
        assert_eq!(
            (form("a.VEC"), form("a.bin.gz")),
            (Some(VectorForm::Text), Some(VectorForm::Binary))
        );
        assert_eq!((form("a"), form("a.npz"), form("a.gz")), (None, None, None));
    }
}
