"""The words of chartgen: frozen dataclasses, standard library only."""
