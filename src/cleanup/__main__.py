"""`python -m cleanup` is the `cleanup` command."""

from cleanup.cli import main

if __name__ == "__main__":
    main()
