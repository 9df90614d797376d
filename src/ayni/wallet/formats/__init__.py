"""Wire formats of the wallet."""
