//! sallyport
