#!/bin/sh
# A page about a model: what is proved, what is claimed and by whom; no stranger's text becomes markup.
. "$(dirname "$0")/lib.sh"

run 0 init --origin page.example.org
run 0 add dataset "$TINY/corpus" a/c@v1 --license '<script>alert(1)</script>'
run 0 add checkpoint "$TINY/step-300" a/m@1
run 0 add checkpoint "$TINY/step-500" a/m@2 --data a/c@v1 --parent a/m@1
python3 -c 'import json, sys; o = json.load(open(sys.argv[1])); o["results"]["<img src=x onerror=y>"] = {"acc,none": 1.0}
o["versions"]["<img src=x onerror=y>"] = 1; json.dump(o, open("results_x.json", "w"))' "$TINY"/eval/results*.json 2>/dev/null ||
	cp "$TINY"/eval/results*.json results_x.json
run 0 add eval results_x.json --of a/m@2
run 0 card a/m@2 --format html --output page.html
silent
run 0 card a/m@2 --format html --output page.html
echo "# written by hand" >README.md
run 2 card a/m@2 --format html --output README.md
complained "is no page of ours"
[ "$(cat README.md)" = "# written by hand" ] || fail "what was written by hand is gone"
run 0 card a/m@2 --format html
grep -q '<img' page.html && fail "a task's name became markup"
grep -q "default-src 'none'" page.html || fail "the page may load things"
grep -qE '<[^>]*(src|href)=' page.html && fail "the page points elsewhere"
for words in 'entries)' 'Trained on a/c@v1' 'Made from a/m@1, says' '証明されていること' 'measured by the publisher' 'akashi trust pin'; do
	said "$words"
done
unsaid "measured independently"
if command -v python3 >/dev/null 2>&1; then
	python3 - <<'PY' || fail "page.html"
from html.parser import HTMLParser
class Page(HTMLParser):
    open, langs = [], {"en": 0, "ja": 0}
    def handle_starttag(self, tag, attributes):
        if tag not in ("meta",):
            self.open.append(tag)
        if tag == "span":
            self.langs[dict(attributes)["lang"]] += 1
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
page = Page()
page.feed(open("page.html", encoding="utf-8").read())
assert not page.open and page.langs["en"] == page.langs["ja"] > 8, (page.open, page.langs)
PY
fi

# Whoever runs the forward pass again and signs the verdict is told as such.
run 0 record a/m@2 --random 4:8
run 0 verify a/m@2 --attest
run 0 card a/m@2 --format html
said "Recorded outputs were computed again from the weights, bit for bit"
run 0 retract a/m@2 --reason 'trained on <b>the test set</b>'
run 0 card a/m@2 --format html
said "retraction: trained on &lt;b&gt;the test set"

# Who made a parent or a dataset did not say that the model was made of it.
run 0 key generate other
run 0 trust policy --add-key other --names 'other/*'
run 0 add checkpoint "$TINY/step-300" other/base@1 --key other
run 0 add dataset "$TINY/corpus" other/web@1 --key other
run 0 add checkpoint "$TINY/step-500" a/of@1 --parent other/base@1 --data other/web@1
run 0 card a/of@1 --format html
unsaid 'says other'
grep -q 'Made from other/base@1, says key ' "$STORY/out" || fail "the parent is said by somebody else"
grep -q 'Trained on other/web@1, says key ' "$STORY/out" || fail "the data are said by somebody else"
run 0 bom a/of@1
said '"name": "akashi:saidBy"'
run 2 card a/m@2 --format html --json
run 2 card a/m@2 --format html --template hub
echo "paged"
