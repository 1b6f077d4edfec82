//! Works on many tenants at once, and on so many at the most.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

/// Work on one tenant.
pub(super) type TenantWork<'a, R> = Pin<Box<dyn Future<Output = R> + 'a>>;

/// So many tenants are worked on at once: memory, connections and open files are bounded by it.
pub(super) const MOST: usize = 64;

/// Does all of it, [`MOST`] at once, the first ones first; gives what came of each in the order of the work.
pub(super) async fn side_by_side<R>(work: Vec<TenantWork<'_, R>>) -> Vec<R> {
    let mut done: Vec<Option<R>> = work.iter().map(|_| None).collect();
    let mut waiting: VecDeque<(usize, TenantWork<'_, R>)> = work.into_iter().enumerate().collect();
    let mut under_way: Vec<(usize, TenantWork<'_, R>)> = Vec::new();
    poll_fn(|context| {
        loop {
            let room = MOST.saturating_sub(under_way.len()).min(waiting.len());
            under_way.extend(waiting.drain(..room));
            let before = under_way.len();
            under_way.retain_mut(|(place, work)| match work.as_mut().poll(context) {
                Poll::Ready(came) => {
                    done[*place] = Some(came);
                    false
                }
                Poll::Pending => true,
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
}
