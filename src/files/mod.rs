//! Files that are either old or new, never half; and text and tables read line by line.

mod atomic;
mod container;

pub use container::{ContainerReader, ContainerWriter, Form, fingerprint};
mod encoding;
mod table;
mod text;

pub use atomic::{AtomicFile, sweep};
pub use encoding::check_label;
pub use table::{Dialect, Record, TableReader};
pub use text::{MAX_LINE_BYTES, TextReader, place, read_text};
