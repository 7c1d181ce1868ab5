//! One line as an object: ear, mouth, bridge, tap; and the keeper of the trunks
