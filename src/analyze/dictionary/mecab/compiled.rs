//! A compiled MeCab dictionary → [`Sources`].

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::super::sources::{Costs, Sources};
use super::dicrc::Settings;
use super::parts::{MAX_COSTS, Parts};
use super::{char_bin, words};
use crate::error::{Error, Result};

/// The file that tells this form.
pub(super) const WORDS: &str = "sys.dic";
/// mecab-ko-dic's largest has 81 MB.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// Reads the tables that MeCab reads.
///
/// # Errors
/// A file is missing, cut, damaged or not of the others.
pub fn read_compiled(folder: &Path) -> Result<Sources> {
    let settings = Settings::read(&folder.join("dicrc"))?;
    let costs = read(&folder.join("matrix.bin"), read_costs)?;
    let (categories, characters) = read(&folder.join("char.bin"), char_bin::read)?;
    let read_words = |bytes: &[u8]| words::read(bytes, &settings, &costs);
    let unknown = read(&folder.join("unk.dic"), read_words)?;
    let entries = read(&folder.join(WORDS), read_words)?;
    Parts { entries, unknown, categories, characters, costs }
        .join()
        .map_err(|error| error.at(folder.display().to_string()))
}

fn read<T>(path: &Path, parse: impl Fn(&[u8]) -> Result<T, String>) -> Result<T> {
    parse(&contents(path)?).map_err(|problem| {
        Error::data(format!("`{}` is damaged: {problem}", path.display()))
            .hinted("fetch the dictionary again")
    })
}

fn contents(path: &Path) -> Result<Vec<u8>> {
    let failed = |error| Error::file("cannot read", path, error);
    let found = std::fs::metadata(path).map_err(failed)?;
    if !found.is_file() || found.len() > MAX_FILE_BYTES {
        let message = format!("`{}` is no file of up to 1 GB", path.display());
        return Err(Error::data(message).hinted("name a folder with a MeCab dictionary"));
    }
    let mut bytes = Vec::with_capacity(found.len() as usize);
    let file = File::open(path).map_err(failed)?;
    file.take(MAX_FILE_BYTES).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// The numbers of right and left ids, and the costs in the order of [`Costs`].
fn read_costs(bytes: &[u8]) -> Result<Costs, String> {
    let (numbers, rest) = bytes.as_chunks::<2>();
    let [right_ids, left_ids, costs @ ..] = numbers else {
        return Err("it is too short".to_owned());
    };
    let right_ids = usize::from(u16::from_le_bytes(*right_ids));
    let left_ids = usize::from(u16::from_le_bytes(*left_ids));
    if !rest.is_empty() || costs.len() != right_ids * left_ids || costs.len() > MAX_COSTS {
        return Err(format!("it has {} costs for {right_ids} × {left_ids} ids", costs.len()));
    }
    let costs = costs.iter().map(|&cost| i16::from_le_bytes(cost)).collect();
    Ok(Costs { right_ids, left_ids, costs })
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn compiled() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let sources = super::super::read_sources(&sample::folder()).unwrap();
        sample::write_compiled(&sources, folder.path());
        folder
    }

    #[test]
    fn a_missing_or_cut_file_is_named() {
        for name in [WORDS, "unk.dic", "char.bin", "matrix.bin", "dicrc"] {
            let folder = compiled();
            let path = folder.path().join(name);
            let whole = std::fs::read(&path).unwrap();
            if name != "dicrc" {
                for length in [0, 3, 71, whole.len() / 2, whole.len() - 1] {
                    std::fs::write(&path, &whole[..length.min(whole.len() - 1)]).unwrap();
                    let error = read_compiled(folder.path()).map(drop).unwrap_err().to_string();
                    assert!(error.contains(name) && error.contains("damaged"), "{error}");
                }
            }
            std::fs::remove_file(&path).unwrap();
            assert!(read_compiled(folder.path()).map(drop).unwrap_err().to_string().contains(name));
        }
    }

    #[test]
    fn no_changed_byte_panics() {
        let folder = compiled();
        let costs = read_compiled(folder.path()).unwrap().costs;
        for name in [WORDS, "unk.dic", "matrix.bin"] {
            let whole = std::fs::read(folder.path().join(name)).unwrap();
            for place in 0..whole.len().min(3_000) {
                let mut bad = whole.clone();
                bad[place] ^= 0x81;
                let _ = match name {
                    "matrix.bin" => read_costs(&bad).map(drop),
                    _ => words::read(&bad, &Settings::default(), &costs).map(drop),
                };
            }
        }
    }

    #[test]
    fn a_class_that_does_not_exist_is_refused() {
        let folder = compiled();
        let path = folder.path().join("char.bin");
        let whole = std::fs::read(&path).unwrap();
        for (place, value) in [(0, 0), (0, 19), (4, 0), (whole.len() - 1, 0xFF)] {
            let mut bad = whole.clone();
            bad[place] = value;
            std::fs::write(&path, &bad).unwrap();
            assert!(read_compiled(folder.path()).is_err(), "{place}");
        }
    }
}
