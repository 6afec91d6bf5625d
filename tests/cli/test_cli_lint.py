"""`chartgen lint` as a user sees it."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import jsonschema_rs
import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invocation import invoke

GOOD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
MISSPELT = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  ports: [{port: 80}]
  selectr: {app: web}  # typo
"""
VALUES = (ROOT / "examples" / "generic-existing-claim.yaml").read_text()
CHART = {
    "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
    "values.yaml": "port: 80\n",
    "templates/service.yaml": MISSPELT.replace("port: 80", "port: {{ .Values.port }}").replace(
        "web}", "{{ .Release.Name }}}"
    ),
}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(files: dict[str, str], folder: str = ".") -> None:
    for name, text in files.items():
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_clean_input_ends_with_0() -> None:
    write({"a.yaml": GOOD})
    result = invoke("lint", "a.yaml")
    assert (result.code, result.out, result.err) == (0, "no findings in 1 object\n", "")


def test_a_finding_has_its_place_and_ends_with_1() -> None:
    write({"a.yaml": MISSPELT})
    result = invoke("lint", "a.yaml", "--select", "schema-invalid")
    assert result.code == 1
    assert result.out.splitlines()[:5] == [
        "error[schema-invalid]: unknown field `selectr`, did you mean selector",
        " --> a.yaml:6:3  Service web",
        "  |",
        "6 |   selectr: {app: web}  # typo",
        "  |   ^^^^^^^^^^^^^^^^^^^",
    ]
    assert result.err == ""


@pytest.mark.parametrize(("fail_on", "code"), [("info", 1), ("warning", 1), ("error", 1), ("never", 0)])
def test_fail_on_decides_the_exit_code(fail_on: str, code: int) -> None:
    write({"a.yaml": MISSPELT})
    assert invoke("lint", "a.yaml", "--fail-on", fail_on).code == code


def test_every_option_has_an_environment_variable() -> None:
    write({"a.yaml": MISSPELT})
    result = invoke("lint", "a.yaml", env={"CHARTGEN_LINT_FAIL_ON": "never", "CHARTGEN_LINT_FORMAT": "json"})
    assert result.code == 0
    assert json.loads(result.out)["summary"]["error"] == 1
    assert invoke("lint", "a.yaml", env={"CHARTGEN_LINT_IGNORE": "schema-invalid"}).code == 0


def test_json_goes_to_a_file_whole_and_follows_its_schema() -> None:
    write({"a.yaml": MISSPELT})
    result = invoke("lint", "a.yaml", "--format", "json", "-o", "reports/a.json")
    assert (result.code, result.out) == (1, "")
    schema = json.loads((ROOT / "schemas" / "report.schema.json").read_text())
    jsonschema_rs.validator_for(schema).validate(json.loads(Path("reports/a.json").read_text()))
    assert [path.name for path in Path("reports").iterdir()] == ["a.json"]


def test_standard_input_is_named_so() -> None:
    result = invoke("lint", "-", stdin=MISSPELT)
    assert result.code == 1
    assert " --> <stdin>:6:3  Service web" in result.out


def test_a_chart_is_linted_as_rendered_from_folder_and_archive() -> None:
    write(CHART, "charts/web")
    with tarfile.open("web-0.1.0.tgz", "w:gz") as archive:
        archive.add("charts/web", "web")
    for path in ("charts/web", "charts/web/Chart.yaml", "charts"):
        result = invoke("lint", path)
        assert result.code == 1, result.err
        assert " --> charts/web/templates/service.yaml:6:3  Service web\n" in result.out
        assert " ::: charts/web/templates/service.yaml:6:3  (rendered)\n" in result.out
        assert "6 |   selectr: {app: web}" in result.out
    assert " --> web-0.1.0.tgz/templates/service.yaml:6:3  Service web\n" in invoke("lint", "web-0.1.0.tgz").out


def test_a_chart_that_helm_refuses_does_not_hide_the_findings_of_others() -> None:
    write({**CHART, "templates/service.yaml": '{{ fail "no port" }}'}, "broken")
    write({"a.yaml": MISSPELT})
    result = invoke("lint", "broken", "a.yaml", "--fail-on", "never")
    assert result.code == 4
    assert "found 1 error in 1 object" in result.out
    assert "broken was not linted" in result.err
    assert "no port" in result.err


def test_a_chart_whose_metadata_is_empty_does_not_hide_the_findings_of_others() -> None:
    write({**CHART, "Chart.yaml": ""}, "broken")
    write({"a.yaml": MISSPELT})
    result = invoke("lint", "broken", "a.yaml", "--fail-on", "never")
    assert result.code == 4
    assert "found 1 error in 1 object" in result.out
    assert "broken was not linted" in result.err


def test_a_values_file_is_rendered_and_linted() -> None:
    write({"values.yaml": VALUES})
    for result in (invoke("lint", "values.yaml"), invoke("lint", "-", stdin=VALUES)):
        assert (result.code, result.err) == (0, "")
        assert result.out.startswith("no findings in ")
    assert list(Path().iterdir()) == [Path("values.yaml")]


def test_a_values_file_that_is_refused_ends_with_3() -> None:
    write({"values.yaml": VALUES.replace("existing-claim", "exsting-claim")})
    result = invoke("lint", "values.yaml")
    assert (result.code, result.out) == (3, "")
    assert "error[storage.backend]" in result.err


@pytest.mark.parametrize(
    ("data", "line"),
    [(b"a: [1\n", 2), (b"\xff\xfe", 1), (b"a: 1\nb: \x00\n", 2), (b"- 1\n- 2\n", 1), (b"a: 1\na: 2\n", 2)],
    ids=["flow", "encoding", "nul", "list", "duplicate"],
)
def test_what_cannot_be_read_is_a_finding_and_ends_with_3(data: bytes, line: int) -> None:
    Path("bad.yaml").write_bytes(data)
    write({"good.yaml": GOOD})
    result = invoke("lint", "bad.yaml", "good.yaml", "--fail-on", "never")
    assert result.code == 3
    assert result.out.startswith("error[yaml-invalid]: ")
    assert f" --> bad.yaml:{line}:" in result.out
    assert "in 1 object" in result.out


def test_a_document_that_is_no_object_is_told_if_it_was_named_and_passed_over_in_a_folder() -> None:
    write({"compose.yaml": "services: {}\n", "a.yaml": GOOD, ".hidden.yaml": MISSPELT}, "deploy")
    named, found = invoke("lint", "deploy/compose.yaml"), invoke("lint", "deploy")
    assert named.code == 1
    assert "this is no Kubernetes object" in named.out
    assert (found.code, found.out) == (
        0,
        "note: 1 file without a Kubernetes object: it was passed over\nno findings in 1 object\n",
    )


def test_a_file_named_twice_is_linted_once() -> None:
    write({"d/a.yaml": GOOD})
    assert invoke("lint", "d", "d/a.yaml", "d/../d").out == "no findings in 1 object\n"


def test_nothing_to_lint_and_a_missing_path_say_so() -> None:
    Path("empty").mkdir()
    empty, missing = invoke("lint", "empty"), invoke("lint", "nowhere.yaml")
    assert (empty.code, missing.code) == (2, 3)
    assert "nothing was linted" in empty.err
    assert "nowhere.yaml" in missing.err


def test_a_kind_without_schema_is_linted_and_named() -> None:
    result = invoke("lint", "-", stdin=GOOD.replace("v1", "ray.io/v1").replace("ConfigMap", "RayCluster"))
    assert result.code == 0
    assert result.out.startswith("note: no schema to check 1 ray.io/v1 RayCluster against; --crds takes definitions\n")


def test_the_kubernetes_version_decides_which_schema_counts() -> None:
    text = "apiVersion: autoscaling/v2beta2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\n"
    assert "/v2beta2" in invoke("lint", "-", "--kube-version", "1.37", stdin=text).out
    assert invoke("lint", "-", "--kube-version", "v1.25.4", stdin=text).out.startswith("no findings")
    unknown = invoke("lint", "-", "--kube-version", "1.3", stdin=text)
    assert unknown.code == 2
    assert "1.37" in unknown.err


@pytest.mark.parametrize("api", ["policy/v1beta1 PodSecurityPolicy", "batch/v1beta1 CronJob"])
def test_an_object_that_is_no_longer_served_is_told_once(api: str) -> None:
    version, kind = api.split()
    write({"a.yaml": f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a}}\n"})
    found = json.loads(invoke("lint", "a.yaml", "--format", "json").out)["findings"]
    assert [each["rule"] for each in found] == ["api-version-removed"]


def test_a_misspelt_rule_is_refused() -> None:
    result = invoke("lint", "-", "--select", "shm-mising", stdin=GOOD)
    assert (result.code, result.out) == (2, "")
    assert "shm-mising" in result.err


def test_an_unknown_provider_is_refused() -> None:
    result = invoke("lint", "-", "--provider", "azure", stdin=GOOD)
    assert result.code == 2
    assert "aks" in result.err
    assert invoke("lint", "-", "--provider", "aks", stdin=GOOD).code == 0


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    data=st.binary(max_size=60) | st.text(alphabet="{}[]:,-&*<|>'\"#!% \n\tab01\u2028é", max_size=40).map(str.encode)
)
def test_any_bytes_end_with_findings_or_clean(data: bytes) -> None:
    assert invoke("lint", "-", stdin=data).code in {0, 1, 3}


VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2**70) | st.sampled_from(["", "x", "1", "50%", "$(A)", "vllm serve m"]),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["spec", "template", "containers", "name", "image", "args", "resources", "limits", "replicas"]
            ),
            children,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    kind=st.sampled_from(
        [
            ("apps/v1", "Deployment"),
            ("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet"),
            ("ray.io/v1", "RayCluster"),
            ("keda.sh/v1alpha1", "ScaledObject"),
            ("policy/v1", "PodDisruptionBudget"),
            ("v1", "Service"),
            ("v1", "PersistentVolumeClaim"),
        ]
    ),
    spec=VALUE,
)
def test_any_object_ends_with_findings_or_clean(kind: tuple[str, str], spec: object) -> None:
    text = json.dumps({"apiVersion": kind[0], "kind": kind[1], "metadata": {"name": "a"}, "spec": spec})
    result = invoke("lint", "-", "--show-unknown", stdin=text)
    assert result.code in {0, 1}, result.err


def test_diagnostics_can_be_ignored_but_not_the_exit_code_of_unread_input() -> None:
    write({"a.yaml": MISSPELT, "b.yaml": "a: [\n"})
    assert invoke("lint", "a.yaml", "--ignore", "schema-invalid,yaml-invalid").code == 0
    result = invoke("lint", "b.yaml", "--ignore", "yaml-invalid")
    assert result.code == 3
    assert "yaml-invalid" not in result.out


def test_a_dash_is_standard_output() -> None:
    write({"a.yaml": GOOD})
    assert invoke("lint", "a.yaml", "-o", "-").out == invoke("lint", "a.yaml").out != ""
    assert not Path("-").exists()


def test_a_text_that_may_hold_a_secret_is_not_quoted(tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  token: hf_abc: x\n")
    done = invoke("lint", secret)
    assert "secret.yaml:5:16" in done.out
    assert "hf_abc" not in done.out + done.err
    secret.write_text('{"apiVersion": "v1", "kind": "Secret", "stringData": {"token": "hf_abc" x}}\n')
    done = invoke("lint", secret)
    assert "error[yaml-invalid]" in done.out
    assert "hf_abc" not in done.out + done.err
    secret.write_text("apiVersion: v1\nkind: ConfigMap\ndata:\n  token: hf_abc: x\n")
    assert "hf_abc" in invoke("lint", secret).out


def test_the_values_of_a_chart_alone_are_no_object_and_the_message_says_what_to_do(tmp_path: Path) -> None:
    values = tmp_path / "values-prod.yaml"
    values.write_text("image: {tag: v1}\n")
    done = invoke("lint", values, "--format", "json")
    [finding] = json.loads(done.out)["findings"]
    assert f"chartgen lint CHART --values {values}" in finding["message"]


def test_the_report_is_not_written_over_what_is_linted() -> None:
    write({"a.yaml": MISSPELT, "report.txt": "of yesterday\n"})
    result = invoke("lint", ".", "-o", "./a.yaml")
    assert (result.code, "a.yaml is what was linted" in result.err) == (2, True)
    assert Path("a.yaml").read_text() == MISSPELT
    assert invoke("lint", ".", "-o", "report.txt").code == 1
    assert "selectr" in Path("report.txt").read_text()


def test_an_empty_path_is_not_the_working_directory() -> None:
    write({"a.yaml": GOOD})
    result = invoke("lint", "")
    assert (result.code, "one of the paths is empty" in result.err) == (2, True)


def test_standard_input_is_read_once() -> None:
    assert invoke("lint", "-", "-", stdin=GOOD).out == "no findings in 1 object\n"
