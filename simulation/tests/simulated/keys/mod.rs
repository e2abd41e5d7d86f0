//! key-rotation.

mod nights;
mod teeth;
