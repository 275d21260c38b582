//! Outcomes → files and terminals.
