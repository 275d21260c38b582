//! Files that are either old or new, never half; and text and tables read line by line.

mod atomic;
mod container;

pub use container::{ContainerReader, ContainerWriter, Form, fingerprint, trailer};
mod encoding;
mod excerpt;
mod inflate;
mod json_object;
mod json_records;
mod lock;
mod mmap;
mod output;
#[cfg(feature = "parquet")]
mod parquet;
mod records;
mod regular;
mod rows;
mod sections;
mod table;
mod temporary;
mod tensors;
mod text;
mod tolerance;

pub use atomic::AtomicFile;
pub use encoding::check_label;
pub(crate) use excerpt::NumberedText;
pub(crate) use json_object::{json_object, json_string};
pub use lock::FileLock;
pub use output::OutputFile;
#[cfg(feature = "parquet")]
pub use parquet::ParquetReader;
pub use records::RecordReader;
pub(crate) use regular::open_regular;
pub use regular::{open_own, read_dictionary};
pub use rows::{Format, RowWriter};
pub use sections::{Column, Element, SectionWriter, Sections, SectionsWriter};
pub use table::{Dialect, Record, TableReader};
pub use temporary::{TemporaryFolder, remove_unfinished, sweep};
pub use tensors::{TensorForm, le_bytes, le_numbers};
pub use text::{Line, MAX_LINE_BYTES, TextReader, WholeText, place, read_text};
pub use tolerance::Tolerance;

/// What to say where Parquet is asked for but left out.
#[cfg(not(feature = "parquet"))]
pub(crate) fn no_parquet() -> crate::error::Error {
    crate::error::Error::usage("Parquet is not in this build")
        .hinted("build with --features parquet")
}
