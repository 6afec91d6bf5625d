"""What was found, as text for people and as data for machines. Every format takes a Report and returns a text."""
