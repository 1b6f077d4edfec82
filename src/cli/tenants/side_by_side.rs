//! Works on many tenants at once, and on so many at the most. What happens in one tenant wakes that one, and not sixty others that
//! have nothing to do.

use std::future::Future;
use std::pin::Pin;

use futures_util::StreamExt as _;
use futures_util::stream;

/// Work on one tenant.
pub(super) type TenantWork<'a, R> = Pin<Box<dyn Future<Output = R> + 'a>>;

/// So many tenants are worked on at once: memory, connections and open files are bounded by it.
pub(super) const MOST: usize = 64;

/// Does all of it, [`MOST`] at once, the first ones first; gives what came of each in the order of the work.
pub(super) async fn side_by_side<R>(work: Vec<TenantWork<'_, R>>) -> Vec<R> {
    let numbered = work.into_iter().enumerate().map(|(place, work)| async move { (place, work.await) });
    let mut done: Vec<(usize, R)> = stream::iter(numbered).buffer_unordered(MOST).collect().await;
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, came)| came).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::poll_fn;
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
