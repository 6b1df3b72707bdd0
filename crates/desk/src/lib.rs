//! What people do, one file per act.
