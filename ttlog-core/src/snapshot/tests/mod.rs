//! Snapshots as a whole: what is written is read back; whatever happens to the bytes, what is whole is given and
//! the rest is told.

mod damage;
mod golden;
mod packing;
mod round_trip;
mod sample;
mod speed;
