//! The domain of Nightshift: scheduled maintenance of AWS accounts that can be trusted with deletion.
//!
//! Every function goes the same way: *observe, plan, guard, apply, report, notify*. What holds throughout:
//!
//! * `plan` rooms are pure: no client, clock, environment or randomness is in reach of them.
//! * A read that failed is *unknown*, never *none*; unknown forbids every destructive step on that item.
//! * In plan mode no writer is constructed.
//! * No domain imports another; `run`, `aws`, `config` and `clock` import no domain.

pub mod aws;
pub mod clock;
pub mod clusters;
pub mod config;
pub mod dbusers;
pub mod diagnostic;
pub mod keys;
pub mod lambda;
pub mod nearest;
pub mod notify;
pub mod run;
pub mod secret;
pub mod telemetry;
pub mod text;
