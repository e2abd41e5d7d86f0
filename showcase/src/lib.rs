//! For development only: what shows, proves and measures the functions as they are. Demos, the proof that breaks every
//! call, the bench beside boto3, mails in a real browser, and a deployment on the stand-in. It stands on the testkit and
//! apart from it, so that the tests of a function wait for none of this.

pub mod bench;
pub mod browser;
pub mod demo;
pub mod demo_anonymise;
pub mod demo_clone;
pub mod demo_fleet;
pub mod demo_keys;
pub mod demo_org;
pub mod demo_rotation;
pub mod demo_users;
pub mod deploy;
pub mod fleet_page;
pub mod mail;
pub mod org_page;
pub mod proof;
pub mod staged_fleet;
