"""What is broken on purpose, again and again: killed processes, restarted servers, many daemons.

`make campaign` runs all of it in its full length; the suite runs a little of each.
"""
