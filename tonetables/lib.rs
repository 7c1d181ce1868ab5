//! The telephone networks of the world: tone plans and dial plans as text
