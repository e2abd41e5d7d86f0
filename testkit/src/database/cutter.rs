//! Between a function and a database server: counts what the function sends, burst by burst, and how often it waits for an
//! answer, and breaks the connection at one of the bursts. TLS passes through it unread, so a burst is a round trip, not a statement: what goes together into one is
//! one transaction's affair.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::proxy::Fault;

/// See the module.
#[derive(Debug)]
pub struct Cutter {
    /// Where to connect instead of to the server.
    pub address: SocketAddr,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    connections: AtomicUsize,
    seen: AtomicUsize,
    trips: AtomicUsize,
    broken: Mutex<Option<(usize, Fault)>>,
    reached: AtomicBool,
}

/// What a fault means for one connection from here on.
#[derive(Debug, Default)]
struct Line {
    /// What the server says is thrown away, and when it has said something the connection is over.
    deaf: AtomicBool,
    /// It stays open for ever: the function waits until it is killed.
    held: AtomicBool,
    /// Something was sent that was not answered yet.
    asked: AtomicBool,
}

impl Cutter {
    /// Before the server at `upstream`.
    pub fn start(upstream: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let state = Arc::new(State::default());
        let of_thread = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(upstream) else { continue };
                of_thread.connections.fetch_add(1, Ordering::SeqCst);
                let line = Arc::new(Line::default());
                let (Ok(from), Ok(to)) = (server.try_clone(), client.try_clone()) else { continue };
                let (there, back) = (Arc::clone(&line), line);
                let state = Arc::clone(&of_thread);
                let answering = Arc::clone(&of_thread);
                std::thread::spawn(move || requests(client, server, &there, &state));
                std::thread::spawn(move || answers(from, to, &back, &answering));
            }
        });
        Ok(Self { address, state })
    }

    /// How many connections were made since the start or the last reset: each is a login, whether it was let in or not.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// How many bursts have come since the start or the last reset.
    pub fn seen(&self) -> usize {
        self.state.seen.load(Ordering::SeqCst)
    }

    /// How often something was sent and then answered: what was waited for.
    pub fn round_trips(&self) -> usize {
        self.state.trips.load(Ordering::SeqCst)
    }

    /// Counts from zero again and breaks nothing.
    pub fn reset(&self) {
        self.state.connections.store(0, Ordering::SeqCst);
        self.state.seen.store(0, Ordering::SeqCst);
        self.state.trips.store(0, Ordering::SeqCst);
        self.state.reached.store(false, Ordering::SeqCst);
        *self.state.broken.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Breaks the burst `number`, from zero, by `fault`.
    pub fn break_burst(&self, number: usize, fault: Fault) {
        *self.state.broken.lock().unwrap_or_else(PoisonError::into_inner) = Some((number, fault));
    }

    /// Waits until the broken burst has come and, where it is held, may be killed for.
    #[expect(clippy::disallowed_methods, reason = "another thread is watched by the real clock")]
    pub async fn reached(&self) {
        while !self.state.reached.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// What the answer to a goodbye is in TLS 1.3, by its length: nobody waits for it.
fn goodbye(answer: &[u8]) -> &[u8] {
    const ALERT: [u8; 5] = [0x17, 3, 3, 0, 19];
    if answer.starts_with(&ALERT) { &answer[..24] } else { &[] }
}

fn requests(mut client: TcpStream, mut server: TcpStream, line: &Line, state: &State) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = client.read(&mut buffer) {
        let number = state.seen.fetch_add(1, Ordering::SeqCst);
        let broken = *state.broken.lock().unwrap_or_else(PoisonError::into_inner);
        match broken.filter(|(at, _)| *at == number).map(|(_, fault)| fault) {
            Some(Fault::RequestLost) => break,
            Some(Fault::HoldBefore) => {
                line.held.store(true, Ordering::SeqCst);
                state.reached.store(true, Ordering::SeqCst);
                continue;
            }
            Some(Fault::AnswerLost) => line.deaf.store(true, Ordering::SeqCst),
            Some(_) => {
                line.held.store(true, Ordering::SeqCst);
                line.deaf.store(true, Ordering::SeqCst);
            }
            None => {}
        }
        line.asked.store(true, Ordering::SeqCst);
        if server.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Both);
    let _ = client.shutdown(Shutdown::Both);
}

fn answers(mut server: TcpStream, mut client: TcpStream, line: &Line, state: &State) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = server.read(&mut buffer) {
        if line.asked.swap(false, Ordering::SeqCst) && buffer[..length] != *goodbye(&buffer) {
            state.trips.fetch_add(1, Ordering::SeqCst);
        }
        if line.deaf.load(Ordering::SeqCst) {
            state.reached.store(true, Ordering::SeqCst);
            if line.held.load(Ordering::SeqCst) {
                continue;
            }
            break;
        }
        if client.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    state.reached.fetch_or(line.deaf.load(Ordering::SeqCst), Ordering::SeqCst);
    if !line.held.load(Ordering::SeqCst) {
        let _ = client.shutdown(Shutdown::Both);
    }
    let _ = server.shutdown(Shutdown::Both);
}
