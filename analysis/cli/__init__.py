"""
The command line: one module per group of commands.

Commands parse options and print results; the work is done in the other rooms.

Imports: every room.
"""
