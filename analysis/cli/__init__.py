"""
The command line: one module for each group of commands, and the options that they share.

Commands parse options and print results; the work is done in the other rooms.

Imports: every room.
"""
