//! Files that are either old or new, never half; and text and tables read line by line.

mod atomic;
mod container;

pub use container::{ContainerReader, ContainerWriter, Form, fingerprint};
mod encoding;
mod json_object;
mod json_records;
mod output;
#[cfg(feature = "parquet")]
mod parquet;
mod records;
mod rows;
mod table;
mod text;

pub use atomic::{AtomicFile, sweep};
pub use encoding::check_label;
pub(crate) use json_object::{json_object, json_string};
pub use output::OutputFile;
#[cfg(feature = "parquet")]
pub use parquet::ParquetReader;
pub use records::RecordReader;
pub use rows::{Format, RowWriter};
pub use table::{Dialect, Record, TableReader};
pub use text::{MAX_LINE_BYTES, TextReader, place, read_text};

/// What to say where Parquet is asked for but left out.
#[cfg(not(feature = "parquet"))]
pub(crate) fn no_parquet() -> crate::error::Error {
    crate::error::Error::usage("Parquet is not in this build")
        .hinted("build with --features parquet")
}
