"""PowerPoint decks: create new ones, and update existing ones."""
