"""The life of a delivery and the events that prove it."""
