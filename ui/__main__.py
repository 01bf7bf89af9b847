"""``python -m ui`` is the command ``pullquote``."""

from ui.cli import main

main()
