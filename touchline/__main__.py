"""`python -m touchline`."""

from touchline import main

if __name__ == "__main__":
    main()
