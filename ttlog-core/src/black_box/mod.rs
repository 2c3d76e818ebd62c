//! The black box: rings, recorder and what is needed to read them, in one file that is mapped into memory and so outlives
//! the process. `docs/format.md` describes the file, which is called an *image* there.
//!
//! | module | owns |
//! |---|---|
//! | `layout` | where a word stands in an image |
//! | `mapping` | the memory: reserved addresses, and a file or nothing behind them |
//! | `writer` | `BlackBox`: what a process writes into its image |
//! | `place` | which process has the file at a path, and what becomes of what the run before left there |
//! | `source`, `image`, `ring_reader`, `pending` | reading an image of which nothing is trusted |
//! | `image_file` | the same for others: [`ImageFile`] |
//! | `told`, `salvage` | an image made into a snapshot |
//! | `absent` | what there is in place of all this where it is not compiled in |
//! | `ending` | how the process of an image ended |
//!
//! # What is visible when
//!
//! A process that dies leaves whatever its stores had reached the memory: the kernel keeps the pages, whoever mapped them. Each thing is
//! published after what it needs: a segment's header before the length that covers it, a call site before the first record that names it,
//! a record before `head`. A reader in another process gets pages by `read`, which the kernel orders behind the writer's stores as the
//! writer's `Release` stores do.

#[cfg(not(all(feature = "black-box", unix)))]
mod absent;
#[cfg(feature = "black-box")]
mod ending;
#[cfg(feature = "black-box")]
mod image;
#[cfg(feature = "black-box")]
mod image_file;
#[cfg(feature = "black-box")]
mod layout;
#[cfg(all(feature = "black-box", unix))]
mod mapping;
#[cfg(feature = "black-box")]
mod pending;
#[cfg(all(feature = "black-box", unix))]
mod place;
#[cfg(feature = "black-box")]
mod ring_reader;
#[cfg(feature = "black-box")]
mod salvage;
#[cfg(feature = "black-box")]
mod source;
#[cfg(all(test, feature = "black-box", unix, not(miri), not(loom)))]
mod tests;
#[cfg(feature = "black-box")]
mod told;
#[cfg(all(feature = "black-box", unix))]
mod writer;

#[cfg(not(all(feature = "black-box", unix)))]
pub(crate) use absent::{BlackBox, Mapping, Place};
#[cfg(feature = "black-box")]
pub use image_file::{Follower, ImageFile, Recovered};
#[cfg(all(feature = "signals", unix))]
pub(crate) use {
    ending::{Crash, Ending},
    image::Image,
    mapping::page_bytes,
    salvage::Salvage,
    source::MemorySource,
    told::ShortText,
};
#[cfg(all(feature = "black-box", unix))]
pub(crate) use {mapping::Mapping, place::Place, writer::BlackBox};

/// How large the rings in an image are, in words.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(
    not(all(feature = "black-box", unix)),
    expect(dead_code, reason = "the writer reads them")
)]
pub(crate) struct RingSizes {
    pub(crate) recorder_words: usize,
    pub(crate) span_words: usize,
    pub(crate) ring_words: usize,
}
