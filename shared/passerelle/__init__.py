"""The bridge between Apicrypt mail and MSSanté mail."""
