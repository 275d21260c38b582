//! The head of a file of sections, and how errors name the file.

use std::path::Path;

use super::super::container::{Form, wrong_version};
use crate::error::{Error, Result};

/// Bytes that one checksum covers: a first touch costs some 10 to 30 µs, all sums
/// together 1/8192 of the file.
pub(super) const BLOCK: usize = 1 << 16;

/// Sections begin at multiples of this: a cache line, the widest registers.
pub(super) const ALIGNMENT: usize = 64;

/// Length of the head.
pub(super) const HEAD: usize = ALIGNMENT;

const MAGIC: &[u8; 8] = b"\x89MALMOX\n";
const ENDIAN_TAG: u32 = 0x0102_0304;
/// Bits of what a reader has to know beyond the version; there is nothing yet.
const FEATURES: u32 = 0;

/// The head is settled by the form, so reading it is a comparison.
pub(super) fn head(form: Form) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    head[..8].copy_from_slice(MAGIC);
    head[8..12].copy_from_slice(&form.kind);
    head[12..16].copy_from_slice(&form.version.to_le_bytes());
    head[16..20].copy_from_slice(&ENDIAN_TAG.to_le_bytes());
    head[20..24].copy_from_slice(&FEATURES.to_le_bytes());
    head
}

/// Checks the first bytes of a file.
pub(super) fn check_head(bytes: &[u8], path: &Path, form: Form) -> Result<()> {
    let expected = head(form);
    let Some(found) = bytes.first_chunk::<HEAD>() else {
        return Err(damaged(path, form, "it ends too early"));
    };
    if found[..12] != expected[..12] {
        return Err(damaged(path, form, "it does not begin as one"));
    }
    let number = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| found[at + byte]));
    if number(12) != form.version {
        return Err(wrong_version(path, form, number(12)));
    }
    match *found == expected {
        true => Ok(()),
        false => Err(damaged(path, form, "its head asks for what is unknown here")),
    }
}

/// Numbers are used as they stand in the file, so their order of bytes has to fit.
///
/// # Errors
/// On a big-endian machine.
pub(super) fn check_machine(path: &Path, form: Form) -> Result<()> {
    if cfg!(target_endian = "little") {
        return Ok(());
    }
    Err(Error::usage(format!("the {} needs a little-endian machine", form.name))
        .at(path.display().to_string())
        .hinted("use it on x86-64, AArch64 or RISC-V"))
}

/// An error about a file that is not as it was written.
pub(super) fn damaged(path: &Path, form: Form, what: &str) -> Error {
    Error::data(format!("the {} is damaged: {what}", form.name))
        .at(path.display().to_string())
        .hinted(form.mend)
}
