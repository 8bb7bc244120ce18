"""The whole bridge on one machine: never for real mail."""
