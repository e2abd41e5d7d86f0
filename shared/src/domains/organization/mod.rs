//! An organisation as data: [`Snapshot`] joins what was read to a tree whose nodes know their tags, policies and place. What is
//! asked of it (who, what changed) and how it is shown is here, too. Pure: the reading is `services::organizations`.

mod assemble;
mod diff;
mod drawing;
mod found;
mod items;
mod lines;
mod narrow;
mod page;
mod recall;
mod sizes;
mod snapshot;
mod table;
mod things;
mod yaml;

pub use diff::{Change, Diff, Kind, What};
pub use drawing::{dot, tree};
pub use found::{Found, Include, PolicyRef, Query, find};
pub use items::{Items, KEY, OURS, READ_AT, Row, key_of, rows, same};
pub use page::page;
pub use snapshot::{AccountNode, Inherited, Link, NodeRef, NotRead, PolicyNode, RootNode, Snapshot, UnitNode, VERSION};
pub use table::{csv, flat};
pub use yaml::yaml;
