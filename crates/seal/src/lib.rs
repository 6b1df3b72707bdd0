//! Member, compartment and epoch keys; values sealed to their place; recovery.
