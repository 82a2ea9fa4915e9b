"""What the site is told by the code itself: Markdown and drawings for the pages, made when the site is built."""
