"""``python -m stance`` is the command ``stance``."""

from stance.cli import main

# A worker that is spawned imports this file under another name.
if __name__ == "__main__":
    main()
