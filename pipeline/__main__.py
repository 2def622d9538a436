"""``python -m tablekin``: the same as the command ``tablekin``."""

from tablekin.cli import main

if __name__ == "__main__":
    main()
