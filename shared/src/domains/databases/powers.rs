//! Words of `MySQL` for rights on the whole server (reference manual, "Dynamic Privilege Descriptions"). What ends in `_ADMIN`
//! administers it, and so does what is named here; two that end so do not.

/// Whoever has one of these can act as anybody, or is out of the reach of whoever has none.
pub const ADMINISTER: [&str; 4] = ["SYSTEM_USER", "SET_USER_ID", "SET_ANY_DEFINER", "ALLOW_NONEXISTENT_DEFINER"];
/// To keep a second password of one's own.
pub const SECOND_PASSWORD: &str = "APPLICATION_PASSWORD_ADMIN";
/// These end in `_ADMIN` and are an application's own: who may end transactions that were prepared is its helper.
pub const OF_APPLICATIONS: [&str; 2] = ["XA_RECOVER_ADMIN", SECOND_PASSWORD];
