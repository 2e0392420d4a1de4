#!/usr/bin/env python3
"""Bills of materials: CycloneDX's own schema of 1.7 and its own reader take what akashi bom writes."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

try:
    from cyclonedx.model.bom import Bom
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

AKASHI = os.environ["AKASHI"]
TINY = pathlib.Path(os.environ["AKASHI_SOURCE"]) / "tests" / "data" / "tiny"


def properties(part):
    return {p["name"]: p["value"] for p in part.get("properties", [])}


def main():
    with tempfile.TemporaryDirectory() as name:
        env = {**os.environ, "HOME": name, "XDG_CONFIG_HOME": f"{name}/config", "AKASHI_REGISTRY": f"{name}/r/.akashi"}

        def akashi(*words):
            done = subprocess.run([AKASHI, *words], env=env, cwd=name, capture_output=True, text=True)
            if done.returncode:
                sys.exit(f"akashi {' '.join(words)}: {done.stderr}")
            return done.stdout

        akashi("--registry", f"{name}/r", "init", f"{name}/r", "--origin", "judge.example.org")
        akashi("add", "dataset", str(TINY / "corpus"), "a/c@v1", "--license", "apache-2.0")
        akashi("add", "dataset", str(TINY / "eval"), "a/d@v1", "--license", "Somebody's own <terms>")
        outputs = pathlib.Path(name) / "out"
        outputs.mkdir()
        akashi("add", "checkpoint", str(TINY / "step-300"), "a/m@step-300", "--data", "a/c@v1")
        akashi("run", "a/run@1", "--data", "a/c@v1", "--data", "a/d@v1", "--parent", "a/m@step-300",
               "--output", "out/step-*", "--as", "a/m@step-{step}", "--", "cp", "-r", str(TINY / "step-500"), "out")
        for path in sorted((TINY / "eval").glob("results*.json")):
            akashi("add", "eval", str(path), "--of", "a/m@step-500", "--accept-contradictions")  # older than the run above
        bare = pathlib.Path(name) / "bare"
        bare.mkdir()
        shutil.copy(TINY / "step-500" / "model.safetensors", bare)
        akashi("add", "checkpoint", str(bare), "a/bare@1")
        for model in ("a/m@step-500", "a/m@step-300", "a/bare@1"):
            text = akashi("bom", model)
            assert text == akashi("bom", model), "not the same bytes again"
            error = JsonStrictValidator(SchemaVersion.V1_7).validate_str(text)
            assert error is None, error
            read = Bom.from_json(json.loads(text))
            read.validate()
            assert f"{read.metadata.component.group}/{read.metadata.component.name}@{read.metadata.component.version}" == model
        bom = json.loads(akashi("bom", "a/m@step-500"))
        model, config = bom["metadata"]["component"], json.loads((TINY / "step-500" / "config.json").read_text())
        assert model["modelCard"]["modelParameters"]["modelArchitecture"] == config["architectures"][0]
        assert properties(model["modelCard"])["akashi:hidden_size"] == str(config["hidden_size"])
        assert {f["name"] for f in model["components"]} == {p.name for p in (TINY / "step-500").iterdir()}
        assert [p["name"] for p in model["pedigree"]["ancestors"]] == ["m"]
        assert properties(model["pedigree"]["ancestors"][0])["akashi:proof"] == "declared"
        assert {c["name"]: c.get("licenses", [{}])[0].get("license") for c in bom["components"] if c["type"] == "data"} == {
            "c": {"id": "Apache-2.0", "acknowledgement": "declared"},
            "d": {"name": "Somebody's own <terms>", "acknowledgement": "declared"}}
        assert len(bom["dependencies"][0]["dependsOn"]) == 3
        metrics = model["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]
        assert any(m["type"] == "acc" and float(m["confidenceInterval"]["lowerBound"]) < float(m["value"]) for m in metrics)
        workflow = bom["formulation"][0]["workflows"][0]
        assert workflow["steps"][0]["commands"][0]["executed"].startswith("cp -r ") and workflow["name"] == "a/run@1"
    print("CycloneDX 1.7 takes all of them")


main()
