"""``python -m callsignals``."""

from callsignals.cli import main

if __name__ == "__main__":
    main()
