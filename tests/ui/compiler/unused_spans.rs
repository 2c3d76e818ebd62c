//! A span or a timer that ends at once is none that anybody wants.

#![deny(unused_must_use)]

use ttlog::{info_span, span, timer};

fn main() {
    info_span!("name");
    span!("name");
    info_span!("name").enter();
    info_span!("name").entered();
    timer!("name");
    timer!(histogram, "name");
}
