//! The calls of the macros that several loggers take: one text for all, so that they are measured by the same.

/// The calls of `log`.
macro_rules! log_calls {
    () => {
        #[inline(always)]
        fn integers(&self, user_id: u64, duration_ms: u64) {
            log::info!(user_id, duration_ms; "User logged in");
        }

        #[inline(always)]
        fn text(&self, action: &str, ratio: f64, user_id: u64) {
            log::info!(action, ratio, user_id; "Authentication failed");
        }

        #[inline(always)]
        fn message(&self, user: &str, action: &str) {
            log::info!("user {} did {}", user, action);
        }

        #[inline(always)]
        fn disabled(&self, user_id: u64, duration_ms: u64) {
            log::debug!(user_id, duration_ms; "User logged in");
        }
    };
}

/// The calls of `slog`, by the field `logger`.
macro_rules! slog_calls {
    () => {
        #[inline(always)]
        fn integers(&self, user_id: u64, duration_ms: u64) {
            ::slog::info!(self.logger, "User logged in"; "user_id" => user_id, "duration_ms" => duration_ms);
        }

        #[inline(always)]
        fn text(&self, action: &str, ratio: f64, user_id: u64) {
            ::slog::info!(self.logger, "Authentication failed"; "action" => action, "ratio" => ratio, "user_id" => user_id);
        }

        #[inline(always)]
        fn message(&self, user: &str, action: &str) {
            ::slog::info!(self.logger, "user {} did {}", user, action);
        }

        #[inline(always)]
        fn disabled(&self, user_id: u64, duration_ms: u64) {
            ::slog::debug!(self.logger, "User logged in"; "user_id" => user_id, "duration_ms" => duration_ms);
        }
    };
}

/// The calls of `tracing`.
macro_rules! tracing_calls {
    () => {
        #[inline(always)]
        fn integers(&self, user_id: u64, duration_ms: u64) {
            ::tracing::info!(user_id, duration_ms, "User logged in");
        }

        #[inline(always)]
        fn text(&self, action: &str, ratio: f64, user_id: u64) {
            ::tracing::info!(action, ratio, user_id, "Authentication failed");
        }

        #[inline(always)]
        fn message(&self, user: &str, action: &str) {
            ::tracing::info!("user {} did {}", user, action);
        }

        #[inline(always)]
        fn disabled(&self, user_id: u64, duration_ms: u64) {
            ::tracing::debug!(user_id, duration_ms, "User logged in");
        }
    };
}

pub(super) use {log_calls, slog_calls, tracing_calls};
