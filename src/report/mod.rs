//! Outcomes → files and terminals.

mod charts;
pub mod facts;
pub mod forms;
mod gather;
mod request;
mod terminal;

pub use charts::{Axis, axes as curve_axes, curve_svg, title as curve_title};
pub use charts::{Map, MapDocument, MapOrigin, MapTerm, map};
pub use gather::gather;
pub use request::{Request, zone_of};
pub use terminal::metrics_table;
