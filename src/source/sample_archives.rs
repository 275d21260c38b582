//! Small archives for the tests of this room.

use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};

/// A tar stream of regular files.
pub(super) fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (name, contents) in files {
        let mut header = Header::new_gnu();
        header.set_size(contents.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *contents).unwrap();
    }
    builder.into_inner().unwrap()
}

/// One header with any name and type, its contents and the end-of-archive blocks.
pub(super) fn tar_with(name: &[u8], kind: EntryType, size: u64, contents: &[u8]) -> Vec<u8> {
    let mut tar = entry(name, kind, size, contents);
    tar.extend([0; 1024]);
    tar
}

/// One entry without the end of an archive.
pub(super) fn entry(name: &[u8], kind: EntryType, size: u64, contents: &[u8]) -> Vec<u8> {
    let mut header = Header::new_ustar();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_cksum();
    let mut tar = header.as_bytes().to_vec();
    tar.extend(contents);
    tar.resize(tar.len().next_multiple_of(512), 0);
    tar
}

/// The bytes as one gzip member.
pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A file with these bytes in a folder that goes with the test.
pub(super) fn file_with(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sample.tar.gz");
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}
