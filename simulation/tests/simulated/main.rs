//! The simulation itself: it plays alike each time, finds nothing by seeds and in histories that are known, and has teeth.

mod alike;
mod keys;
mod known;
mod nights;
mod teeth;
mod words;
