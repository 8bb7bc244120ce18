"""MSSanté's directory: who has an address, and in which structure; read, kept, and put beside what agreements say."""

from passerelle.core.directory.entry import Entry

__all__ = ["Entry"]
