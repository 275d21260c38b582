//! Tree of a page → the body of its article.
