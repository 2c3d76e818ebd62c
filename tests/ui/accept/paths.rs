//! The crate under other names: renamed by `use`, by `extern crate`, and handed on by a module.

extern crate ttlog as logging;

mod facade {
    pub mod inner {
        pub use ttlog::*;
    }
    pub use ttlog::info as note;
}

mod ttlog_user {
    use ttlog as t;

    /// A macro of a crate that logs on behalf of its callers.
    macro_rules! with_id {
        ($id:expr, $($rest:tt)*) => { t::info!(id = $id, $($rest)*) };
    }

    pub fn log() {
        let user = 1;
        t::info!("text {user}", user, %user);
        t::log!(t::LogLevel::Info, "text");
        with_id!(user + 1, "text {}", user);
    }
}

fn main() {
    let user = 1;
    logging::info!("text {user}", user, %user);
    facade::inner::info!("text {user}", user, %user);
    facade::note!("text {user}", user, %user);
    let _ = facade::inner::enabled!(logging::LogLevel::Info);
    ttlog_user::log();
}
