//! One guarded HTTP client.
