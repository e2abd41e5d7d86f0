//! Plans by example.
