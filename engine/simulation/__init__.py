"""Past days of a schedule, replayed on the data as it lies today."""
