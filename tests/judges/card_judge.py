"""Does huggingface_hub read the cards that `akashi card` writes, and PyYAML what we wrote?

ModelCard.load and its metadata; model_index_to_eval_results gives every score of every signed evaluation, its value and its
source; what it writes itself (block style, sorted otherwise) is brought up to date by `akashi card --output` and read again.
Names, licences and tasks are drawn to be hostile: YAML reads the very texts that were signed.
"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

try:
    import jsonschema
    import referencing
    import yaml
    from huggingface_hub import EvalResult, ModelCard
    from huggingface_hub.repocard import metadata_load
    from huggingface_hub.repocard_data import model_index_to_eval_results
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

AKASHI = os.environ["AKASHI"]
TINY = pathlib.Path(__file__).parents[1] / "data" / "tiny"
SEED = random.SystemRandom().randrange(2**32)
DRAW = random.Random(SEED)
PIECES = ["a", "no", "1", ": ", " #", "'", '"', "\\", "\n", "*x", "&y", "!t ", "|", "<b>", "[l](u)", "`", "---\n", "\t", "日", "é", "\u202e",
          "\u2028", "\x85", "\ufeff", "{", "}", "%", "@", "😀", "\U000e0041", "- ", "? ", "=", "<<", "~", "null", ".inf", "0x1f", "1:30"]


def akashi(*arguments, status=0):
    done = subprocess.run([AKASHI, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == status, (arguments, done.stdout, done.stderr)
    return done.stdout


def text():
    return "".join(DRAW.choice(PIECES) for _ in range(DRAW.randrange(1, 6))) or "x"


def results(path, tasks):
    """A file of lm-evaluation-harness with these scores, by task and metric."""
    made = json.loads(next(TINY.glob("eval/results_*.json")).read_text())
    blank = {key: {} for key in ("groups", "group_subtasks", "configs", "versions", "n-shot", "higher_is_better", "n-samples", "task_hashes")}
    made.update(blank, results={task: {f"{metric},none": value for metric, value in of.items()} for task, of in tasks.items()})
    path.write_text(json.dumps(made))


def scores_of(facts):
    """What a card must give to the Hub, by task, metric and who signed."""
    return sorted((s["task"], s["metric"], float(s["value"]), e["identity"]) for e in facts["evals"] for s in e["scores"] if "value" in s)


def keeps_to_schema(facts):
    schemas = [json.loads(path.read_text()) for path in (TINY.parents[2] / "schema" / "files").glob("*.schema.json")]
    registry = referencing.Registry().with_resources((schema["$id"], referencing.Resource.from_contents(schema)) for schema in schemas)
    [schema] = [schema for schema in schemas if schema["$id"].endswith("/facts.schema.json")]
    errors = [f"{e.json_path}: {e.message[:200]}" for e in jsonschema.Draft202012Validator(schema, registry=registry).iter_errors(facts)]
    assert not errors, errors


def judge(path, facts):
    keeps_to_schema(facts)
    card = ModelCard.load(str(path), ignore_metadata_errors=False)
    metadata = metadata_load(str(path))
    front = path.read_text().split("---\n")
    assert metadata == yaml.safe_load(path.read_text()[4:].split("\n---\n")[0]), front
    name, found = model_index_to_eval_results(metadata["model-index"])
    assert name == facts["name"] and all(isinstance(result, EvalResult) for result in found)
    assert all(isinstance(result.metric_value, (int, float)) for result in found), found
    got = sorted((r.dataset_type, r.metric_type, float(r.metric_value), r.source_url.rsplit("/", 1)[1]) for r in found)
    assert got == scores_of(facts), (got, scores_of(facts))
    assert all(r.dataset_name == r.dataset_type and r.source_name.startswith("akashi: ") for r in found)
    assert card.data.license == "apache-2.0" and card.data.datasets == ["a/corpus"] and "akashi" in card.data.tags and card.data.eval_results
    return card


os.chdir(tempfile.mkdtemp())
os.environ.update(HOME=os.getcwd(), XDG_CONFIG_HOME=os.getcwd(), LOGNAME="judge", USER="judge")
akashi("init", "--origin", "example.org/cards")
akashi("add", "dataset", TINY / "corpus", "a/corpus@1", "--license", "CC-BY-4.0")
akashi("add", "checkpoint", TINY / "step-300", "a/model@1", "--data", "a/corpus@1", "--license", "Apache-2.0")
akashi("add", "eval", next(TINY.glob("eval/results_*.json")), "--of", "a/model@1", "--accept-contradictions")
hostile = {text(): {DRAW.choice(["acc", "no", "x y: z"]): DRAW.choice([1e-05, 0.5, 7, 1e22, 12345678901, -0.25])} for _ in range(40)}
results(pathlib.Path("hostile.json"), hostile)
akashi("add", "eval", "hostile.json", "--of", "a/model@1", "--accept-contradictions")
facts = json.loads(akashi("card", "a/model@1", "--json"))
assert {s["task"] for s in facts["evals"][1]["scores"]} == set(hostile), SEED

written = pathlib.Path("README.md")
akashi("card", "a/model@1", "--output", written)
card = judge(written, facts)

# What the Hub's own library made of it is brought up to date again, and its own keys stay.
card.data.thumbnail = "https://example.org/x.png"
card.data.tags.append("mine")
card.text += "\n\nThe end, by hand.\n"
card.save(str(written))
results(pathlib.Path("more.json"), {"later": {"acc": 0.25}})
akashi("add", "eval", "more.json", "--of", "a/model@1", "--accept-contradictions")
facts = json.loads(akashi("card", "a/model@1", "--json"))
akashi("card", "a/model@1", "--output", written)
card = judge(written, facts)
assert card.data.thumbnail == "https://example.org/x.png" and card.data.tags == ["akashi", "mine"], card.data.tags
assert card.content.rstrip().endswith("The end, by hand.")
for language in ("en", "ja"):
    akashi("card", "a/model@1", "--language", language, "--output", f"{language}.md")
    judge(pathlib.Path(f"{language}.md"), facts)

# A card by somebody else: its results stay, and everything that it says.
foreign = TINY / "step-500" / "README.md"
pathlib.Path("foreign.md").write_text(foreign.read_text())
akashi("card", "a/model@1", "--output", "foreign.md")
before, after = metadata_load(str(foreign)), metadata_load("foreign.md")
del before["license"]
assert {key: after[key] for key in before} == before and after["license"] == "apache-2.0" and after["datasets"] == ["a/corpus"]
print(f"{len(scores_of(facts))} scores of 3 evaluations, in cards that huggingface_hub reads (seed {SEED})")
