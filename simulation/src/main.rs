//! Years of nights, from a seed.
fn main() {}
