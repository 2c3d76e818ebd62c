//! [`Answer`]: what a server's answer means for the records of a request.

use std::time::{Duration, SystemTime};

use prost::Message;

/// What becomes of the records of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// The server has them, but for so many.
    Accepted { rejected: u64, why: String },
    /// They are too many for one request.
    TooLarge(String),
    /// The server will not take them.
    Refused(String),
    /// The server can't take them now, or doesn't answer; it may have said for how long to wait.
    TryLater {
        after: Option<Duration>,
        why: String,
    },
}

impl Answer {
    pub(super) fn try_later(why: impl Into<String>) -> Answer {
        Answer::TryLater {
            after: None,
            why: why.into(),
        }
    }
}

/// The longest text of a server that is told of, in bytes.
const LONGEST_TEXT: usize = 300;

/// A text of a server as it can stand in a line.
pub(super) fn shown(text: &str) -> String {
    let text: String = text
        .trim()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    match text
        .char_indices()
        .find(|(at, c)| at + c.len_utf8() > LONGEST_TEXT)
    {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// `google.rpc.Status`: the body of an error over HTTP, and the details of one over gRPC.
#[derive(Clone, PartialEq, Message)]
pub(super) struct RpcStatus {
    #[prost(int32, tag = "1")]
    pub(super) code: i32,
    #[prost(string, tag = "2")]
    pub(super) message: String,
    #[prost(message, repeated, tag = "3")]
    pub(super) details: Vec<Detail>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Detail {
    #[prost(string, tag = "1")]
    pub(super) type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) value: Vec<u8>,
}

/// What the header `Retry-After` says: a number of seconds, or a date.
pub(super) fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
        let after = |text| retry_after(text, now);
        assert_eq!(after(" 7 "), Some(Duration::from_secs(7)));
        assert_eq!(
            after("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(Duration::from_secs(7))
        );
        assert_eq!(after("Sun, 06 Nov 1994 08:49:20 GMT"), Some(Duration::ZERO));
        assert_eq!(after("soon"), None);
    }

    #[test]
    fn what_a_server_says_is_one_short_line() {
        assert_eq!(shown(" a\nb\x1b[31m "), "a b [31m");
        let long = shown(&"ü".repeat(1000));
        assert!(long.len() <= LONGEST_TEXT + "…".len() && long.ends_with("ü…"));
    }
}
