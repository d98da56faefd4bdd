"""
The side door: a report's text to candidate rows for a person to accept.

It proposes and never decides; what a person accepted is checked and written in one step.
"""
