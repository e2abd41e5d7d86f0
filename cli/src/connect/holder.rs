//! Who listens on this machine at a port. Another user's program that took it first would be sent what is meant for the database; another
//! program of this user, or a connection that met itself, would be taken for a tunnel that is open.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt as _;

/// Who listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// The tunnel, or the system does not say.
    Tunnel,
    /// Another program of this user, or nobody any more.
    Other,
    /// The user of this number.
    Stranger(u32),
}

/// A socket that listens, as the system's table has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Listener {
    user: u32,
    inode: u64,
}

/// Who listens at `port`, where the tunnel is what the process `keeper` started. Only Linux says.
pub(super) fn of(port: u16, keeper: Option<u32>) -> Holder {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].into_iter().filter_map(|table| fs::read_to_string(table).ok());
    let tables: Vec<_> = tables.collect();
    let (Ok(own), false) = (fs::metadata("/proc/self"), tables.is_empty()) else { return Holder::Tunnel };
    let found: Vec<_> = tables.iter().flat_map(|table| listeners(table, port)).collect();
    judged(&found, own.uid(), keeper.map_or_else(|| Some(BTreeSet::new()), sockets_below).as_ref())
}

/// Of what was `found` to listen, where this user is `own` and the tunnel's processes hold the sockets `held`, if they show them.
fn judged(found: &[Listener], own: u32, held: Option<&BTreeSet<u64>>) -> Holder {
    if let Some(stranger) = found.iter().find(|listener| listener.user != own) {
        return Holder::Stranger(stranger.user);
    }
    let is_held = |listener: &Listener| held.is_none_or(|held| held.contains(&listener.inode));
    if found.iter().any(is_held) { Holder::Tunnel } else { Holder::Other }
}

/// The sockets that listen at `port` of any address: a line has its number, the local and the remote address in
/// hexadecimal digits, the state, which is 0A for one that listens, four more, the user, a timeout and the inode (proc(5), "/proc/net/tcp").
fn listeners(table: &str, port: u16) -> impl Iterator<Item = Listener> {
    table.lines().filter_map(move |line| {
        let mut fields = line.split_whitespace();
        let (_, at) = fields.nth(1)?.rsplit_once(':')?;
        let state = fields.nth(1)?;
        let is_meant = state == "0A" && u16::from_str_radix(at, 16) == Ok(port);
        let user = fields.nth(3)?.parse().ok().filter(|_| is_meant)?;
        Some(Listener { user, inode: fields.nth(1)?.parse().ok()? })
    })
}

/// The sockets that the process `root` and all it started hold; `None` where one of them does not show its files.
fn sockets_below(root: u32) -> Option<BTreeSet<u64>> {
    let parents = fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        // The name may hold anything, spaces and brackets too (proc(5), "/proc/pid/stat").
        let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse::<u32>().ok()?;
        Some((pid, parent))
    });
    let parents: Vec<_> = parents.collect();
    let mut below = BTreeSet::from([root]);
    while let Some((pid, _)) = parents.iter().find(|(pid, parent)| below.contains(parent) && !below.contains(pid)) {
        below.insert(*pid);
    }
    let mut sockets = BTreeSet::new();
    for pid in below {
        for file in fs::read_dir(format!("/proc/{pid}/fd")).ok()?.flatten() {
            let name = fs::read_link(file.path()).unwrap_or_default();
            let inode =
                name.to_str().and_then(|name| name.strip_prefix("socket:[")?.strip_suffix(']')?.parse::<u64>().ok());
            sockets.extend(inode);
        }
    }
    Some(sockets)
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
        assert_eq!(at(40_000), [Listener { user: 1000, inode: 34461 }]);
        assert_eq!((at(40_001), at(1)), (vec![], vec![]));
    }

    #[test]
    fn a_stranger_is_named_whatever_else_listens_and_hidden_files_are_believed() {
        let [own, other] = [Listener { user: 1000, inode: 1 }, Listener { user: 1001, inode: 2 }];
        let held = BTreeSet::from([1]);
        for (found, held, expected) in [
            (&[own][..], Some(&held), Holder::Tunnel),
            (&[own], Some(&BTreeSet::new()), Holder::Other),
            (&[own], None, Holder::Tunnel),
            (&[], Some(&held), Holder::Other),
            (&[], None, Holder::Other),
            (&[own, other], Some(&held), Holder::Stranger(1001)),
        ] {
            assert_eq!(judged(found, 1000, held), expected, "{found:?} {held:?}");
        }
    }

    #[test]
    fn only_what_the_tunnel_started_is_the_tunnel() {
        let own = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = own.local_addr().unwrap().port();
        assert_eq!(of(port, Some(std::process::id())), Holder::Tunnel);
        let mut another = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        assert_eq!(of(port, Some(another.id())), Holder::Other, "this user's, and none of what that one started");
        assert_eq!(of(port, None), Holder::Other, "the keeper has ended");
        another.kill().unwrap();
        another.wait().unwrap();
        drop(own);
        assert_eq!(
            of(port, Some(std::process::id())),
            Holder::Other,
            "a connection may meet itself where nobody listens"
        );
    }
}
