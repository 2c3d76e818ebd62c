//! What needs the global subscriber and the global pipeline; each in a process of its own.
