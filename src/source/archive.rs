//! Archives → entries.
//!
//! In: a `.tar.gz` or `.tar` file. Out: name, contents and size of each regular
//! file, in the order of the archive. Promises: memory stays bounded, hostile
//! entries are refused, and a file cut or changed anywhere is an error: the
//! decoder is read to its end, so that gzip's checksum is compared.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;
use tar::Header;

use super::tar_entries::{DAMAGED, EntryKind, HOSTILE, TarEntries, into_error, is_header};
use crate::error::{Error, Result};

/// How much an archive may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one entry.
    pub entry_bytes: u64,
    /// Number of entries.
    pub entries: u64,
    /// Inflated bytes in all.
    pub total_bytes: u64,
    /// Inflated bytes for one compressed byte, once more than 64 MB are inflated.
    pub ratio: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { entry_bytes: 16 << 20, entries: 5_000_000, total_bytes: 8 << 30, ratio: 200 }
    }
}

impl Limits {
    /// For contents that never stand in memory as a whole: entries that are
    /// skipped or copied to disk. IMDB's archive has ready-made features of 40 MB.
    pub fn streamed() -> Self {
        Limits { entry_bytes: 1 << 30, ..Limits::default() }
    }
}

/// Path inside the archive, contents, size in bytes.
pub type EachEntry<'a> = dyn FnMut(&str, &mut dyn Read, u64) -> Result<()> + 'a;

/// Gives every regular file of the archive at `path` to `each`.
///
/// What `each` leaves unread is skipped. `progress` counts compressed bytes.
///
/// # Errors
/// Every error names the archive: damage, truncation, entries that are no plain
/// file or folder or whose path leaves the archive, and whatever `each` returns.
pub fn read_tar_gz(
    path: &Path,
    limits: &Limits,
    stop: &AtomicBool,
    progress: &AtomicU64,
    each: &mut EachEntry<'_>,
) -> Result<()> {
    walk(path, limits, stop, progress, &mut |kind, name, contents, size| match kind {
        EntryKind::File => each(name, contents, size),
        EntryKind::Folder => Ok(()),
    })
}

/// Like [`EachEntry`], with folders.
pub(super) type EachOfAnyKind<'a> =
    dyn FnMut(EntryKind, &str, &mut dyn Read, u64) -> Result<()> + 'a;

/// Gives every file and folder of the archive at `path` to `each`.
pub(super) fn walk(
    path: &Path,
    limits: &Limits,
    stop: &AtomicBool,
    progress: &AtomicU64,
    each: &mut EachOfAnyKind<'_>,
) -> Result<()> {
    let file = File::open(path).map_err(|error| Error::file("cannot open", path, error))?;
    let counted = Counted { file, progress, stop };
    let mut packed = BufReader::with_capacity(PACKED_BUFFER, counted);
    let start = packed.fill_buf().map_err(|error| name_archive(into_error(error, 0), path))?;
    let walked = if start.starts_with(&GZIP_MAGIC) {
        let inflated = Inflated::new(MultiGzDecoder::new(packed), limits, progress);
        each_entry(BufReader::with_capacity(INFLATED_BUFFER, inflated), limits, each)
    } else if starts_with_tar_header(start) {
        each_entry(packed, limits, each)
    } else {
        Err(Error::data("this is neither a tar archive nor a gzip file").hinted(DAMAGED))
    };
    walked.map_err(|error| name_archive(error, path))
}

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Sizes from 64 KB to 1 MB took the same time on IMDB's archive, within the noise.
const PACKED_BUFFER: usize = 1 << 17;
const INFLATED_BUFFER: usize = 1 << 17;
/// Small archives of very regular texts may shrink a lot without being a bomb.
const RATIO_COUNTS_FROM: u64 = 64 << 20;

/// Tar has no magic bytes at its start, but each header has a checksum.
fn starts_with_tar_header(start: &[u8]) -> bool {
    start.get(..512).is_some_and(|block| is_header(Header::from_byte_slice(block)))
}

fn name_archive(error: Error, path: &Path) -> Error {
    let archive = path.display();
    match error.place() {
        Some(place) => {
            let place = format!("{archive}, {place}");
            error.at(place)
        }
        None => error.at(archive.to_string()),
    }
}

fn each_entry<R: BufRead>(reader: R, limits: &Limits, each: &mut EachOfAnyKind<'_>) -> Result<()> {
    let mut entries = TarEntries::new(reader);
    while let Some(entry) = entries.next(limits.entries, limits.entry_bytes)? {
        let (name, mut contents) = entries.contents(&entry);
        let answer = each(entry.kind, name, &mut contents, entry.size);
        let (unread, failure) = contents.finish();
        failure.map_or(Ok(()), Err)?;
        answer?;
        entries.skip(unread + entry.padding)?;
    }
    Ok(())
}

/// Counts what is read from disk and looks whether to stop, once a buffer.
struct Counted<'a> {
    file: File,
    progress: &'a AtomicU64,
    stop: &'a AtomicBool,
}

impl Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other(Error::interrupted()));
        }
        let read = self.file.read(into)?;
        self.progress.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Counts what is inflated and refuses bombs.
struct Inflated<'a, R> {
    decoder: MultiGzDecoder<R>,
    bytes: u64,
    limits: Limits,
    packed: &'a AtomicU64,
    packed_before: u64,
}

impl<'a, R: BufRead> Inflated<'a, R> {
    fn new(decoder: MultiGzDecoder<R>, limits: &Limits, packed: &'a AtomicU64) -> Self {
        // Bytes of the first buffer were counted before this starts.
        let packed_before = packed.load(Ordering::Relaxed).saturating_sub(PACKED_BUFFER as u64);
        Inflated { decoder, bytes: 0, limits: *limits, packed, packed_before }
    }

    fn check(&self) -> Result<()> {
        let Limits { total_bytes, ratio, .. } = self.limits;
        let packed = self.packed.load(Ordering::Relaxed).saturating_sub(self.packed_before);
        let problem = if self.bytes > total_bytes {
            format!("the archive holds more than {total_bytes} bytes")
        } else if self.bytes > RATIO_COUNTS_FROM && self.bytes > packed.saturating_mul(ratio) {
            format!("{packed} bytes of the archive swell to more than {} bytes", self.bytes)
        } else {
            return Ok(());
        };
        Err(Error::data(problem).hinted(HOSTILE))
    }
}

impl<R: BufRead> Read for Inflated<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(into)?;
        self.bytes += read as u64;
        self.check().map_err(io::Error::other)?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tar::EntryType;

    use super::super::sample_archives::{entry, file_with, gzip, tar_of, tar_with};
    use super::*;

    type Files = Vec<(String, Vec<u8>)>;

    fn read_within(bytes: &[u8], limits: &Limits) -> Result<Files> {
        let (_folder, path) = file_with(bytes);
        let mut files = Files::new();
        let (stop, progress) = (AtomicBool::new(false), AtomicU64::new(0));
        read_tar_gz(&path, limits, &stop, &progress, &mut |name, contents, size| {
            let mut body = Vec::new();
            contents.read_to_end(&mut body).map_err(|error| Error::io(error.to_string()))?;
            assert_eq!(body.len() as u64, size);
            files.push((name.to_owned(), body));
            Ok(())
        })?;
        assert_eq!(progress.load(Ordering::Relaxed), bytes.len() as u64);
        Ok(files)
    }

    fn read(bytes: &[u8]) -> Result<Files> {
        read_within(bytes, &Limits::default())
    }

    /// Refused in both forms, with a message that holds `expected` and a place.
    fn check_refused(tar: &[u8], expected: &str) {
        for bytes in [tar.to_vec(), gzip(tar)] {
            let error = read(&bytes).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
            assert!(error.place().unwrap().contains("sample.tar.gz"));
            assert!(error.hint().is_some());
        }
    }

    fn sample() -> Vec<u8> {
        tar_of(&[("a/one.txt", b"first"), ("a/two.txt", &[7; 600]), ("empty.txt", b"")])
    }

    #[test]
    fn gives_files_in_order_packed_or_not() {
        let long = "a/".repeat(90) + "한글.txt";
        let tar = tar_of(&[("./a//one.txt", b"first"), (&long, b"second")]);
        let expected =
            vec![("a/one.txt".to_owned(), b"first".to_vec()), (long, b"second".to_vec())];
        assert_eq!(read(&tar).unwrap(), expected);
        assert_eq!(read(&gzip(&tar)).unwrap(), expected);
        let (left, right) = tar.split_at(700);
        assert_eq!(read(&[gzip(left), gzip(right)].concat()).unwrap(), expected);
    }

    #[test]
    fn pax_names_and_sizes_count() {
        let mut tar = entry(b"pax", EntryType::XHeader, 24, b"13 path=long\n11 size=3\n");
        // The record of 24 bytes ends with a zero byte that ends the list.
        assert!(read(&[tar.clone(), vec![0; 1024]].concat()).is_err());
        tar = entry(b"pax", EntryType::XHeader, 23, b"13 path=long\n10 size=3\n");
        tar.extend(tar_with(b"short", EntryType::Regular, 3, b"abc"));
        assert_eq!(read(&tar).unwrap(), [("long".to_owned(), b"abc".to_vec())]);
    }

    #[test]
    fn unread_entries_are_skipped() {
        let (_folder, path) = file_with(&gzip(&sample()));
        let mut names = Vec::new();
        let (stop, progress) = (AtomicBool::new(false), AtomicU64::new(0));
        read_tar_gz(&path, &Limits::default(), &stop, &progress, &mut |name, contents, _| {
            names.push(name.to_owned());
            let _ = contents.read(&mut [0; 2]);
            Ok(())
        })
        .unwrap();
        assert_eq!(names, ["a/one.txt", "a/two.txt", "empty.txt"]);
    }

    #[test]
    fn stops_when_told() {
        let (_folder, path) = file_with(&gzip(&sample()));
        let (stop, progress) = (AtomicBool::new(true), AtomicU64::new(0));
        let limits = Limits::default();
        let stopped = read_tar_gz(&path, &limits, &stop, &progress, &mut |_, _, _| Ok(()));
        assert_eq!(stopped.unwrap_err().kind(), crate::Kind::Interrupted);
    }

    #[test]
    fn hostile_names_are_refused() {
        let file = |name: &[u8]| tar_with(name, EntryType::Regular, 0, b"");
        check_refused(&file(b"a/../../etc/passwd"), "entry `a/../../etc/passwd` at offset 0");
        check_refused(&file(b".."), "`..`");
        check_refused(&file(b"/etc/passwd"), "absolute");
        check_refused(&file(b"C:/x"), "absolute");
        check_refused(&file(b"..\\x"), "absolute");
        check_refused(&file(b"caf\xE9"), "not UTF-8");
        let mut long = entry(b"@", EntryType::GNULongName, 4, b"a\0b\0");
        long.extend(file(b"a"));
        check_refused(&long, "zero byte");
    }

    #[test]
    fn links_and_devices_are_refused() {
        for (kind, expected) in [
            (EntryType::Symlink, "`evil` at offset 0 is a symbolic link"),
            (EntryType::Link, "hard link"),
            (EntryType::Char, "device"),
            (EntryType::Block, "device"),
            (EntryType::Fifo, "named pipe"),
            (EntryType::GNUSparse, "sparse"),
            (EntryType::new(b'?'), "unknown type"),
        ] {
            check_refused(&tar_with(b"evil", kind, 0, b""), expected);
        }
    }

    #[test]
    fn limits_hold() {
        let big = tar_with(b"big", EntryType::Regular, 17 << 20, b"");
        check_refused(&big, "entry `big` at offset 0 has 17825792 bytes");
        check_refused(&tar_with(b"@", EntryType::GNULongName, 1 << 33, b""), "over 1 MB");
        check_refused(&tar_with(b"@", EntryType::XHeader, 1 << 33, b""), "over 1 MB");
        check_refused(&tar_with(b"d", EntryType::Directory, 5, b"12345"), "folder with contents");
        let few = Limits { entries: 2, ..Limits::default() };
        let error = read_within(&sample(), &few).unwrap_err();
        assert_eq!(error.to_string(), "the archive has more than 2 entries");
        let small = Limits { total_bytes: 2000, ..Limits::default() };
        let error = read_within(&gzip(&sample()), &small).unwrap_err();
        assert_eq!(error.to_string(), "the archive holds more than 2000 bytes");
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_inflated() {
        let size = 200 << 20;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        let header = entry(b"zeros", EntryType::Regular, size, b"");
        std::io::Write::write_all(&mut encoder, &header).unwrap();
        io::copy(&mut io::repeat(0).take(size + 1024), &mut encoder).unwrap();
        let (_folder, path) = file_with(&encoder.finish().unwrap());
        let (stop, progress) = (AtomicBool::new(false), AtomicU64::new(0));
        let limits = Limits::streamed();
        let error =
            read_tar_gz(&path, &limits, &stop, &progress, &mut |_, _, _| Ok(())).unwrap_err();
        assert!(error.to_string().contains("swell to more than 67"), "{error}");
    }

    #[test]
    fn other_files_are_no_archive() {
        for bytes in [&b""[..], b"\x1f", b"\x1f\x8b", b"hello", &[0; 512], &[b'x'; 5000]] {
            assert!(read(bytes).is_err());
        }
        check_refused(&[b'x'; 600], "tar");
    }

    #[test]
    fn a_cut_anywhere_is_an_error() {
        let tar = sample();
        for bytes in [&tar, &gzip(&tar)] {
            for end in 0..bytes.len() {
                let error = read(&bytes[..end]).expect_err(&format!("cut at {end}"));
                assert!(error.place().unwrap().contains("sample.tar.gz"));
            }
        }
    }

    /// No checksum guards the time and the system in gzip's header, and a run of
    /// zeros may be copied from elsewhere: such changes leave the contents alone.
    #[test]
    fn every_flipped_bit_is_an_error_or_changes_nothing() {
        let (packed, expected) = (gzip(&sample()), read(&sample()).unwrap());
        for at in 0..packed.len() {
            for bit in 0..8 {
                let mut bytes = packed.clone();
                bytes[at] ^= 1u8 << bit;
                match read(&bytes) {
                    Err(error) => assert!(error.place().unwrap().contains("sample.tar.gz")),
                    Ok(files) => assert_eq!(files, expected, "byte {at}, bit {bit}"),
                }
            }
        }
    }

    #[test]
    fn what_follows_the_end_is_an_error() {
        let tar = sample();
        check_refused(&[tar.clone(), sample()].concat(), "after the end");
        assert!(read(&[gzip(&tar), b"tail".to_vec()].concat()).is_err());
        assert!(read(&[tar, vec![0; 8192]].concat()).is_ok());
    }

    proptest! {
        // Packed anew, so that gzip's checksum does not hide what the tar reader does.
        #[test]
        fn flipped_bits_inside_never_panic(flips: Vec<(prop::sample::Index, u8)>, packed: bool) {
            let mut tar = sample();
            for (at, mask) in flips {
                let at = at.index(tar.len());
                tar[at] ^= mask;
            }
            let _ = read(&if packed { gzip(&tar) } else { tar });
        }

        #[test]
        fn any_bytes_are_accepted_or_refused(bytes: Vec<u8>, packed: bool) {
            let mut tar = sample();
            let at = bytes.len() % 512;
            tar.splice(at..at, bytes);
            let _ = read(&if packed { gzip(&tar) } else { tar });
        }

        #[test]
        fn any_header_is_accepted_or_refused(name: [u8; 32], kind: u8, size: u64, tail: Vec<u8>) {
            let _ = read(&tar_with(&name, EntryType::new(kind), size, &tail));
            let _ = read(&tar_with(&name, EntryType::new(kind), tail.len() as u64, &tail));
        }
    }
}
