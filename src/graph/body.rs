//! Takes the body of an answer in, no larger than an answer is and no slower.

use std::fmt;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::{Client, ClientBuilder, Response};
use tokio::sync::{Semaphore, SemaphorePermit};
use zeroize::Zeroize as _;

use super::outside::OutsideText;
use super::unreachable::{Unreachable, UnreachableCause};

/// What an answer to writes may have, once it is inflated: twenty of Graph's errors have some tens of kilobytes.
pub(crate) const MAX_OF_WRITES: usize = 2 << 20;
/// What an answer to reads may have: twenty pages of a batch have a few megabytes.
pub(crate) const MAX_OF_READS: usize = 12 << 20;
/// What a token may have, with all that comes with it.
pub(crate) const MAX_OF_TOKENS: usize = 1 << 20;
/// What every answer may have without asking: sixty-four calls under way are 16 MB.
const SMALL: usize = 256 << 10;
/// What answers that are larger may have together: eight of up to 2 MB, and one of any size at a time. A hostile server, or a
/// bomb that inflates, gets no more memory by answering many calls at once. The rest wait, and their senders with them.
///
/// An answer asks for a medium place and then, where that is too small, for the large one; the holder of that asks for
/// nothing more, so that they never wait for each other.
static MEDIUM_PLACES: Semaphore = Semaphore::const_new(8);
const MEDIUM: usize = 2 << 20;
static LARGE_PLACES: Semaphore = Semaphore::const_new(1);
/// What the headers of an answer may have; Graph's have two kilobytes.
const MAX_HEADERS: u32 = 64 * 1024;

/// How long the first byte may take: a gateway in front of Graph gives up sooner.
const PATIENCE_FOR_FIRST_BYTE: Duration = Duration::from_secs(100);
/// How long the next bytes may take once an answer has begun.
const PATIENCE_BETWEEN_BYTES: Duration = Duration::from_secs(30);
/// How long a whole call may take, however steadily its bytes come.
const PATIENCE_FOR_ALL: Duration = Duration::from_secs(180);

/// A client that keeps to these limits, as far as it is the client that can.
pub(super) fn limited() -> ClientBuilder {
    Client::builder()
        .read_timeout(PATIENCE_FOR_FIRST_BYTE)
        .timeout(PATIENCE_FOR_ALL)
        .http2_max_header_list_size(MAX_HEADERS)
}

/// The whole body, inflated.
///
/// # Errors
///
/// It does not come, comes too slowly, or is larger than `max`; then what came of it is dropped.
pub(crate) async fn whole(
    mut response: Response,
    max: usize,
    service: impl fmt::Display,
) -> Result<Bytes, Unreachable> {
    let broken = |cause, own_words: String| {
        let own_words = OutsideText::of_nothing_sent(&own_words);
        Unreachable { service: service.to_string(), cause: Some(cause), own_words }
    };
    let too_large = || broken(UnreachableCause::TooLarge, format!("more than {} MB", max >> 20));
    if response.content_length().is_some_and(|length| length > max as u64) {
        return Err(too_large());
    }
    let mut body = GrowingBody::default();
    loop {
        let next = tokio::time::timeout(PATIENCE_BETWEEN_BYTES, response.chunk()).await;
        let seconds = PATIENCE_BETWEEN_BYTES.as_secs();
        let next =
            next.map_err(|_| broken(UnreachableCause::Stalled, format!("nothing came for {seconds} seconds")))?;
        let Some(chunk) = next.map_err(|error| Unreachable::new(&service, &error))? else { break };
        if body.bytes.len() + chunk.len() > max {
            return Err(too_large());
        }
        body.add(&chunk, max).await;
    }
    Ok(Bytes::from_owner(body))
}

/// What came of an answer, and the places that it takes for as long as it is held.
#[derive(Default)]
struct GrowingBody {
    bytes: BytesMut,
    medium: Option<SemaphorePermit<'static>>,
    large: Option<SemaphorePermit<'static>>,
}

impl GrowingBody {
    async fn add(&mut self, chunk: &[u8], max: usize) {
        let length = self.bytes.len() + chunk.len();
        if length > SMALL && self.medium.is_none() {
            self.medium = place(&MEDIUM_PLACES).await;
            self.grow_to(max.min(MEDIUM));
        }
        if length > MEDIUM && self.large.is_none() {
            self.large = place(&LARGE_PLACES).await;
            self.grow_to(max);
        }
        if length > self.bytes.capacity() {
            // The answer to a write may hold a credential: no copy of it is left where it was before it grew.
            let mut larger = BytesMut::with_capacity(length.max(2 * self.bytes.capacity()));
            larger.extend_from_slice(&self.bytes);
            self.bytes.as_mut().zeroize();
            self.bytes = larger;
        }
        self.bytes.extend_from_slice(chunk);
    }

    /// All at once: a buffer that grows by doubling is there twice for a moment. What is not written to takes no memory.
    fn grow_to(&mut self, size: usize) {
        self.bytes.reserve(size.saturating_sub(self.bytes.len()));
    }
}

/// They are never closed.
async fn place(places: &'static Semaphore) -> Option<SemaphorePermit<'static>> {
    places.acquire().await.ok()
}

impl Drop for GrowingBody {
    fn drop(&mut self) {
        self.bytes.as_mut().zeroize();
    }
}

impl AsRef<[u8]> for GrowingBody {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_of_body::stalls_after;

    fn response(body: impl Into<reqwest::Body>) -> Response {
        axum::http::Response::new(body.into()).into()
    }

    /// A body that sends something and then nothing.
    mod futures_of_body {
        use bytes::Bytes;
        use hyper::body::{Body, Frame};
        use std::pin::Pin;
        use std::task::{Context, Poll};

        pub(super) struct Stalling(Option<Bytes>);

        pub(super) fn stalls_after(bytes: &'static [u8]) -> reqwest::Body {
            reqwest::Body::wrap(Stalling(Some(Bytes::from_static(bytes))))
        }

        impl Body for Stalling {
            type Data = Bytes;
            type Error = std::io::Error;

            fn poll_frame(
                mut self: Pin<&mut Self>,
                _: &mut Context<'_>,
            ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
                self.0.take().map_or(Poll::Pending, |bytes| Poll::Ready(Some(Ok(Frame::data(bytes)))))
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_as_large_as_it_may_be_and_no_larger() {
        assert_eq!(whole(response(vec![7; 100]), 100, "x").await.unwrap().len(), 100);
        let error = whole(response(vec![7; 101]), 100, "x").await.unwrap_err();
        assert_eq!(error.cause, Some(UnreachableCause::TooLarge), "{error}");
    }

    /// Their memory is bounded together, for as long as they are held.
    #[tokio::test(start_paused = true)]
    async fn large_answers_wait_for_each_other_and_small_ones_do_not() {
        let read = |size: usize| whole(response(vec![7; size]), MAX_OF_READS, "x");
        let mut held = Vec::new();
        for _ in 0..8 {
            held.push(read(MEDIUM).await.unwrap());
        }
        let hour = std::time::Duration::from_secs(3_600);
        assert!(tokio::time::timeout(hour, read(SMALL + 1)).await.is_err(), "eight are held");
        assert_eq!(read(SMALL).await.unwrap().len(), SMALL);
        held.pop();
        let large = read(MEDIUM + 1).await.unwrap();
        held.pop();
        assert!(tokio::time::timeout(hour, read(MEDIUM + 1)).await.is_err(), "one large one is held");
        drop(large);
        assert_eq!(read(MEDIUM + 1).await.unwrap().len(), MEDIUM + 1);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_stops_half_way_is_given_up() {
        let before = tokio::time::Instant::now();
        let error = whole(response(stalls_after(b"{\"value\":[")), 100, "x").await.unwrap_err();
        assert_eq!(error.cause, Some(UnreachableCause::Stalled), "{error}");
        assert!(before.elapsed() < 2 * PATIENCE_BETWEEN_BYTES);
    }
}
