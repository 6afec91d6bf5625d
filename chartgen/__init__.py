"""chartgen: Helm charts for LLM inference from a short values file, and a linter for Kubernetes manifests."""

__version__ = "0.1.0"
