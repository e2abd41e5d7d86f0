//! Time on one thread, ruled by a simulation. Behind a feature that no deployed function is built with.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::Arc;

use super::Timekeeper;

thread_local! {
    static RULER: RefCell<Option<Arc<dyn Timekeeper>>> = const { RefCell::new(None) };
}

/// For as long as it lives, time on its thread is somebody else's.
#[derive(Debug)]
pub struct Ruled(PhantomData<*const ()>);

/// Gives time on this thread to `ruler`.
#[must_use]
pub fn rule(ruler: Arc<dyn Timekeeper>) -> Ruled {
    RULER.with_borrow_mut(|slot| *slot = Some(ruler));
    Ruled(PhantomData)
}

impl Drop for Ruled {
    fn drop(&mut self) {
        RULER.with_borrow_mut(|slot| *slot = None);
    }
}

/// Whose time it is on this thread, if it is not the machine's.
pub(super) fn ruler() -> Option<Arc<dyn Timekeeper>> {
    RULER.with_borrow(Clone::clone)
}
