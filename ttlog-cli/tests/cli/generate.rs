//! Completions and man pages.

use std::process::Stdio;

use crate::common::{Run, command};

#[test]
fn every_shell_has_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run: Run = command(&["completions", shell]).output().unwrap().into();
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        for part in ["ttlog", "show", "export", "all-fields"] {
            assert!(run.stdout.contains(part), "{shell}: {part}");
        }
    }
    let run: Run = command(&["completions", "dos"]).output().unwrap().into();
    assert_eq!(run.code, Some(2));
}

#[test]
fn the_completions_of_bash_are_a_script() {
    let run: Run = command(&["completions", "bash"]).output().unwrap().into();
    let check = std::process::Command::new("bash")
        .args(["-n", "-c", &run.stdout])
        .stdin(Stdio::null())
        .status();
    // Where there is no bash, nobody needs them.
    assert!(check.is_err() || check.is_ok_and(|status| status.success()));
}

#[test]
fn there_is_a_man_page_for_each_command() {
    let run: Run = command(&["man"]).output().unwrap().into();
    assert_eq!(run.code, Some(0));
    assert!(run.stdout.contains(".TH ttlog 1"), "{}", run.stdout);
    let directory = tempfile::tempdir().unwrap();
    let pages = directory.path().join("man1");
    let run: Run = command(&["man"]).arg(&pages).output().unwrap().into();
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    for name in [
        "",
        "-show",
        "-info",
        "-export",
        "-recover",
        "-completions",
        "-man",
    ] {
        let page = std::fs::read_to_string(pages.join(format!("ttlog{name}.1"))).unwrap();
        assert!(page.contains(".TH"), "{name}");
    }
    let show = std::fs::read_to_string(pages.join("ttlog-show.1")).unwrap();
    assert!(show.contains(".SH CONDITIONS") && show.contains(".SH \"EXIT STATUS\""));
}
