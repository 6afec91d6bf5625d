"""What is worth knowing about an upgrade, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chartgen.model.change import REMOVED, ChoiceChange, Loss, ObjectChange, Restart, Upgrade, Verdict
from chartgen.model.finding import Severity
from chartgen.upgrade.kinds import TEMPLATES, key_of, label

REFUSED, LOST, RESTARTED = "immutable-field-changed", "data-object-removed", "gpu-restart-on-upgrade"
OWNED, CHOSEN, UNRELATED = "replicas-owned-by-autoscaler", "choice-changed", "nothing-in-common"

_BESIDE = (
    "Render a new release beside it: give the new values file another `name`, install it, move the clients, and remove "
    "the old release."
)
_KEEP = (
    "Keep the object in the chart. Or annotate the old version and install that once: helm.sh/resource-policy: keep "
    "for Helm, and argocd.argoproj.io/sync-options: Prune=false,Delete=false for Argo CD."
)


def verdicts(upgrade: Upgrade, *, spare_gpus: int | None = None) -> tuple[Verdict, ...]:
    """The verdicts on all objects and choices, by severity, then in the order of the objects.

    `spare_gpus` is the number of GPUs that are free besides those in use; None if that is not known.
    """
    found = [verdict for change in upgrade.objects for verdict in _object(change, spare_gpus)]
    found += [_choice(each, found, upgrade) for each in upgrade.choices]
    if upgrade.unrelated:
        found.append(
            Verdict(
                UNRELATED,
                Severity.warning,
                "no object is on both sides, so nothing would be upgraded",
                remedy="Compare two versions of one release: names and namespaces have to be the same.",
            )
        )
    return tuple(sorted(found, key=lambda verdict: -verdict.severity))


def _object(change: ObjectChange, spare_gpus: int | None) -> Iterator[Verdict]:
    name = label(change.manifest)
    for refusal in change.refusals:
        fields = tuple(field.path for field in refusal.fields)
        doubt = f" {refusal.doubt}" if refusal.doubt else ""
        message = f"{name}: {_listed(fields)} cannot change{doubt}"
        yield Verdict(
            REFUSED, refusal.severity, message, change, fields, refusal.answer, refusal.remedy, refusal.source
        )
    if change.loss is not None and not (change.loss.helm_keeps and change.loss.argo_keeps):
        yield _lost(change, change.loss)
    for restart in change.restarts:
        yield _restarted(change, restart, spare_gpus)
    for owned in change.ownership:
        message = f"{name}: {owned.message}"
        yield Verdict(OWNED, Severity.warning, message, change, (owned.path,), "", owned.remedy, owned.source)


def _lost(change: ObjectChange, loss: Loss) -> Verdict:
    kept = ""
    if loss.helm_keeps:
        kept = "; Helm keeps it (helm.sh/resource-policy), Argo CD prunes it"
    elif loss.argo_keeps:
        kept = "; Argo CD keeps it (Prune=false), Helm removes it"
    severity = Severity.warning if loss.helm_keeps else loss.severity
    message = f"{label(change.manifest)} {loss.how}: {loss.what}{kept}"
    return Verdict(LOST, severity, message, change, remedy=loss.remedy or _KEEP)


def _restarted(change: ObjectChange, restart: Restart, spare_gpus: int | None) -> Verdict:
    name, fields = label(change.manifest), tuple(field.path for field in restart.causes)
    if not restart.automatic:
        message = f"{name}: its pods with GPUs stay as they are until they are deleted (OnDelete)"
        return Verdict(RESTARTED, Severity.info, message, change, fields)
    message = f"{name}: {_pods(change, restart)}"
    if not restart.spare:
        return Verdict(RESTARTED, Severity.info, f"{message}; that takes no free GPU", change, fields)
    first = ", since a new one starts before an old one stops" if restart.surge and not restart.unavailable else ""
    needs = f"{message}; the rollout needs {_gpus(restart.spare, 'free ')}{first}"
    remedy = "Set maxSurge to 0 and maxUnavailable to 1, so that an old one stops first, or free the GPUs beforehand."
    if not first:
        remedy = "The new version asks for more GPUs than the old one: add the nodes beforehand."
    if spare_gpus is None:
        return Verdict(RESTARTED, Severity.warning, f"{needs}, or waits for ever", change, fields, remedy=remedy)
    there = f"{spare_gpus or 'none'} {'is' if spare_gpus < 2 else 'are'} there"
    if spare_gpus >= restart.spare:
        return Verdict(RESTARTED, Severity.info, f"{needs}; {there}", change, fields)
    message = f"{needs}; {there}, and it waits for ever"
    return Verdict(RESTARTED, Severity.error, message, change, fields, remedy=remedy)


def _pods(change: ObjectChange, restart: Restart) -> str:
    unit = "group" if change.manifest.kind == "LeaderWorkerSet" else "pod"
    each = _gpus(restart.gpus)
    if restart.units is None:
        return f"the {unit} on each node, with {each}, is replaced and loads the model again"
    if restart.units == 1:
        return f"its {unit} with {each} is replaced and loads the model again"
    at_once = "all" if restart.unavailable >= restart.units else str(restart.unavailable)
    steps = "" if restart.surge else f", {at_once} at {'once' if at_once == 'all' else 'a time'}"
    return f"{restart.units} {unit}s with {each} each are replaced and load the model again{steps}"


def _gpus(count: int, which: str = "") -> str:
    return f"{count} {which}{'GPU' if count == 1 else 'GPUs'}"


def _choice(change: ChoiceChange, found: Sequence[Verdict], upgrade: Upgrade) -> Verdict:
    was, now = ("not set" if value is None else value for value in (change.old, change.new))
    told = f"{change.key} was {was} and is {now}"
    if not change.choice:
        message = f"{told}: it is fixed in a chart, so helm upgrade --reuse-values is refused"
        remedy = "Upgrade without that flag, or with --reset-then-reuse-values."
        return Verdict(CHOSEN, Severity.info, message, fields=(change.key,), remedy=remedy)
    breaks = any(verdict.severity is Severity.error for verdict in found) or any(
        each.action == REMOVED and key_of(each.manifest) in TEMPLATES for each in upgrade.objects
    )
    message = f"{told}: it decides what the chart consists of"
    if breaks:
        return Verdict(CHOSEN, Severity.warning, message, fields=(change.key,), remedy=_BESIDE)
    remedy = "This upgrade can do it. Where a choice cannot be upgraded, render a new release beside it."
    return Verdict(CHOSEN, Severity.info, message, fields=(change.key,), remedy=remedy)


def _listed(parts: Sequence[str]) -> str:
    *front, last = parts
    return f"{', '.join(front)} and {last}" if front else last
