//! The parts of the help texts that are more than a line: examples, and what the exit codes mean.

pub(crate) const EXIT: &str = "\
Exit status:
  0  all is well (also when the reader of the output went away, or the pager was left)
  1  a file could not be read, or not all of it: it is missing, no snapshot, of a newer
     version, truncated or damaged; what is whole in it was used, and a line on stderr tells
     what is not. Or the output could not be written.
  2  the command line is wrong";

pub(crate) const SHOW: &str = "\
Examples:
  ttlog show crash.ttlog
  ttlog show --last 30s crash.ttlog                      the 30 seconds before the last event
  ttlog show --level warn --target shop::db crash.ttlog
  ttlog show --where 'status>=500' --where 'path~^/api' crash.ttlog
  ttlog show --since 10m --grep 'timeout|refused' crash.ttlog
  ttlog show --since '2026-01-31 12:00' --until 2026-01-31T13:05:00+01:00 crash.ttlog
  ttlog show --format json --quiet *.ttlog | jq .message
  ssh host cat /var/lib/shop/crash.ttlog | ttlog show -
";

pub(crate) const TIMES: &str = "\
Times:
  10m  -10m  1h30m  2d       so long before now
  end-30s  end               before the last event; `--last 30s` is short for `--since end-30s`
  start+5s  start            after the first event
  2026-01-31T12:00:00+01:00  as RFC 3339 has it
  2026-01-31 12:00           UTC, as in the output
  12:00  today  yesterday    today's or the day's time, UTC
  now  @1769817600           now; seconds since 1970
";

pub(crate) const CONDITIONS: &str = "\
Conditions:
  status>=500   = == != < <= > >=   numbers as numbers, texts as texts
  elapsed>10ms                      lengths of time with a unit; duration_ms>1s works as well
  path~^/api    path!~^/api         has a match of the regular expression, or has none
  error         !error              the event has such a field, or has not
                                    fields of the spans and contexts that it is in are its own,
                                    but for those that it has itself
  !status=200                       not so; unlike status!=200 also where there is no status
  \"odd name\"=\"x y\"                  quotes for names and values that need them
  level target message thread file line module name span kind
                                    what every event has; a span by its name, unless a field has that name;
                                    with @ in front never a field
";

pub(crate) const INFO: &str = "\
Examples:
  ttlog info crash.ttlog
  ttlog info --top 3 *.ttlog
  ttlog info --json crash.ttlog | jq '.levels'
";

pub(crate) const RECOVER: &str = "\
Examples:
  ttlog recover /dev/shm/checkout.box --output checkout.ttlog
  ttlog show --last 30s /dev/shm/checkout.box     reads it without that
  ttlog show --follow /dev/shm/checkout.box
";

pub(crate) const EXPORT: &str = "\
Examples:
  ttlog export --format json crash.ttlog | jq -c 'select(.fields.status >= 500)'
  ttlog export --format csv --fields status,path --output requests.csv crash.ttlog
  ttlog export --format csv --all-fields crash.ttlog
  ttlog export --format chrome --output trace.json *.ttlog    then open it in ui.perfetto.dev
";

pub(crate) const EXPORT_FORMATS: &str = "\
Formats:
  json    the same lines as `ttlog show --format json`; docs/cli.md lists the keys
  csv     time, level, target, thread, message, then fields: as JSON in one column, or
          a column each with --fields or --all-fields
  chrome  an instant for each event; one with a field `elapsed` or `duration` that is a length
          of time, or a number with its unit in the name, such as `duration_ms`, ends a slice
          of that length. A span is a slice, on its thread if it lies within those before it
  Of several files, json and csv tell the service and the pid as well.
";

pub(crate) const COMPLETIONS: &str = "\
Examples:
  ttlog completions bash > ~/.local/share/bash-completion/completions/ttlog
  ttlog completions zsh > ~/.zfunc/_ttlog          with ~/.zfunc in fpath
  ttlog completions fish > ~/.config/fish/completions/ttlog.fish
";

pub(crate) const MAN: &str = "\
Examples:
  ttlog man | man -l -
  ttlog man ~/.local/share/man/man1
";

/// The sections in their order, with an empty line between them.
pub(crate) fn sections(parts: &[&str]) -> String {
    parts.join("\n")
}
