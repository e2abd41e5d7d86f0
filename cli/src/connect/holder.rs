//! Who listens on this machine: another user's program that took the port first would be sent what is meant for the database.

use std::fs;
use std::os::unix::fs::MetadataExt as _;

/// The number of the other user whose program listens at `port`, where the system says so: Linux does.
pub(super) fn stranger(port: u16) -> Option<u32> {
    let own = fs::metadata("/proc/self").ok()?.uid();
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].into_iter().filter_map(|table| fs::read_to_string(table).ok());
    tables.into_iter().find_map(|table| listeners(&table, port).find(|user| *user != own))
}

/// Whose the sockets are that listen at `port` of any address: a line has its number, the local and the remote address in
/// hexadecimal digits, the state, which is 0A for one that listens, four more, and the user (proc(5), "/proc/net/tcp").
fn listeners(table: &str, port: u16) -> impl Iterator<Item = u32> {
    table.lines().filter_map(move |line| {
        let mut fields = line.split_whitespace();
        let (_, at) = fields.nth(1)?.rsplit_once(':')?;
        let state = fields.nth(1)?;
        let is_meant = state == "0A" && u16::from_str_radix(at, 16) == Ok(port);
        is_meant.then(|| fields.nth(3)?.parse().ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:9C40 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 34461 1 0000000000000000 100 0 0 10 0
   1: 0100007F:9C41 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 34462 1 0000000000000000 20 4 30 10 -1
";

    #[test]
    fn who_listens_is_read_and_who_only_talks_is_not() {
        let at = |port| listeners(TABLE, port).collect::<Vec<_>>();
        assert_eq!((at(40_000), at(40_001), at(1)), (vec![1000], vec![], vec![]));
    }

    #[test]
    fn what_this_user_listens_at_is_no_strangers() {
        let own = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = own.local_addr().unwrap().port();
        assert_eq!(stranger(port), None);
        let table = fs::read_to_string("/proc/net/tcp").unwrap();
        let user = fs::metadata("/proc/self").unwrap().uid();
        assert_eq!(listeners(&table, port).collect::<Vec<_>>(), [user], "it is in the table, and is this user's");
    }
}
