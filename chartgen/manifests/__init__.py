"""Kubernetes objects: found on disk, read, checked against the Kubernetes schemas, and placed in their files.

The schema check is `chartgen.manifests.schema` and unpacking `chartgen.manifests.archives`, imported by themselves: the
validator takes 30 ms to load, and few runs meet an archive.
"""

from chartgen.manifests.discovery import ChartArchive, ChartFolder, Discovered, ManifestFile, discover
from chartgen.manifests.images import images
from chartgen.manifests.kustomizations import Kustomized, kustomized
from chartgen.manifests.needed import needed
from chartgen.manifests.objects import from_file, from_text
from chartgen.manifests.places import place, place_all
from chartgen.manifests.surroundings import around
from chartgen.manifests.variants import World, worlds

__all__ = [
    "ChartArchive",
    "ChartFolder",
    "Discovered",
    "Kustomized",
    "ManifestFile",
    "World",
    "around",
    "discover",
    "from_file",
    "from_text",
    "images",
    "kustomized",
    "needed",
    "place",
    "place_all",
    "worlds",
]
