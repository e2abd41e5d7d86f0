//! Work that waits for servers and programs more than it computes, some of it at once.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Pieces of work at once: one more than CI has processors, because of three one mostly waits.
const AT_ONCE: usize = 3;

/// Does `work` with each of `pieces`, begun in their order; each to its end, whatever becomes of the others. Answers with
/// what `work` answered, in the order in which it ended.
pub(crate) fn side_by_side<T: Send, R: Send>(pieces: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let waiting = Mutex::new(VecDeque::from(pieces));
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                    let Some(piece) = next else { return };
                    let answer = work(piece);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push(answer);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_piece_is_done_once() {
        let mut done = side_by_side((0..20).collect(), |piece| piece * 2);
        done.sort_unstable();
        assert_eq!(done, (0..20).map(|piece| piece * 2).collect::<Vec<_>>());
    }
}
