"""What is done to a mail: one module per verb, and the ports they need."""
