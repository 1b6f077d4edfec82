//! What an HTTP status says, for every answer that Graph or its token service gives.

/// The class of a status. Items of a batch, whole batches, reads and the token service all ask this one table.
///
/// Source: "Microsoft Graph error responses and resource types" and "Microsoft Graph throttling guidance".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusClass {
    /// 2xx.
    Success,
    /// 401: the token is not accepted, or not any more.
    Unauthorized,
    /// 409: another request is changing the same object.
    Conflict,
    /// 423, 424: a lock, or a request that this one was made to depend on. Nothing was done.
    Blocked,
    /// 429: a quota is used up.
    Throttled,
    /// 408 and 5xx but 501 and 505: the service failed, and what it did before that is not known. A gateway may give up on
    /// what the directory has done.
    ServerFault,
    /// No status that ends a request: 1xx, 3xx, and what HTTP does not know. Graph gives none, so that something else speaks
    /// for it, and what was done is not known.
    NoneOfGraphs,
    /// Everything else, 501 and 505 too: the same request will be refused again.
    Refused,
}

impl StatusClass {
    /// The class of a status.
    pub const fn of(status: u16) -> Self {
        match status {
            200..=299 => Self::Success,
            401 => Self::Unauthorized,
            409 => Self::Conflict,
            423 | 424 => Self::Blocked,
            429 => Self::Throttled,
            408 | 500 | 502..=504 | 506..=599 => Self::ServerFault,
            400..=599 => Self::Refused,
            _ => Self::NoneOfGraphs,
        }
    }

    /// Can the same request succeed later, without any change?
    pub const fn is_passing(self) -> bool {
        matches!(self, Self::Conflict | Self::Blocked | Self::Throttled | Self::ServerFault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_tried_again_and_nothing_else_is() {
        let passing = |status: &u16| StatusClass::of(*status).is_passing();
        assert!([408, 409, 423, 424, 429, 500, 502, 503, 504, 520, 599].iter().all(passing));
        assert!(![200, 204, 302, 400, 401, 403, 404, 412, 501, 505].iter().any(passing));
    }

    #[test]
    fn what_ends_no_request_is_no_refusal() {
        for status in [0, 100, 199, 300, 302, 304, 399, 600, 999, u16::MAX] {
            assert_eq!(StatusClass::of(status), StatusClass::NoneOfGraphs, "{status}");
        }
        assert_eq!([400, 418, 451, 501].map(StatusClass::of), [StatusClass::Refused; 4]);
    }
}
