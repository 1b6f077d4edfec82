//! Sample rosters.
