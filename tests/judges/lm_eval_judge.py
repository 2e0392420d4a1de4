"""Do scores that lm-evaluation-harness publishes follow from the weights, by our recomputation?
And is everything that its results say of a score in the registry, bound to the weights that ran?

The harness itself is run on the tiny model with local tasks: choices with and without a context,
trailing spaces, single likelihoods, in several number formats and with and without special tokens.
`akashi verify --evals` has to find that every item follows, and that a forged one does not.
"""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

try:
    import lm_eval
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

AKASHI = os.environ["AKASHI"]
SOURCE = pathlib.Path(os.environ["AKASHI_SOURCE"])
TINY = SOURCE / "tests" / "data" / "tiny"
LONG = "AKASHI_LONG" in os.environ
RUNS = [("float32", "False"), ("bfloat16", None)] + [("float16", None), ("bfloat16", "False")] * LONG

CHOICE = """task: {name}
dataset_path: json
dataset_kwargs: {{data_files: {{test: {data}}}}}
test_split: test
output_type: multiple_choice
doc_to_text: "{text}"
doc_to_choice: choices
doc_to_target: label
target_delimiter: "{delimiter}"
metric_list: [{{metric: acc}}, {{metric: acc_norm}}, {{metric: acc_bytes}}]
metadata: {{version: 1.0}}
"""
LIKELIHOOD = """task: {name}
dataset_path: json
dataset_kwargs: {{data_files: {{test: {data}}}}}
test_split: test
output_type: loglikelihood
doc_to_text: "{text}"
doc_to_target: "{target}"
metric_list: [{{metric: perplexity, aggregation: perplexity, higher_is_better: false}}, {{metric: acc}}]
metadata: {{version: 1.0}}
"""
GROUP = """group: pair
task: [continued, spaced]
aggregate_metric_list: [{metric: acc, weight_by_size: true}]
metadata: {version: 2.0}
"""


def documents():
    """Real texts cut in two, with the ends of others as wrong choices."""
    rows = []
    for name in ("captions-ja-heldout.jsonl", "genesis-en-heldout.jsonl"):
        texts = [json.loads(line)["text"] for line in (TINY / "corpus" / name).read_text(encoding="utf-8").splitlines()]
        texts = [text for text in texts if 12 < len(text) < 160][:24]
        ends = [text[len(text) * 2 // 3 :].strip() for text in texts]
        for i, text in enumerate(texts):
            begin = text[: len(text) * 2 // 3].strip()
            choices = [ends[i], ends[(i + 1) % len(ends)], ends[(i + 5) % len(ends)]]
            label = i % 3
            choices[0], choices[label] = choices[label], choices[0]
            spaces = ["", " ", "\u3000", "\n"][i % 4]
            rows.append({"begin": begin, "spaced": begin + spaces, "choices": choices, "label": label,
                         "end": ends[i]})
    return rows


def write_tasks(folder):
    data = folder / "items.jsonl"
    data.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in documents()), encoding="utf-8")
    tasks = {
        "continued": CHOICE.format(name="continued", data=data, text="{{begin}}", delimiter=" "),
        "spaced": CHOICE.format(name="spaced", data=data, text="{{spaced}}", delimiter=""),
        "alone": CHOICE.format(name="alone", data=data, text="", delimiter=""),
        "likely": LIKELIHOOD.format(name="likely", data=data, text="{{begin}}", target=" {{end}}"),
    }
    (folder / "pair.yaml").write_text(GROUP, encoding="utf-8")
    for name, text in tasks.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return list(tasks)


def run_harness(folder, tasks, dtype, bos):
    out = folder / f"out-{dtype}-{bos}"
    model = f"pretrained={TINY / 'step-500'},dtype={dtype}" + (f",add_bos_token={bos}" if bos else "")
    done = subprocess.run(
        [sys.executable, "-m", "lm_eval", "run", "--model", "hf", "--model_args", model, "--tasks", ",".join(["pair", *tasks[2:]]),
         "--include_path", folder, "--output_path", out, "--log_samples", "--device", "cpu", "--batch_size", "4"],
        capture_output=True, text=True, cwd=folder,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(folder / "hf"),
             "PYTHONUTF8": "1"})
    assert done.returncode == 0, done.stderr[-3000:]
    (results,) = out.rglob("results_*.json")
    return results


class Desk:
    """A registry of our own in an empty home."""

    def __init__(self, folder):
        self.folder = folder
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("AKASHI_REGISTRY")}
        self.env |= {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config"), "USER": "j", "LOGNAME": "j"}
        self("init", folder, "--origin", "log.example/evals")

    def __call__(self, *arguments, status=0):
        done = subprocess.run([AKASHI, *map(str, arguments)], env=self.env, cwd=self.folder, capture_output=True,
                              text=True)
        assert done.returncode == status, f"akashi {arguments}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def judge(self, name, results, status=0, items=100000):
        self("add", "checkpoint", TINY / "step-500", name)
        self("add", "eval", results, "--of", name)
        verdict = json.loads(self("verify", name, "--forward", "none", "--evals", items, "--json", status=status))
        return next(step for step in verdict["steps"] if step["id"] == "claims")


def judge_true(desk, results, tasks, what):
    claims = desk.judge(f"true/{what}@1", results)
    assert claims["status"] == "holds", claims
    rows = {row["task"]: row for row in claims["evidence"]["recomputed"]}
    assert set(rows) == set(tasks), (set(rows), tasks)
    for task, row in rows.items():
        assert row["follows"] and row["itemsDrawn"] == row["items"] == 48, row
        assert row["scoresFollow"] == (2 if task == "likely" else 3) and row["untold"] == 0, row
        print(f"{what:16} {task:10} {row['requests']:4} requests: at most {float(row['largestDifference']):.2e} nats, "
              f"{100 * float(row['shareOfAllowed']):.1f} % of what is allowed; {row['otherChoices']} choices otherwise")


def judge_told(desk, results):
    """Whatever the harness wrote of a score is what is shown of it, number by number."""
    for step in (300, 500):
        desk("add", "checkpoint", TINY / f"step-{step}", f"told/tiny@step-{step}")
    pattern = results.parent.parent.parent / "out-*" / "**" / "results_*.json"
    added = json.loads(desk("add", "eval", pattern, "--of", "told/tiny", "--json"))
    assert {(item["name"], item["how"]) for item in added["items"]} == {("told/tiny@step-500", "weights")}, added
    shown = json.loads(desk("show", "told/tiny@step-500", "--json"))["scores"]
    file = json.loads(results.read_text(encoding="utf-8"))
    digest = "sha256:" + hashlib.sha256(results.read_bytes()).hexdigest()
    ours = {(s["task"], s["metric"], s["filter"]): s for s in shown if s["file"] == digest}
    theirs = {(task, *key.split(",")): value for task, row in file["results"].items() for key, value in row.items()
              if "," in key and "_stderr," not in key}
    assert set(ours) == set(theirs), (set(ours), set(theirs))
    for (task, metric, filtered), score in ours.items():
        error = file["results"][task].get(f"{metric}_stderr,{filtered}")
        assert float(score["value"]) == theirs[task, metric, filtered] and score["state"] == "scored", score
        assert ("stderr" in score) == isinstance(error, float) and float(score.get("stderr", error)) == error, score
        assert score["shots"] == file["n-shot"][task] and score["version"] == str(file["versions"][task]), score
        assert score.get("higherIsBetter") == file["higher_is_better"][task].get(metric), score
        assert score.get("group", False) == (task in file["groups"]), score
        assert score.get("partOf") == {"continued": "pair", "spaced": "pair"}.get(task), score
        assert score.get("hash") == file["task_hashes"].get(task), score
        assert task == "pair" or score["samples"] == file["n-samples"][task]["effective"], score
        assert score["harness"] == lm_eval.__version__ and score["noted"] == "registered-later", score
    print(f"{len(ours)} scores of {len(added['items'])} files are told as the harness wrote them, bound by their weights")


def forge(results, folder, task, change):
    shutil.copytree(results.parent, folder)
    (samples,) = folder.glob(f"samples_{task}_*.jsonl")
    lines = [json.loads(line) for line in samples.read_text(encoding="utf-8").splitlines()]
    change(lines)
    samples.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return folder / results.name


def judge_forged(desk, results, scratch):
    def add(lines, much):
        """One log-probability of one item: the likeliest a little likelier, so that nothing else changes."""
        item = lines[11]
        best = max(range(3), key=lambda c: float(item["resps"][c][0][0]))
        value = str(float(item["resps"][best][0][0]) + much)
        item["resps"][best][0][0] = item["filtered_resps"][best][0] = value
        for metric in ("acc_norm", "acc_bytes"):  # whatever they were, they are not what is judged
            item["metrics"] = [m for m in item["metrics"] if m != metric]

    def flip(lines):
        item = next(line for line in lines if line["acc"] == 0.0)
        item["acc"] = 1.0

    forged = forge(results, scratch / "one", "continued", lambda lines: add(lines, 0.01))
    claims = desk.judge("forged/one@1", forged, status=1)
    assert "doc_id 11" in claims["text"] and "published log-probability" in claims["text"], claims["text"]
    print(f"one log-probability raised by 0.01: {claims['text']}")
    forged = forge(results, scratch / "flipped", "continued", flip)
    claims = desk.judge("forged/flipped@1", forged, status=1, items=1)
    assert "its log-probabilities lead to acc 0" in claims["text"], claims["text"]
    print(f"one choice flipped: {claims['text']}")


def main():
    print(f"lm_eval {lm_eval.__version__ if hasattr(lm_eval, '__version__') else ''}")
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        tasks = write_tasks(scratch)
        desk = Desk(scratch)
        first = None
        for dtype, bos in RUNS:
            results = run_harness(scratch, tasks, dtype, bos)
            first = first or results
            judge_true(desk, results, tasks, f"{dtype}-{bos}")
        judge_told(desk, first)
        judge_forged(desk, first, scratch)


if __name__ == "__main__":
    sys.exit(main())
