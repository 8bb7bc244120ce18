"""Two pretend towns, one at each end of the bridge: their servers, people, certificates and letters."""
