"""`python -m chartgen`."""

from chartgen.cli.main import main

if __name__ == "__main__":
    main()
