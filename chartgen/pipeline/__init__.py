"""The stages in their order: what each command does, without options and printing."""
