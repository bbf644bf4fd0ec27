"""Pages and JSON for people: for now the landing page."""
