//! For development only: servers that stand in for AWS, a proxy that records and breaks what passes, real function
//! binaries driven through the runtime API, and builders of believable worlds. Nothing of this is deployed.

mod account;
pub mod called;
pub mod calls;
pub mod cargo;
pub mod child;
pub mod database;
pub mod deployed;
pub mod function;
pub mod machine;
pub mod missing;
pub mod port;
pub mod proxy;
pub mod quarantine;
pub mod raw;
pub mod repository;
pub mod rotation;
pub mod said;
pub mod scene;
pub mod slack;
pub mod stand_in;
pub mod users;
pub mod world;

pub use account::fresh_account;
pub use called::Called;
pub use deployed::Deployed;
pub use function::{Answer, FunctionProcess};
pub use proxy::{Call, Clock, Fault, Proxy};
pub use rotation::Rotation;
pub use scene::Scene;
pub use stand_in::StandIn;
