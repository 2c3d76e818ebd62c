//! [`RetryInfo`]: how long a gRPC server wants to be left alone, which is among the details of its status.

use std::time::Duration;

use prost::Message;

use super::answer::RpcStatus;

/// `google.rpc.RetryInfo`.
#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<Delay>,
}

/// `google.protobuf.Duration`.
#[derive(Clone, PartialEq, Message)]
struct Delay {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

/// For how long to wait, where a detail says that it is worth it.
pub(super) fn retry_delay(status: &RpcStatus) -> Option<Duration> {
    let info = status
        .details
        .iter()
        .find(|detail| detail.type_url.ends_with("/google.rpc.RetryInfo"))?;
    let delay = RetryInfo::decode(&*info.value).ok()?.retry_delay?;
    let seconds = Duration::from_secs(delay.seconds.try_into().unwrap_or(0));
    seconds.checked_add(Duration::from_nanos(delay.nanos.try_into().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::answer::Detail;

    #[test]
    fn a_delay_is_found_among_the_details() {
        let info = RetryInfo {
            retry_delay: Some(Delay {
                seconds: 2,
                nanos: 500_000_000,
            }),
        };
        let detail = |type_url: &str, value| Detail {
            type_url: type_url.to_owned(),
            value,
        };
        let mut status = RpcStatus {
            details: vec![detail("type.googleapis.com/google.rpc.Help", vec![1, 2])],
            ..RpcStatus::default()
        };
        assert_eq!(retry_delay(&status), None);
        let info = info.encode_to_vec();
        let kind = "type.googleapis.com/google.rpc.RetryInfo";
        status.details.push(detail(kind, info));
        assert_eq!(retry_delay(&status), Some(Duration::from_millis(2500)));
    }
}
