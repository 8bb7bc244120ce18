"""One module per network: read(opened mail) gives a Message, write(Message) gives MIME bytes."""
