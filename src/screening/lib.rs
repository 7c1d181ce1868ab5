//! May this call be placed? A pure decision with its trace
