"""The gallery: static HTML pages that need no server."""
