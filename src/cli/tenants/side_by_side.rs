//! Works on many tenants at once, and on so many at the most.
//!
//! Each of them has a bell of its own: what happens in one tenant wakes that one, and not sixty others that have nothing to do.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// Work on one tenant.
pub(super) type TenantWork<'a, R> = Pin<Box<dyn Future<Output = R> + 'a>>;

/// So many tenants are worked on at once: memory, connections and open files are bounded by it.
pub(super) const MOST: usize = 64;

/// Does all of it, [`MOST`] at once, the first ones first; gives what came of each in the order of the work.
pub(super) async fn side_by_side<R>(work: Vec<TenantWork<'_, R>>) -> Vec<R> {
    let mut done: Vec<Option<R>> = work.iter().map(|_| None).collect();
    let mut waiting: VecDeque<(usize, TenantWork<'_, R>)> = work.into_iter().enumerate().collect();
    let mut under_way: Vec<UnderWay<'_, R>> = Vec::new();
    let whole = Arc::new(WholeWork::default());
    poll_fn(|context| {
        whole.is_polled_by(context.waker());
        loop {
            let room = MOST.saturating_sub(under_way.len()).min(waiting.len());
            under_way.extend(waiting.drain(..room).map(|(place, work)| UnderWay { place, work, bell: whole.bell() }));
            let before = under_way.len();
            under_way.retain_mut(|UnderWay { place, work, bell }| {
                if !bell.has_rung() {
                    return true;
                }
                match work.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::clone(bell)))) {
                    Poll::Ready(came) => {
                        done[*place] = Some(came);
                        false
                    }
                    Poll::Pending => true,
                }
            });
            match under_way.len() {
                0 if waiting.is_empty() => return Poll::Ready(()),
                left if left == before => return Poll::Pending,
                // There is room for more, which must be polled once to wake this.
                _ => {}
            }
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

struct UnderWay<'a, R> {
    place: usize,
    work: TenantWork<'a, R>,
    bell: Arc<Bell>,
}

/// The task in which all of it is done.
#[derive(Default)]
struct WholeWork(Mutex<Option<Waker>>);

/// Wakes the work on one tenant.
struct Bell {
    rung: AtomicBool,
    whole: Arc<WholeWork>,
}

impl WholeWork {
    /// Before anything is polled: a bell that rings meanwhile is not missed.
    fn is_polled_by(&self, waker: &Waker) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.as_ref().is_some_and(|known| known.will_wake(waker)) {
            *known = Some(waker.clone());
        }
    }

    /// A bell that has rung: work that has not begun must be polled once.
    fn bell(self: &Arc<Self>) -> Arc<Bell> {
        Arc::new(Bell { rung: AtomicBool::new(true), whole: Arc::clone(self) })
    }
}

impl Bell {
    /// Has it rung since this was asked last?
    fn has_rung(&self) -> bool {
        self.rung.swap(false, Ordering::AcqRel)
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.rung.store(true, Ordering::Release);
        // Not woken with the lock held: it may be polled at once.
        let waker = self.whole.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        waker.into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn all_is_done_in_its_order_and_never_more_at_once() {
        let (now, most) = (Cell::new(0_usize), Cell::new(0_usize));
        let (now, most) = (&now, &most);
        let work = |number: u64| -> TenantWork<'_, u64> {
            Box::pin(async move {
                now.set(now.get() + 1);
                most.set(most.get().max(now.get()));
                tokio::time::sleep(Duration::from_secs(300 - number)).await;
                now.set(now.get() - 1);
                number
            })
        };
        let came = side_by_side((0..300).map(work).collect()).await;
        assert_eq!(came, (0..300).collect::<Vec<_>>());
        assert_eq!((now.get(), most.get()), (0, MOST));
        assert!(side_by_side(Vec::<TenantWork<'_, ()>>::new()).await.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn what_happens_in_one_tenant_wakes_no_other() {
        let polled = Cell::new(0_u64);
        let polled = &polled;
        let work = |number: u64| -> TenantWork<'_, ()> {
            Box::pin(async move {
                let mut sleeping = std::pin::pin!(tokio::time::sleep(Duration::from_secs(1 + number)));
                poll_fn(|context| {
                    polled.set(polled.get() + 1);
                    sleeping.as_mut().poll(context)
                })
                .await;
            })
        };
        side_by_side((0..MOST as u64).map(work).collect()).await;
        assert_eq!(polled.get(), 2 * MOST as u64, "each is polled when it begins, and when its time has come");
    }
}
