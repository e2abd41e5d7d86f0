//! A port for a program that cannot ask the system for one itself. Every number below 32768 is free of outgoing
//! connections, since Linux takes theirs from 32768 on (`net.ipv4.ip_local_port_range`), and a lock on a file keeps two
//! tests from the same number for as long as the program runs.

use std::fs::{File, OpenOptions, TryLockError};
use std::net::{Ipv4Addr, TcpListener};

use anyhow::Context as _;

/// Above the ports of services that a machine may run by itself.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// A port that is ours until this is dropped.
#[derive(Debug)]
pub struct Port {
    number: u16,
    _lock: File,
}

impl Port {
    /// Takes one that nobody listens on.
    pub fn take() -> anyhow::Result<Self> {
        let folder = std::env::temp_dir().join("nightshift-ports");
        std::fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
        // Tests of one process begin at one place: each is sent on by the locks of the others.
        let start = u16::try_from(std::process::id() % u32::from(COUNT)).unwrap_or_default();
        for step in 0..COUNT {
            let number = FIRST + (start + step) % COUNT;
            let path = folder.join(number.to_string());
            let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
            match file.try_lock() {
                Ok(()) if TcpListener::bind((Ipv4Addr::LOCALHOST, number)).is_ok() => {
                    return Ok(Self { number, _lock: file });
                }
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => {
                    return Err(error).with_context(|| format!("could not lock {}", path.display()));
                }
            }
        }
        anyhow::bail!("all ports from {FIRST} to {} are taken", FIRST + COUNT - 1)
    }

    /// Which it is.
    pub fn number(&self) -> u16 {
        self.number
    }
}

#[cfg(test)]
mod tests {
    use super::Port;

    #[test]
    fn no_port_is_given_twice_while_it_is_held() -> anyhow::Result<()> {
        let ports = (0..50).map(|_| Port::take()).collect::<anyhow::Result<Vec<_>>>()?;
        let numbers: std::collections::BTreeSet<u16> = ports.iter().map(Port::number).collect();
        assert_eq!(numbers.len(), 50);
        assert!(numbers.iter().all(|number| *number < 32_768), "{numbers:?}");
        Ok(())
    }
}
