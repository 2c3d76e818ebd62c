//! For tests: texts that a user could come up with, and many that none would.

/// Calls `check` with texts made of these pieces, always the same ones.
pub(crate) fn strings(pieces: &[&str], mut check: impl FnMut(&str)) {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = |limit: usize| {
        // SplitMix64.
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    };
    for _ in 0..20_000 {
        let text: String = (0..below(8)).map(|_| pieces[below(pieces.len())]).collect();
        check(&text);
    }
}
