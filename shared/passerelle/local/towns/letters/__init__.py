"""The mails of the demonstration: real medical forms, invented people."""
