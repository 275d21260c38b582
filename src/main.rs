//! The command line of Malmoi.
fn main() {}
