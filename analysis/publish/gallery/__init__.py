"""The gallery: static pages that need no server."""
