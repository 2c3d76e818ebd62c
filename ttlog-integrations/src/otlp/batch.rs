//! [`Batch`]: records that wait to be sent, as the bytes that they will be sent as.
//!
//! Invariants: the records are behind one another in one buffer, in the order in which they came; each knows where it begins, and its scope. So a batch takes
//! little more memory than its request, and any range of it can be made a request of its own.
//!
//! A message of Protocol Buffers is its fields behind one another, so the messages around the records are put together here: `ExportLogsServiceRequest`,
//! `ResourceLogs` and `ScopeLogs` have their parts under the same numbers as `ExportTraceServiceRequest`, `ResourceSpans` and `ScopeSpans`.

use std::collections::HashMap;
use std::ops::Range;

use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint};

/// `resource_logs` of a request, `resource` and `scope_logs` of the entries in it, `scope` and `log_records` of theirs; and those of traces.
const RESOURCE_RECORDS: u32 = 1;
const RESOURCE: u32 = 1;
const SCOPE_RECORDS: u32 = 2;
const SCOPE: u32 = 1;
const RECORDS: u32 = 2;

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Batch {
    records: Vec<u8>,
    entries: Vec<Entry>,
    scopes: Vec<String>,
    numbers: HashMap<String, u32>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    start: usize,
    scope: u32,
    /// Whether it counts as an event.
    is_counted: bool,
}

impl Batch {
    /// How many records there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// About how much memory it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let scopes = self.scopes.iter();
        let names: usize = scopes
            .map(|scope| 2 * (scope.len() + size_of::<String>()))
            .sum();
        self.records.len() + self.entries.len() * size_of::<Entry>() + names
    }

    /// One record more.
    pub(super) fn push(&mut self, scope: &str, record: &impl Message, is_counted: bool) {
        let scope = self.number_of(scope);
        self.entries.push(Entry {
            start: self.records.len(),
            scope,
            is_counted,
        });
        encode_key(RECORDS, WireType::LengthDelimited, &mut self.records);
        encode_varint(record.encoded_len() as u64, &mut self.records);
        record.encode_raw(&mut self.records);
    }

    fn number_of(&mut self, scope: &str) -> u32 {
        if let Some(number) = self.numbers.get(scope) {
            return *number;
        }
        let number = self.scopes.len() as u32;
        self.scopes.push(scope.to_owned());
        self.numbers.insert(scope.to_owned(), number);
        number
    }

    /// How many of these records count as events.
    pub(super) fn counted(&self, range: Range<usize>) -> u64 {
        let entries = self.entries[range].iter();
        entries.filter(|entry| entry.is_counted).count() as u64
    }

    /// How many bytes of a request these records are.
    pub(super) fn bytes_of(&self, range: Range<usize>) -> usize {
        self.start_of(range.end) - self.start_of(range.start)
    }

    /// Where the records end that begin with `first` and are of so many bytes at most; there is one at least.
    pub(super) fn end_of(&self, first: usize, most_bytes: usize) -> usize {
        let limit = self.start_of(first).saturating_add(most_bytes);
        let mut end = first + 1;
        while end < self.len() && self.start_of(end + 1) <= limit {
            end += 1;
        }
        end
    }

    /// Where a record begins, or where the last one ends.
    fn start_of(&self, index: usize) -> usize {
        let entry = self.entries.get(index);
        entry.map_or(self.records.len(), |entry| entry.start)
    }

    /// The request that brings these records.
    pub(super) fn request(&self, range: Range<usize>, resource: &Resource) -> Vec<u8> {
        let mut by_scope: Vec<usize> = range.collect();
        // A stable sort: within a scope the order stays.
        by_scope.sort_by_key(|index| self.entries[*index].scope);
        let mut all = Vec::new();
        prost::encoding::message::encode(RESOURCE, resource, &mut all);
        for group in by_scope.chunk_by(|a, b| self.entries[*a].scope == self.entries[*b].scope) {
            let scope = InstrumentationScope {
                name: self.scopes[self.entries[group[0]].scope as usize].clone(),
                ..InstrumentationScope::default()
            };
            let scope_bytes = prost::encoding::message::encoded_len(SCOPE, &scope);
            let record_bytes: usize = group.iter().map(|index| self.record(*index).len()).sum();
            encode_key(SCOPE_RECORDS, WireType::LengthDelimited, &mut all);
            encode_varint((scope_bytes + record_bytes) as u64, &mut all);
            prost::encoding::message::encode(SCOPE, &scope, &mut all);
            for index in group {
                all.extend_from_slice(self.record(*index));
            }
        }
        let mut request = Vec::with_capacity(1 + encoded_len_varint(all.len() as u64) + all.len());
        encode_key(RESOURCE_RECORDS, WireType::LengthDelimited, &mut request);
        encode_varint(all.len() as u64, &mut request);
        request.extend_from_slice(&all);
        request
    }

    /// A record with its key and its length.
    fn record(&self, index: usize) -> &[u8] {
        &self.records[self.start_of(index)..self.start_of(index + 1)]
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.records.clear();
        self.entries.clear();
        self.scopes.clear();
        self.numbers.clear();
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use opentelemetry_proto::tonic::logs::v1::LogRecord;
    use opentelemetry_proto::tonic::trace::v1::Span;

    use super::*;

    #[test]
    fn a_range_of_logs_is_a_request_in_order_within_each_scope() {
        let mut batch = Batch::default();
        for time in 0..9_u64 {
            let record = LogRecord {
                time_unix_nano: time,
                ..LogRecord::default()
            };
            batch.push(["a", "b", ""][time as usize % 3], &record, time % 2 == 0);
        }
        assert_eq!(
            (batch.len(), batch.counted(0..9), batch.counted(1..4)),
            (9, 5, 1)
        );
        let request = batch.request(1..8, &Resource::default());
        let request = ExportLogsServiceRequest::decode(&*request).unwrap();
        let scopes = &request.resource_logs[0].scope_logs;
        let found: Vec<(&str, Vec<u64>)> = scopes
            .iter()
            .map(|logs| {
                let times = logs.log_records.iter().map(|record| record.time_unix_nano);
                (&*logs.scope.as_ref().unwrap().name, times.collect())
            })
            .collect();
        assert_eq!(
            found,
            [("a", vec![3, 6]), ("b", vec![1, 4, 7]), ("", vec![2, 5])]
        );
        let one = batch.bytes_of(0..1);
        assert_eq!((batch.end_of(0, 0), batch.end_of(3, 0)), (1, 4));
        assert_eq!((batch.end_of(0, one), batch.end_of(0, one - 1)), (1, 1));
        assert_eq!((batch.end_of(3, usize::MAX), batch.end_of(8, 0)), (9, 9));
        assert_eq!(batch.end_of(3, batch.bytes_of(3..6)), 6);
        batch.clear();
        assert_eq!((batch.len(), batch.bytes()), (0, 0));
    }

    #[test]
    fn spans_are_framed_as_logs_are() {
        let mut batch = Batch::default();
        let span = Span {
            name: "query".repeat(100),
            ..Span::default()
        };
        batch.push("db", &span, true);
        let request = batch.request(0..1, &Resource::default());
        let request = ExportTraceServiceRequest::decode(&*request).unwrap();
        let scope = &request.resource_spans[0].scope_spans[0];
        assert_eq!(scope.scope.as_ref().unwrap().name, "db");
        assert_eq!(scope.spans, [span]);
    }
}
