"""The command line: declarations only."""


def main() -> None:
    """Run touchline."""
    raise SystemExit("not built yet")
