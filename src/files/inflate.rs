//! Packed bytes → bytes, and no more of them than texts swell to.

use std::io::{BufRead, Error, ErrorKind, Read, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use flate2::bufread::MultiGzDecoder;

/// Bytes for one packed byte, once more than [`COUNTS_FROM`] came out. Texts swell four
/// to tenfold, tables of one value a hundredfold; gzip can do a thousandfold.
const MOST: u64 = 200;
/// Small files of very regular texts may shrink a lot without being a bomb.
const COUNTS_FROM: u64 = 64 << 20;

/// Unpacks gzip, several members one after another too, and refuses bombs.
pub(super) struct Inflated<R> {
    decoder: MultiGzDecoder<R>,
    packed: Arc<AtomicU64>,
    bytes: u64,
}

impl<R: BufRead> Inflated<R> {
    /// Of `input`; `packed` counts the bytes that were read for it.
    pub fn new(input: R, packed: Arc<AtomicU64>) -> Self {
        Inflated { decoder: MultiGzDecoder::new(input), packed, bytes: 0 }
    }
}

impl<R: BufRead> Read for Inflated<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let count = self.decoder.read(into)?;
        self.bytes += count as u64;
        let packed = self.packed.load(Relaxed);
        if self.bytes > COUNTS_FROM && self.bytes / MOST > packed {
            let message = format!("{packed} packed bytes swell to more than {}", self.bytes);
            return Err(Error::new(ErrorKind::InvalidData, message));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read(line: &str, times: usize) -> Result<u64> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        (0..times).for_each(|_| packed.write_all(line.as_bytes()).unwrap());
        let packed = packed.finish().unwrap();
        let size = Arc::new(AtomicU64::new(packed.len() as u64));
        std::io::copy(&mut Inflated::new(&packed[..], size), &mut std::io::sink())
    }

    #[test]
    fn bombs_are_refused_and_texts_are_not() {
        let zeros = "0".repeat(1 << 16);
        let error = read(&zeros, 1100).unwrap_err();
        assert!(error.to_string().contains("swell to more than"), "{error}");
        assert_eq!(read(&zeros, 900).unwrap(), 900 << 16, "small ones may");
    }
}
