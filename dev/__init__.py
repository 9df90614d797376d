"""The house rules that a machine can hold: each is a check with a message, a reason and its own test.

`python -m dev` runs them all and prints every finding at once.
"""
