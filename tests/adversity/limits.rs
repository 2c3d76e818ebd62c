//! Sizes without sense, events over every limit, names and values of any kind.

use ttlog::{EventBuilder, FieldValue, InitError, LogEvent, emit_fast, info};

use crate::support::{Kept, flush_and_balance, number, tiny};

const MEGABYTE: usize = 1 << 20;

/// What a sink is given of the one event that `log` logs, where an event has 1 KiB.
fn logged(log: impl FnOnce()) -> LogEvent {
    let kept = Kept::default();
    let handle = tiny().sink(kept.clone()).build().unwrap();
    handle.scope(log);
    let stats = flush_and_balance(&handle);
    assert_eq!((stats.recorded, stats.delivered), (1, 1));
    kept.events().remove(0)
}

fn out_of_range(builder: ttlog::TtlogBuilder, setting: &str) {
    let error = builder.recorder_only().build().unwrap_err();
    assert!(
        matches!(error, InitError::OutOfRange { setting: named, .. } if named == setting),
        "{error:?}"
    );
    assert!(error.to_string().contains(setting), "{error}");
}

#[test]
fn a_size_without_sense_is_an_error_that_names_it() {
    out_of_range(ttlog::init().capacity(0), "capacity");
    out_of_range(ttlog::init().capacity(usize::MAX), "capacity");
    out_of_range(ttlog::init().capacity(usize::MAX / 128), "capacity");
    out_of_range(ttlog::init().capacity_bytes(0), "capacity");
    out_of_range(ttlog::init().capacity_bytes(usize::MAX), "capacity");
    out_of_range(ttlog::init().ring_bytes(usize::MAX), "ring_bytes");
    out_of_range(ttlog::init().ring_bytes(0), "ring_bytes");
    out_of_range(ttlog::init().max_event_bytes(0), "max_event_bytes");
    out_of_range(ttlog::init().max_event_bytes(usize::MAX), "max_event_bytes");
    out_of_range(ttlog::init().max_event_bytes(MEGABYTE), "max_event_bytes");
}

#[test]
fn the_smallest_and_the_largest_sizes_work() {
    for builder in [
        ttlog::init().capacity(1),
        ttlog::init()
            .capacity_bytes(1)
            .max_event_bytes(1 << 10)
            .ring_bytes(8 << 10),
        ttlog::init().max_event_bytes(512 << 10).ring_bytes(8 << 10),
    ] {
        let kept = Kept::default();
        let handle = builder.sink(kept.clone()).build().unwrap();
        handle.scope(|| (0..1_000_u64).for_each(|n| info!("event", n)));
        flush_and_balance(&handle);
        assert_eq!(kept.len(), 1_000);
    }
}

#[test]
fn the_largest_event_is_cut_to_its_size_and_arrives() {
    let huge = "x".repeat(10 * MEGABYTE);
    let kept = Kept::default();
    let handle = ttlog::init()
        .max_event_bytes(512 << 10)
        .sink(kept.clone())
        .build()
        .unwrap();
    handle.scope(|| (0..20_u64).for_each(|n| info!("{huge}", n)));
    flush_and_balance(&handle);
    let events = kept.events();
    assert_eq!(events.len(), 20);
    for (n, event) in events.iter().enumerate() {
        assert!(event.cut && huge.starts_with(&event.message));
        assert!((500 << 10..512 << 10).contains(&event.message.len()));
        assert_eq!(number(event, "n"), n as u64);
    }
}

#[test]
fn a_huge_text_is_cut_and_the_small_fields_after_it_are_there() {
    let huge = "x".repeat(10 * MEGABYTE);
    let cut_to = |event: &LogEvent, field: &str| {
        let text = event.field(field).unwrap().as_str().unwrap();
        assert!(huge.starts_with(text));
        assert!(text.len() > 500, "{} bytes are left", text.len());
        assert!(event.cut);
        assert_eq!(number(event, "n"), 7);
    };
    cut_to(&logged(|| info!("a text", huge, n = 7_u64)), "huge");
    cut_to(
        &logged(|| info!("a display", huge = %huge, n = 7_u64)),
        "huge",
    );
    cut_to(
        &logged(|| info!("a debug", huge = %format_args!("{huge}"), n = 7_u64)),
        "huge",
    );
    let event = logged(|| info!("{huge}", n = 7_u64));
    assert!(huge.starts_with(&event.message) && event.message.len() > 500);
    assert_eq!((event.cut, number(&event, "n")), (true, 7));
}

#[test]
fn what_does_not_fit_takes_no_other_fields_value() {
    let huge = "x".repeat(MEGABYTE);
    let error = std::io::Error::other("out of order");
    let event = logged(|| {
        info!(
            "all kinds",
            huge,
            wide = u128::MAX,
            text = "some text",
            bytes = [1_u8; 9],
            shown = %7,
            debug = ?Some(7),
            error,
            pause = std::time::Duration::from_secs(1),
            address = std::net::Ipv4Addr::LOCALHOST,
            n = 7_u64,
        )
    });
    assert!(event.cut);
    assert_eq!(number(&event, "n"), 7);
    for field in &event.fields {
        let fits_its_name = match (&field.key[..], &field.value) {
            // What there was no room for is not there, or shorter.
            (_, FieldValue::None) => true,
            ("huge", value) => huge.starts_with(value.as_str().unwrap()),
            ("wide", value) => *value == FieldValue::U128(u128::MAX),
            ("text", value) => "some text".starts_with(value.as_str().unwrap()),
            ("bytes", value) => {
                matches!(value, FieldValue::Bytes(bytes) if [1; 9].starts_with(bytes))
            }
            ("shown", FieldValue::Display(text)) => "7".starts_with(text),
            ("debug", FieldValue::Debug(text)) => "Some(7)".starts_with(text),
            ("error", FieldValue::Error(chain)) => chain.len() <= 1,
            ("pause", value) => *value == FieldValue::Duration(std::time::Duration::from_secs(1)),
            ("address", value) => matches!(value, FieldValue::Ip(_)),
            ("n", value) => *value == FieldValue::U64(7),
            (other, _) => panic!("a field {other:?}"),
        };
        assert!(fits_its_name, "{field:?}");
    }
}

#[test]
fn a_huge_dynamic_event_is_cut_and_its_small_fields_are_there() {
    let huge = "x".repeat(10 * MEGABYTE);
    let event = logged(|| {
        emit_fast(
            EventBuilder::with_capacity(4)
                .target(huge.clone())
                .message(huge.clone())
                .field("before", 1_u64)
                .field("huge", huge.clone())
                .field("n", 7_u64)
                .build(),
        )
    });
    assert!(event.cut);
    assert!(!event.target.is_empty() && huge.starts_with(&*event.target));
    assert!(huge.starts_with(&event.message));
    assert_eq!(number(&event, "before"), 1);
    assert_eq!(number(&event, "n"), 7);
}

#[test]
fn names_over_the_limit_are_cut_or_left_out_with_their_values() {
    let event = logged(|| {
        let mut builder = EventBuilder::with_capacity(8);
        for n in 0..8_u64 {
            builder = builder.field("long".repeat(MEGABYTE), n);
        }
        emit_fast(builder.build());
    });
    assert!(event.cut);
    for (n, field) in event.fields.iter().enumerate() {
        assert!("long".repeat(128).starts_with(&*field.key));
        let whole = field.value == FieldValue::U64(n as u64);
        assert!(whole || field.value == FieldValue::None, "{field:?}");
    }
}

#[test]
fn three_hundred_fields_made_by_hand_are_all_there_or_the_first_of_them() {
    let log = || {
        let mut builder = EventBuilder::with_capacity(300).message("many");
        for n in 0..300_u64 {
            builder = builder.field(format!("f{n}"), n);
        }
        emit_fast(builder.build());
    };
    let check = |event: &LogEvent| {
        assert_eq!(event.message, "many");
        for (n, field) in event.fields.iter().enumerate() {
            assert_eq!(field.key, format!("f{n}"));
            assert_eq!(field.value, FieldValue::U64(n as u64));
        }
    };
    let cut = logged(log);
    check(&cut);
    assert!(cut.cut && cut.fields.len() > 20);

    let kept = Kept::default();
    let handle = ttlog::init().sink(kept.clone()).build().unwrap();
    handle.scope(log);
    flush_and_balance(&handle);
    let whole = &kept.events()[0];
    check(whole);
    assert!(!whole.cut);
    assert_eq!(whole.fields.len(), 300);
}

macro_rules! log_with_fields {
    ($($field:ident)*) => { info!("many", $($field = stringify!($field).len() as u64),*) };
}

#[test]
fn three_hundred_fields_of_one_call_are_all_there_or_the_first_of_them() {
    let log = || {
        log_with_fields!(
            f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12 f13 f14 f15 f16 f17 f18 f19 f20 f21 f22 f23
            f24 f25 f26 f27 f28 f29 f30 f31 f32 f33 f34 f35 f36 f37 f38 f39 f40 f41 f42 f43 f44 f45
            f46 f47 f48 f49 f50 f51 f52 f53 f54 f55 f56 f57 f58 f59 f60 f61 f62 f63 f64 f65 f66 f67
            f68 f69 f70 f71 f72 f73 f74 f75 f76 f77 f78 f79 f80 f81 f82 f83 f84 f85 f86 f87 f88 f89
            f90 f91 f92 f93 f94 f95 f96 f97 f98 f99 f100 f101 f102 f103 f104 f105 f106 f107 f108
            f109 f110 f111 f112 f113 f114 f115 f116 f117 f118 f119 f120 f121 f122 f123 f124 f125
            f126 f127 f128 f129 f130 f131 f132 f133 f134 f135 f136 f137 f138 f139 f140 f141 f142
            f143 f144 f145 f146 f147 f148 f149 f150 f151 f152 f153 f154 f155 f156 f157 f158 f159
            f160 f161 f162 f163 f164 f165 f166 f167 f168 f169 f170 f171 f172 f173 f174 f175 f176
            f177 f178 f179 f180 f181 f182 f183 f184 f185 f186 f187 f188 f189 f190 f191 f192 f193
            f194 f195 f196 f197 f198 f199 f200 f201 f202 f203 f204 f205 f206 f207 f208 f209 f210
            f211 f212 f213 f214 f215 f216 f217 f218 f219 f220 f221 f222 f223 f224 f225 f226 f227
            f228 f229 f230 f231 f232 f233 f234 f235 f236 f237 f238 f239 f240 f241 f242 f243 f244
            f245 f246 f247 f248 f249 f250 f251 f252 f253 f254 f255 f256 f257 f258 f259 f260 f261
            f262 f263 f264 f265 f266 f267 f268 f269 f270 f271 f272 f273 f274 f275 f276 f277 f278
            f279 f280 f281 f282 f283 f284 f285 f286 f287 f288 f289 f290 f291 f292 f293 f294 f295
            f296 f297 f298 f299
        );
    };
    let check = |event: &LogEvent| {
        for (n, field) in event.fields.iter().enumerate() {
            assert_eq!(field.key, format!("f{n}"));
            let left_out = event.cut && n > 50 && field.value == FieldValue::None;
            let length = FieldValue::U64(field.key.len() as u64);
            assert!(left_out || field.value == length, "{field:?}");
        }
    };
    let cut = logged(log);
    check(&cut);
    assert!(cut.cut && cut.fields.len() > 50);

    let kept = Kept::default();
    let handle = ttlog::init().sink(kept.clone()).build().unwrap();
    handle.scope(log);
    flush_and_balance(&handle);
    let whole = &kept.events()[0];
    check(whole);
    assert!(!whole.cut);
    assert_eq!(whole.fields.len(), 300);
}

#[test]
fn names_and_texts_of_any_kind_come_back_as_they_were() {
    let texts = [
        "",
        " ",
        "with space = and \"quotes\"",
        "two\nlines\r\n",
        "nul\0inside",
        "\u{1b}[31mred\u{1b}[0m",
        "\u{202e}backwards\u{2066}",
        "ключ",
        "\u{1f980}\u{200d}\u{1f980}",
        "\u{10ffff}",
        "ttlog",
    ];
    for text in texts {
        let by_hand = logged(|| {
            emit_fast(
                EventBuilder::with_capacity(1)
                    .target(text)
                    .message(text)
                    .field(text, text)
                    .build(),
            )
        });
        assert_eq!((&*by_hand.target, &*by_hand.message), (text, text));
        assert_eq!(by_hand.fields[0].key, text);
        assert_eq!(by_hand.fields[0].value.as_str(), Some(text));

        let by_macro = logged(|| info!(target: text, { text } = text, known = text, "{text}"));
        assert_eq!((&*by_macro.target, &*by_macro.message), (text, text));
        assert_eq!(by_macro.field("known").unwrap().as_str(), Some(text));
        let computed = by_macro
            .fields
            .iter()
            .find(|field| field.key == text)
            .unwrap();
        assert_eq!(computed.value.as_str(), Some(text));
    }
}

#[test]
fn a_text_cut_within_a_character_ends_before_it() {
    for shift in 0..8 {
        let huge = "x".repeat(shift) + &"\u{1f980}".repeat(1_000);
        let event = logged(|| info!("cut", huge));
        let text = event.field("huge").unwrap().as_str().unwrap();
        assert!(event.cut && huge.starts_with(text) && text.len() > 500);
    }
}
