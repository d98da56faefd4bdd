"""The command line, for ``python -m analysis``."""

from .cli.main import main

if __name__ == "__main__":
    main()
