//! The simulation, simulated.

mod nights;
