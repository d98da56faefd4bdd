"""PowerPoint decks: new ones, and refreshing existing ones."""
