"""akashi-exact/1 in numpy and Python integers: small, slow, and written from docs/numerics.md alone.

It is the test that the text suffices: nothing here was taken from kernels/ or verify/, and where the
two disagree either the text or the program is wrong. Rule numbers are those of docs/numerics.md.
"""
