//! The applications that are built: each says hello, and logs one event of two integers.

use std::io;
use std::path::Path;

/// The workspace that this program was built from.
const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// An application with a logger, set up as its documentation shows.
pub(super) struct Application {
    /// Its name in the table and on the command line.
    pub(super) name: &'static str,
    /// The lines under `[dependencies]`.
    dependencies: &'static str,
    /// What its `main` does.
    main: &'static str,
}

/// All applications, the one without a logger first.
pub(super) const APPLICATIONS: &[Application] = &[
    Application {
        name: "empty",
        dependencies: "",
        main: "",
    },
    Application {
        name: "ttlog",
        dependencies: "ttlog = { path = \"WORKSPACE\" }",
        main: "let _handle = ttlog::init().filter(\"info\").init();
    ttlog::info!(\"User logged in\", user_id = 123, duration_ms = 45);",
    },
    // The feature is on, but the filter is not used, so that the linker can leave it out: the smallest usual setup.
    Application {
        name: "tracing",
        dependencies: "tracing = \"0.1\"
tracing-subscriber = { version = \"0.3\", features = [\"env-filter\"] }
tracing-appender = \"0.2\"",
        main: "let (writer, _worker) = tracing_appender::non_blocking(std::io::stderr());
    tracing_subscriber::fmt().with_writer(writer).init();
    tracing::info!(user_id = 123, duration_ms = 45, \"User logged in\");",
    },
    Application {
        name: "tracing-with-filter",
        dependencies: "tracing = \"0.1\"
tracing-subscriber = { version = \"0.3\", features = [\"env-filter\"] }
tracing-appender = \"0.2\"",
        main: "let (writer, _worker) = tracing_appender::non_blocking(std::io::stderr());
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).init();
    tracing::info!(user_id = 123, duration_ms = 45, \"User logged in\");",
    },
    Application {
        name: "env_logger",
        dependencies: "log = { version = \"0.4\", features = [\"kv\"] }
env_logger = { version = \"0.11\", features = [\"kv\"] }",
        main: "env_logger::init();
    log::info!(user_id = 123, duration_ms = 45; \"User logged in\");",
    },
];

impl Application {
    /// Writes its sources. It is a workspace of its own, so that nothing above it has a say.
    pub(super) fn write(&self, directory: &Path) -> io::Result<()> {
        let dependencies = self.dependencies.replace("WORKSPACE", WORKSPACE);
        let manifest = format!(
            "[package]\nname = \"application\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
             [dependencies]\n{dependencies}\n\n[profile.release]\nstrip = true\n\n[workspace]\n"
        );
        let main = format!(
            "fn main() {{\n    println!(\"hello\");\n    {}\n}}\n",
            self.main
        );
        std::fs::create_dir_all(directory.join("src"))?;
        std::fs::write(directory.join("Cargo.toml"), manifest)?;
        std::fs::write(directory.join("src/main.rs"), main)
    }
}
