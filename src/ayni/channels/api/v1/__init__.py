"""Version 1 of our own API: one file for each resource."""
