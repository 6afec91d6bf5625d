"""Whether a server asks for an API key, on which of its paths, and whether a probe brings one."""

from __future__ import annotations

from chartgen.lint.facts.engine import of
from chartgen.lint.facts.registry import FactType, fact
from chartgen.lint.release import Subject, as_map, as_text, maps

_VARIABLES = {"vllm": "VLLM_API_KEY"}


@fact("engine.apiKey", FactType.BOOL, on="container probe")
def api_key(subject: Subject) -> bool | None:
    """Whether the server is given an API key, by argument or variable; unknown if more may be given than is seen."""
    engine = of(subject)
    if engine is None:
        return None
    if "apiKey" in engine.server.options and engine.server.options["apiKey"][0] in engine.options.values:
        return True
    name = _VARIABLES.get(engine.server.name, "")
    word = engine.variables.values.get(name)
    if word is not None and (word.text or not word.known):
        return True
    seen = not engine.options.open and (not name or engine.variables.closed or word is not None)
    return False if seen else None


@fact("probe.authorized", FactType.BOOL, on="probe")
def authorized(subject: Subject) -> bool:
    """Whether the probe sends an Authorization header."""
    action = as_map(as_map(subject.element).get("httpGet"))
    return any(as_text(each.get("name")).lower() == "authorization" for _, each in maps(action.get("httpHeaders")))
