//! Rows → files that scipy reads.
//!
//! In: sparse rows, the terms of their columns and the ids of their documents.
//! Out: `x.npz` for `scipy.sparse.load_npz`, and beside it `x.vocabulary.txt`
//! and `x.ids.txt`, one term or id a line. Each file appears when it is whole.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::data::CsrMatrix;
use crate::error::{Error, Result};
use crate::files::AtomicFile;

/// Where the parts of one export stand.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ExportPaths {
    /// The matrix.
    pub matrix: PathBuf,
    /// Its terms, in the order of the columns.
    pub vocabulary: PathBuf,
    /// The ids of its documents, in the order of the rows.
    pub ids: PathBuf,
    /// Id, label and part of each document, in the same order; whoever knows
    /// them writes it.
    pub documents: PathBuf,
}

impl ExportPaths {
    /// `x.npz` → `x.npz`, `x.vocabulary.txt`, `x.ids.txt`, `x.documents.tsv`.
    ///
    /// # Errors
    /// `Kind::Usage` unless the name ends in `.npz`: numpy would not see it as
    /// an archive of arrays.
    pub fn beside(matrix: &Path) -> Result<Self> {
        if matrix.extension().is_none_or(|extension| extension != "npz") {
            let message = format!("`{}` does not end in `.npz`", matrix.display());
            return Err(Error::usage(message).hinted("name the matrix like `rows.npz`"));
        }
        let named = |ending: &str| {
            let mut name: OsString = matrix.file_stem().unwrap_or_default().to_owned();
            name.push(ending);
            matrix.with_file_name(name)
        };
        Ok(ExportPaths {
            matrix: matrix.to_owned(),
            vocabulary: named(".vocabulary.txt"),
            ids: named(".ids.txt"),
            documents: named(".documents.tsv"),
        })
    }
}

/// Writes `matrix` to `target`, and its terms and document ids beside it.
///
/// A newline, carriage return or backslash in a term or id is written as `\n`,
/// `\r` or `\\`, so that every line is one of them.
///
/// # Errors
/// `Kind::Usage` if `target` does not end in `.npz`; `Kind::Data` when terms or
/// ids are not as many as columns or rows; `Kind::Io` when writing fails.
pub fn export<T: AsRef<str>, I: AsRef<str>>(
    target: &Path,
    matrix: &CsrMatrix,
    terms: &[T],
    ids: &[I],
) -> Result<ExportPaths> {
    let paths = ExportPaths::beside(target)?;
    check_count("terms", terms.len(), "columns", matrix.columns())?;
    check_count("ids", ids.len(), "rows", matrix.rows())?;
    // The matrix comes last: whoever finds it finds what explains it.
    write_lines(&paths.vocabulary, terms)?;
    write_lines(&paths.ids, ids)?;
    write_npz(&paths.matrix, matrix)?;
    Ok(paths)
}

/// Writes `matrix` alone, for `scipy.sparse.load_npz`.
///
/// # Errors
/// `Kind::Io` when writing fails.
pub fn write_npz(target: &Path, matrix: &CsrMatrix) -> Result<()> {
    let file = AtomicFile::create(target)?;
    let file =
        write_archive(file, matrix).map_err(|error| Error::file("cannot write", target, error))?;
    file.commit()
}

fn check_count(things: &str, count: usize, places: &str, expected: usize) -> Result<()> {
    if count == expected {
        return Ok(());
    }
    Err(Error::data(format!("{count} {things} for {expected} {places}")))
}

fn write_lines<S: AsRef<str>>(target: &Path, lines: &[S]) -> Result<()> {
    let failed = |error| Error::file("cannot write", target, error);
    let mut file = AtomicFile::create(target)?;
    for line in lines {
        file.write_all(escaped(line.as_ref()).as_bytes()).map_err(failed)?;
        file.write_all(b"\n").map_err(failed)?;
    }
    file.commit()
}

fn escaped(line: &str) -> std::borrow::Cow<'_, str> {
    if !line.contains(['\\', '\n', '\r']) {
        return line.into();
    }
    line.replace('\\', r"\\").replace('\n', r"\n").replace('\r', r"\r").into()
}

/// The archive in one pass: sizes stand behind each entry and in the directory,
/// which is what numpy reads.
fn write_archive<W: Write>(file: W, matrix: &CsrMatrix) -> io::Result<W> {
    let mut archive = Archive::new(file);
    let rows = [matrix.rows(), matrix.columns()];
    let wide = |largest: usize| i32::try_from(largest).is_err();
    archive.integers("indices.npy", wide(matrix.columns()), matrix.indices(), u64::from)?;
    archive.integers("indptr.npy", wide(matrix.nnz()), matrix.row_ends(), |end| end as u64)?;
    archive.entry("format.npy", "|S3", "()", 1, 3, |out| out.write_all(b"csr"))?;
    archive.integers("shape.npy", true, &rows, |size| size as u64)?;
    let (values, count) = (matrix.values(), matrix.nnz());
    archive.entry("data.npy", "<f4", &format!("({count},)"), count, 4, |out| {
        write_numbers(out, values, f32::to_le_bytes)
    })?;
    archive.finish()
}

/// Passes on what is written until writing fails, and then nothing more.
///
/// A dropped `ZipWriter` tries to finish its archive and complains on standard
/// error; the error that we return says it all.
struct UntilFailure<W> {
    writer: W,
    failed: bool,
}

impl<W: Write> Write for UntilFailure<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.failed {
            return Ok(bytes.len());
        }
        let written = self.writer.write(bytes);
        // An interrupted call is tried again by `write_all`.
        self.failed = written.as_ref().is_err_and(|e| e.kind() != io::ErrorKind::Interrupted);
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.failed { Ok(()) } else { self.writer.flush() }
    }
}

struct Archive<W: Write>(ZipWriter<StreamWriter<UntilFailure<W>>>);

impl<W: Write> Archive<W> {
    fn new(writer: W) -> Self {
        Archive(ZipWriter::new_stream(UntilFailure { writer, failed: false }))
    }

    fn finish(self) -> io::Result<W> {
        Ok(self.0.finish()?.into_inner().writer)
    }

    /// Non-negative integers that fit an `i32` unless `wide`, and an `i64` always.
    fn integers<N: Copy>(
        &mut self,
        name: &str,
        wide: bool,
        numbers: &[N],
        number: fn(N) -> u64,
    ) -> io::Result<()> {
        let shape = format!("({},)", numbers.len());
        if wide {
            return self.entry(name, "<i8", &shape, numbers.len(), 8, |out| {
                write_numbers(out, numbers, |n| number(n).to_le_bytes())
            });
        }
        self.entry(name, "<i4", &shape, numbers.len(), 4, |out| {
            write_numbers(out, numbers, |n| (number(n) as u32).to_le_bytes())
        })
    }

    fn entry(
        &mut self,
        name: &str,
        kind: &str,
        shape: &str,
        count: usize,
        width: usize,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        // 1980, not now: the same rows give the same bytes.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .large_file(count as u64 * width as u64 >= u64::from(u32::MAX) - 1024);
        self.0.start_file(name, options)?;
        self.0.write_all(&npy_header(kind, shape))?;
        write(&mut self.0)
    }
}

/// Version 1.0 of the npy header, padded so that the numbers start at a multiple of 64.
fn npy_header(kind: &str, shape: &str) -> Vec<u8> {
    const BEFORE: usize = 10;
    let text = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
    let length = (BEFORE + text.len() + 1).next_multiple_of(64) - BEFORE;
    let short = u16::try_from(length).expect("the header holds two numbers at most");
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    header.extend_from_slice(&short.to_le_bytes());
    header.extend_from_slice(format!("{text:<width$}\n", width = length - 1).as_bytes());
    header
}

/// Numbers in pieces: one call of `write` a number would cost more than the disk.
fn write_numbers<N: Copy, const WIDTH: usize>(
    out: &mut dyn Write,
    numbers: &[N],
    bytes: impl Fn(N) -> [u8; WIDTH],
) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(1 << 16);
    for piece in numbers.chunks((1 << 16) / WIDTH) {
        buffer.clear();
        piece.iter().for_each(|&number| buffer.extend_from_slice(&bytes(number)));
        out.write_all(&buffer)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::{Cursor, Read};
    use zip::ZipArchive;

    fn sample() -> CsrMatrix {
        CsrMatrix::new(4, vec![0, 2, 2, 3], vec![0, 3, 1], vec![0.5, -1.25, 3.0])
    }

    /// Header text and body of one array; checks what numpy relies on.
    fn array(bytes: &[u8], name: &str) -> (String, Vec<u8>) {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut entry = archive.by_name(name).unwrap();
        assert_eq!(entry.compression(), CompressionMethod::Stored);
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        assert_eq!(&content[..8], b"\x93NUMPY\x01\x00");
        let length = usize::from(u16::from_le_bytes([content[8], content[9]]));
        assert_eq!((10 + length) % 64, 0);
        assert_eq!(content[10 + length - 1], b'\n');
        let header = String::from_utf8(content[10..10 + length].to_vec()).unwrap();
        (header.trim_end().to_owned(), content.split_off(10 + length))
    }

    fn words<const WIDTH: usize, N>(body: &[u8], number: fn([u8; WIDTH]) -> N) -> Vec<N> {
        body.chunks_exact(WIDTH).map(|word| number(word.try_into().unwrap())).collect()
    }

    fn read_back(bytes: &[u8]) -> CsrMatrix {
        let indices = words(&array(bytes, "indices.npy").1, u32::from_le_bytes);
        let ends = words(&array(bytes, "indptr.npy").1, u32::from_le_bytes);
        let values = words(&array(bytes, "data.npy").1, f32::from_le_bytes);
        let shape = words(&array(bytes, "shape.npy").1, u64::from_le_bytes);
        let ends: Vec<usize> = ends.into_iter().map(|end| end as usize).collect();
        assert_eq!(shape[0] as usize, ends.len() - 1);
        CsrMatrix::new(shape[1] as usize, ends, indices, values)
    }

    #[test]
    fn arrays_are_those_of_scipy() {
        let bytes = write_archive(Vec::new(), &sample()).unwrap();
        let header = |name, kind, shape| {
            let expected =
                format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
            assert_eq!(array(&bytes, name).0, expected);
        };
        header("indices.npy", "<i4", "(3,)");
        header("indptr.npy", "<i4", "(4,)");
        header("format.npy", "|S3", "()");
        header("shape.npy", "<i8", "(2,)");
        header("data.npy", "<f4", "(3,)");
        assert_eq!(array(&bytes, "format.npy").1, b"csr");
        assert_eq!(read_back(&bytes), sample());
    }

    #[test]
    fn same_rows_same_bytes() {
        let bytes = || write_archive(Vec::new(), &sample()).unwrap();
        assert_eq!(bytes(), bytes());
    }

    #[test]
    fn wide_integers_take_eight_bytes() {
        let mut archive = Archive::new(Vec::new());
        archive.integers("x.npy", true, &[1_usize << 40], |end| end as u64).unwrap();
        let bytes = archive.finish().unwrap();
        let (header, body) = array(&bytes, "x.npy");
        assert!(header.contains("'<i8'"));
        assert_eq!(words(&body, u64::from_le_bytes), [1 << 40]);
    }

    #[test]
    fn terms_and_ids_stand_beside() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("deep/train.v1.npz");
        let terms = ["a\nb", r"c\n", "d\re", "영화"];
        let paths = export(&target, &sample(), &terms, &["1", "2", "3"]).unwrap();
        assert_eq!(paths.vocabulary, folder.path().join("deep/train.v1.vocabulary.txt"));
        let vocabulary = std::fs::read_to_string(&paths.vocabulary).unwrap();
        assert_eq!(vocabulary, "a\\nb\nc\\\\n\nd\\re\n영화\n");
        assert_eq!(std::fs::read_to_string(&paths.ids).unwrap(), "1\n2\n3\n");
        assert_eq!(read_back(&std::fs::read(&paths.matrix).unwrap()), sample());
    }

    #[test]
    fn what_does_not_fit_is_refused_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("x.npz");
        let refused = |terms: &[&str], ids: &[&str], says: &str| {
            let error = export(&target, &sample(), terms, ids).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        };
        refused(&["a"], &["1", "2", "3"], "1 terms for 4 columns");
        refused(&["a", "b", "c", "d"], &[], "0 ids for 3 rows");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        for name in ["x.zip", "npz", ".npz", ""] {
            assert_eq!(ExportPaths::beside(Path::new(name)).unwrap_err().exit_code(), 2);
        }
    }

    #[test]
    fn a_full_disk_is_an_error() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert!(write_archive(Full, &sample()).is_err());
    }

    #[test]
    fn an_empty_matrix_is_a_matrix() {
        let empty = CsrMatrix::new(0, vec![0], vec![], vec![]);
        let bytes = write_archive(Vec::new(), &empty).unwrap();
        assert_eq!(read_back(&bytes), empty);
    }

    proptest! {
        #[test]
        fn any_rows_come_back(rows in prop::collection::vec(
            prop::collection::btree_map(0_u32..50, any::<f32>().prop_filter("equal", |v| !v.is_nan()), 0..8),
            0..20,
        )) {
            let (mut ends, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
            for row in rows {
                indices.extend(row.keys());
                values.extend(row.values());
                ends.push(indices.len());
            }
            let matrix = CsrMatrix::new(50, ends, indices, values);
            prop_assert_eq!(read_back(&write_archive(Vec::new(), &matrix).unwrap()), matrix);
        }

        #[test]
        fn every_line_is_one_term(term in "[\\\\nr\n\r가]{0,8}") {
            let line = escaped(&term);
            prop_assert!(!line.contains(['\n', '\r']));
            let mut back = String::new();
            let mut letters = line.chars();
            while let Some(letter) = letters.next() {
                back.push(match letter {
                    '\\' => match letters.next().unwrap() { 'n' => '\n', 'r' => '\r', other => other },
                    other => other,
                });
            }
            prop_assert_eq!(back, term);
        }
    }
}
