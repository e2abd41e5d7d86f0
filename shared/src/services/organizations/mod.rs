//! AWS Organizations, for reading alone: there is no writer. [`OrganizationReader`] makes single calls, all pages of each,
//! within AWS's published rates; [`Builder`] puts them together to [`Facts`], all at once or step by step, and
//! `domains::organization` makes the model out of those.

mod again;
mod builder;
mod classes;
mod convert;
mod extras;
mod fallbacks;
mod gathered;
mod model;
mod pace;
mod pages;
mod plan;
mod policies;
mod rates;
mod reader;
mod touched;
mod whole;

pub use builder::Builder;
pub use model::{
    About, Account, Creation, Delegate, DelegatedService, Effective, Facts, Gap, Handshake, How, Part, Party, Policy,
    ResourcePolicy, Root, Service, TagMap, Target, Tree, Unit, Wanted,
};
pub use pace::{Pace, Share};
pub use plan::{CallPlan, PlannedCalls, Sizes};
pub use rates::{Api, Rate};
pub use reader::OrganizationReader;
pub use touched::Touched;
