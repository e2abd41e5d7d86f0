//! Events by example.
