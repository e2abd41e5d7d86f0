//! The domain of Nightshift: scheduled maintenance of AWS accounts that can be trusted with deletion.
//!
//! Every function goes the same way: *observe, plan, guard, apply, report, notify*. The crate is built in floors. A room
//! knows only the floors below its own; `cargo xtask check` holds it to that. From the lowest:
//!
//! * `text`, `nearest`: words. `report`: the vocabulary of a run.
//! * `build`, `clock`, `config`, `secret`: which build this is, the moment, the policy, what nobody may see.
//! * `services`: the only rooms that know SDKs and database drivers, with models of their own.
//! * `notify`: letters and whom they go to.
//! * `domains`: pure rules that several jobs share.
//! * `run`: the rhythm: event, mode, guard, driver.
//! * `jobs`: one folder a job. No job imports another.
//! * `lambda`, `telemetry`: a job as a deployed function, and what it leaves in the log.
//! * `fleet`: a job in every account of an organisation.
//!
//! What holds throughout:
//!
//! * `plan` rooms are pure: no client, clock, environment or randomness is in reach of them.
//! * A read that failed is *unknown*, never *none*; unknown forbids every destructive step on that item.
//! * In plan mode no writer is constructed.

pub mod build;
pub mod clock;
pub mod config;
pub mod domains;
pub mod fleet;
pub mod jobs;
pub mod lambda;
pub mod nearest;
pub mod notify;
pub mod report;
pub mod run;
pub mod secret;
pub mod servers;
pub mod services;
pub mod telemetry;
pub mod text;
