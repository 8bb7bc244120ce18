"""The local cloud: the emulator, and the real template deployed on it."""
