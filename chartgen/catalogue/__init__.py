"""What chartgen knows about GPUs, models, providers, workload kinds and the engine, from the tables in `data/`.

Each figure stands there with its source; a figure without a verified source is left out, and is None here.
"""
