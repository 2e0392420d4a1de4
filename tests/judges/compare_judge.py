#!/usr/bin/env python3
"""Differences of two runs, item by item: akashi compare against scipy's paired t interval and exact binomial test."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy
    from scipy import stats
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

AKASHI = os.environ["AKASHI"]
TINY = pathlib.Path(os.environ["AKASHI_SOURCE"]) / "tests" / "data" / "tiny"
# Items of each task: answers right or wrong, and a score between 0 and 1.
TASKS = {"few": (7, True), "some": (60, True), "many": (900, True), "graded": (45, False), "two": (2, False)}


def results(folder, random):
    """Files in the harness's form, and the values in them."""
    folder.mkdir()
    values, file = {}, {"results": {}, "configs": {}, "versions": {}, "n-shot": {}, "n-samples": {}, "model_name": "m",
                        "lm_eval_version": "0.4.13"}
    for task, (count, truth) in TASKS.items():
        value = random.random(count)
        value = (value < 0.5 + random.random() / 4).astype(float) if truth else value
        values[task] = value
        file["results"][task] = {"acc,none": float(value.mean()),
                                 "acc_stderr,none": float(value.std(ddof=1) / len(value) ** 0.5)}
        file["versions"][task], file["n-shot"][task] = 1.0, 0
        file["n-samples"][task] = {"original": count, "effective": count}
        lines = [json.dumps({"doc_id": i, "doc": {"n": i}, "target": "x", "filter": "none", "acc": float(v)})
                 for i, v in enumerate(value)]
        random.shuffle(lines)
        (folder / f"samples_{task}_t.jsonl").write_text("\n".join(lines) + "\n")
    (folder / "results_t.json").write_text(json.dumps(file))
    return values


def near(text, wanted, what):
    if abs(float(text) - wanted) > 1e-4 * max(1.0, abs(wanted)):
        sys.exit(f"{what}: {text}, and scipy has {wanted}")


def judge(cell, a, b, task):
    difference, d = cell["difference"], b - a
    low, high = stats.t.interval(0.95, len(d) - 1, loc=d.mean(), scale=stats.sem(d))
    near(difference["value"], d.mean(), f"{task} difference")
    near(difference["stderr"], stats.sem(d), f"{task} standard error")
    near(difference["low"], low, f"{task} lower end")
    near(difference["high"], high, f"{task} upper end")
    noise = bool(low <= 0 <= high)
    if TASKS[task][1]:
        higher, lower = int((d > 0).sum()), int((d < 0).sum())
        p = stats.binomtest(lower, higher + lower).pvalue if higher + lower else 1.0
        near(difference["p"], p, f"{task} p")
        noise = noise or p >= 0.05
    assert difference["withinNoise"] == noise, (task, difference)


def main():
    random = numpy.random.default_rng(20261127)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        env = {**os.environ, "HOME": name, "XDG_CONFIG_HOME": f"{name}/config", "AKASHI_REGISTRY": f"{name}/r"}

        def akashi(*words):
            return subprocess.run([AKASHI, *words], env=env, cwd=name, check=True, capture_output=True, text=True).stdout

        akashi("init", f"{name}/r", "--origin", "judge.example.org")
        env["AKASHI_REGISTRY"] = f"{name}/r/.akashi"
        values, words = [], []
        for number in range(4):
            model = folder / f"m{number}"
            model.mkdir()
            (model / "config.json").write_text((TINY / "step-500" / "config.json").read_text())
            (model / "number.txt").write_text(str(number))
            values.append(results(folder / f"e{number}", random))
            words.append(f"a/m@step-{number}")
            akashi("add", "checkpoint", str(model), words[-1])
            akashi("add", "eval", str(folder / f"e{number}" / "results_t.json"), "--of", words[-1])
        items = json.loads(akashi("compare", *words, "--json"))["items"]
        assert sorted(item["task"] for item in items) == sorted(TASKS)
        for item in items:
            for number in range(1, 4):
                judge(item["versions"][number], values[0][item["task"]], values[number][item["task"]], item["task"])
    print(f"{3 * len(TASKS)} differences agree with scipy")


main()
