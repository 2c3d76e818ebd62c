//! Every name of the prelude, and every name that an expansion could stumble over, means something else here.

#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types, non_upper_case_globals, unused_imports, unused_macros)]
#![deny(warnings)]

mod shadows {
    macro_rules! types {
        ($($name:ident)*) => { $(pub struct $name;)* };
    }
    types! {
        Option Some None Result Ok Err Box String Vec Clone Copy Send Sync Drop Fn FnMut FnOnce From Into Iterator AsRef
        u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64 bool char str
        LogLevel Level Info CallSite Metadata FieldDef Encoder Origin NewSpan Span SpanSite Probe Value Recorded
        ViaValue ViaError ViaFields ViaNothing ViaText Fields FieldWriter Display Debug Error Redacted
        Once Rate Sample Histogram HistogramTimer Buckets
    }

    pub mod std {}
    pub mod core {}
    pub mod alloc {}
    pub mod ttlog_core {}
    pub mod ttlog_macros {}
    pub mod macros {}
    pub mod __private {}

    pub const SITE: () = ();
    pub static event: () = ();
    pub static site: () = ();
    pub const level: () = ();
    pub const span: () = ();
    pub const target: () = ();
    pub const a: () = ();
}

macro_rules! format_args { ($($ignored:tt)*) => { compile_error!("not ours") } }
macro_rules! module_path { ($($ignored:tt)*) => { compile_error!("not ours") } }
macro_rules! file { ($($ignored:tt)*) => { compile_error!("not ours") } }
macro_rules! line { ($($ignored:tt)*) => { compile_error!("not ours") } }
macro_rules! concat { ($($ignored:tt)*) => { compile_error!("not ours") } }
macro_rules! log_at { ($($ignored:tt)*) => { compile_error!("not ours") } }
macro_rules! span_at { ($($ignored:tt)*) => { compile_error!("not ours") } }
macro_rules! histogram { ($($ignored:tt)*) => { compile_error!("not ours") } }
macro_rules! log_with { ($($ignored:tt)*) => { compile_error!("not ours") } }

mod within {
    use crate::shadows::*;

    pub fn log() {
        let (user, width, error) = (5, 6, ::std::fmt::Error);
        ::ttlog::trace!("text");
        ::ttlog::debug!("text {}", user);
        ::ttlog::info!("text {user:width$} {:?} {named:x}", user, width, named = 255, constant = "text");
        ::ttlog::warn!(name: "n", target: "t", parent: 7_u64, user, %width, ?error, "text");
        ::ttlog::error!(target: [""][0], { "key" } = user, error, "text");
        ::ttlog::critical!(error:err; "text");
        ::ttlog::log!(::ttlog::LogLevel::Info, target = user, "text {user}");
        ::ttlog::event!(target: [""][0], parent: None, ::ttlog::LogLevel::Info, event = user, level = user, site = user);
        let _timer = ::ttlog::timer!("t", user, elapsed = width);
        let _timer = ::ttlog::timer!(target: "t", ::ttlog::LogLevel::Info, "t", ?error);
        let _timer = ::ttlog::timer!(histogram, "t");
        let _timer = ::ttlog::timer!(target: "t", histogram, ::ttlog::LogLevel::Info, "t");
        let _guard = ::ttlog::span!("s", user, width = %width, error);
        let _span = ::ttlog::span!(target: [""][0], parent: None, ::ttlog::LogLevel::Info, "s", span = user, { "key" } = user);
        let _span = ::ttlog::info_span!(parent: &_span, "s", event = user, constant = "text");
        if ::ttlog::enabled!(target: "t", ::ttlog::LogLevel::Info) || ::ttlog::enabled!(::ttlog::LogLevel::Info) {
            ::ttlog::info!(message = user);
        }
    }
}

mod methods {
    /// Methods of the names that an expansion calls, on every type.
    pub trait Everything {
        fn is_enabled(&self) {}
        fn record(&self) {}
        fn finish(&self) {}
        fn message(&self) {}
        fn name(&self) {}
        fn entered(&self) {}
        fn bit(&self) {}
        fn pass(&self) {}
        fn held_back(&self) {}
        fn spread(&self) {}
        fn spreads(&self) {}
        fn write(&self) {}
        fn field(&self) {}
        fn record_fields(&self) {}
    }
    impl<T: ?::std::marker::Sized> Everything for &T {}

    pub fn log() {
        let user = 5;
        ::ttlog::info!(once, "text", user);
        ::ttlog::info!(limit = "10/s", "text", user);
        ::ttlog::info!(sample = 0.5, "text", user);
        ::ttlog::info!("text {user}", user, text = "text", other = user);
        let _guard = ::ttlog::span!("s", user, text = "text", other = ?user);
    }
}

mod derived {
    use crate::methods::Everything as _;
    use crate::shadows::*;

    #[derive(::ttlog::Fields)]
    pub struct Part<T> {
        a: ::core::primitive::u8,
        b: ::core::option::Option<T>,
        #[field(display)]
        c: ::core::option::Option<T>,
        #[field(redact)]
        d: (),
    }

    #[derive(::ttlog::Fields)]
    pub enum Whole<T> {
        Some {
            #[field(flatten)]
            event: Part<T>,
        },
        None(#[field(prefix = "p.")] Part<T>),
    }

    pub fn log() {
        let part = || Part { a: 1, b: ::core::option::Option::Some(2), c: ::core::option::Option::None, d: () };
        let (some, none) = (Whole::Some { event: part() }, Whole::None(part()));
        ::ttlog::info!("text", some, ..none);
    }
}

fn main() {
    derived::log();
    within::log();
    methods::log();
}
