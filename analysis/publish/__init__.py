"""Publications: figures with their record, and what is built from the manifest."""

from .figures import figure

__all__ = ["figure"]
