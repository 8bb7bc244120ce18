"""The ports for real, one file per port."""
