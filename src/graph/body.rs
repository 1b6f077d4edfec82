//! Takes the body of an answer in, no larger than an answer is and no slower.

use std::fmt;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::{Client, ClientBuilder, Response};

use super::unreachable::{Unreachable, UnreachableCause};

/// What an answer to writes may have, once it is inflated: twenty of Graph's errors have some tens of kilobytes.
pub(crate) const MAX_OF_WRITES: usize = 2 << 20;
/// What an answer to reads may have: twenty pages of a batch have a few megabytes.
pub(crate) const MAX_OF_READS: usize = 12 << 20;
/// What a token may have, with all that comes with it.
pub(crate) const MAX_OF_TOKENS: usize = 1 << 20;
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
    let broken = |cause, own_words| Unreachable { service: service.to_string(), cause: Some(cause), own_words };
    let too_large = || broken(UnreachableCause::TooLarge, format!("more than {} MB", max >> 20));
    if response.content_length().is_some_and(|length| length > max as u64) {
        return Err(too_large());
    }
    let mut body = BytesMut::new();
    loop {
        let next = tokio::time::timeout(PATIENCE_BETWEEN_BYTES, response.chunk()).await;
        let seconds = PATIENCE_BETWEEN_BYTES.as_secs();
        let next =
            next.map_err(|_| broken(UnreachableCause::Stalled, format!("nothing came for {seconds} seconds")))?;
        let Some(chunk) = next.map_err(|error| Unreachable::new(&service, &error))? else { break };
        if body.len() + chunk.len() > max {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
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

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_stops_half_way_is_given_up() {
        let before = tokio::time::Instant::now();
        let error = whole(response(stalls_after(b"{\"value\":[")), 100, "x").await.unwrap_err();
        assert_eq!(error.cause, Some(UnreachableCause::Stalled), "{error}");
        assert!(before.elapsed() < 2 * PATIENCE_BETWEEN_BYTES);
    }
}
