"""From checked pages to a site: build, mathematics fonts, printed decks, the server for writing."""
