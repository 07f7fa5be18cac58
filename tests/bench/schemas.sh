#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# JSON results against the schemas in docs/schemas: real output of each command, what is committed of it, and the
# inputs of the report's test; and a schema refuses what is wrong.
set -u

. "${srcdir:=.}/tests/support/cli.sh"
schemas=$srcdir/docs/schemas

skip() {
	echo "1..0 # SKIP $1"
	exit 77
}

python3 -c 'import jsonschema' 2>/dev/null || skip "no python3-jsonschema to validate with"
"$faultline" compare --runs 6 --schemes mmap_lock,per_vma_refcount --workload anon,beside-mmap --writer-rate 0,1000 --faults 64 --threads 2 --host \
	--trace "$srcdir/tests/bench/tiny.trace" --format json -o "$dir/compare.json" 2>"$dir/err" ||
	{ grep -q "no jansson" "$dir/err" && skip "this build has no jansson, and so no JSON"; }

"$faultline" compare --runs 0 --schemes mmap_lock --trace "$srcdir/tests/bench/tiny.trace" --format json -o "$dir/check.json"
"$faultline" compare --runs 6 --schemes mmap_lock,per_vma_refcount --trace "$srcdir/tests/bench/tiny.trace" --against "$dir/compare.json" --format json -o "$dir/against.json"
"$faultline" compare --machine skylake-client-4c --runs 1 --schemes mmap_lock --workload anon --faults 16 --threads 1 \
	--trace "$srcdir/tests/bench/tiny.trace" --format json >"$dir/simulated.json"
"$faultline" sweep --schemes mmap_lock,per_vma_refcount --threads 1 --runs 6 --faults 64 --changes 0,1 --touch --episodes 0,0.5 --delays 0 --memory 0.75,limit:0.5 \
	--trace "$srcdir/tests/bench/tiny.trace" --format json -o "$dir/sweep.json"
"$faultline" place --machine skylake-client-4c --schemes mmap_lock,per_vma_rwsem --format json "$srcdir/tests/bench/tiny.trace" >"$dir/place.json"
"$faultline" trace info --format json -o "$dir/trace-info.json" "$srcdir/tests/bench/tiny.trace" "$srcdir/bench/traces/sort.trace.zst"
"$faultline" merge "$dir/sweep.json" --format json -o "$dir/merged.json"
"$faultline" matrix --schemes mmap_lock --format json -o "$dir/matrix.json"
"$faultline" scale --machine skylake-client-4c --cpus 1,2 --faults 64 --schemes mmap_lock,per_vma_rwsem --format json >"$dir/scale.json"
"$builddir/bench/aa/aa" 1 1 1 >"$dir/aa.json"
# These two require libraries that not every build has; without them there is no output.
"$faultline" stores --rounds 1 --schemes per_vma_refcount --format json >"$dir/stores.json"
"$faultline" complexity --source "$srcdir" --schemes mmap_lock --format json >"$dir/complexity.json"
echo 'int one_of(int a, int b) { return a ? 1 : b; }' >"$dir/file.c"
"$faultline" complexity "$dir/file.c" --format json >"$dir/complexity-file.json"
# What recording costs, and how the trees grow, takes minutes to measure: what is committed of it.
cat "$srcdir/docs/measured/overhead.json" >"$dir/overhead.json" 2>/dev/null
cat "$srcdir/docs/measured/tree-growth.json" >"$dir/tree.json" 2>/dev/null

python3 - "$schemas" "$dir" "$srcdir" "$(sed -n 's/.*REVISION "\(.*\)".*/\1/p' "$builddir/revision.h")" <<'END'
import copy, functools, glob, json, os, sys, jsonschema

def load(path):
    def no_nan(name):
        raise ValueError(name + " is not JSON")
    return json.load(open(path), parse_constant=no_nan)

tests = 0
def ok(good, name):
    global tests
    tests += 1
    print("%s %d - %s" % ("ok" if good else "not ok", tests, name))

def errors(schema, j):
    s = load("%s/%s.json" % (sys.argv[1], schema))
    cls = jsonschema.validators.validator_for(s)
    cls.check_schema(s)
    return ["%s: %s" % ("/".join(map(str, e.absolute_path)), e.message[:200]) for e in cls(s).iter_errors(j)]

def valid(schema, name, what):
    valid_file(schema, "%s/%s.json" % (sys.argv[2], name), what)

def valid_file(schema, path, what):
    if not os.path.getsize(path):
        return ok(True, what + " # SKIP not measured, or this build or machine cannot make it")
    wrong = errors(schema, load(path))
    ok(not wrong, what)
    for w in wrong[:8]:
        print("# " + w)

valid("compare", "compare", "compare: traces, workloads and the host")
valid("compare", "check", "compare: a check alone")
valid("compare", "against", "compare --against")
valid("compare", "simulated", "compare --machine")
valid("sweep", "sweep", "sweep")
valid("sweep", "merged", "merge")
valid("trace-info", "trace-info", "trace info")
for schema in "matrix", "stores", "complexity", "aa", "overhead", "place", "scale", "tree":
    valid(schema, schema, schema)
for path in sorted(glob.glob(sys.argv[3] + "/docs/measured/*.json") + glob.glob(sys.argv[3] + "/tests/bench/report/*.json")):
    valid_file(load(path)["schema"].split("/")[1], path, os.path.relpath(path, sys.argv[3]))

# Each field that these documents have stands in the schema, and each of the schema's in one of them: none is lost unseen.
# An object of which the schema names no field is open: settings.
def named(s, root):
    while "$ref" in s:
        s = functools.reduce(lambda at, key: at[key], s["$ref"][2:].split("/"), root)
    return s

def walk(s, root, j, path, seen, strange):
    s = named(s, root)
    of = [s] + [named(x, root) for key in ("oneOf", "anyOf", "allOf") for x in s.get(key, [])]
    if isinstance(j, list):
        for x in j:
            for each in of:
                if "items" in each:
                    walk(each["items"], root, x, path + "[]", seen, strange)
    if isinstance(j, dict):
        known = {key: value for each in of for key, value in each.get("properties", {}).items()}
        other = [each["additionalProperties"] for each in of if isinstance(each.get("additionalProperties"), dict)]
        for key, x in j.items():
            if key in known:
                seen.add("%s/%s" % (path, key))
                walk(known[key], root, x, "%s/%s" % (path, key), seen, strange)
            elif other:
                walk(other[0], root, x, path + "/*", seen, strange)
            elif known:
                strange.add("%s/%s" % (path, key))

def all_of(s, root, path, found):
    s = named(s, root)
    for each in [s] + [x for key in ("oneOf", "anyOf", "allOf") for x in s.get(key, [])]:
        each = named(each, root)
        for key, x in each.get("properties", {}).items():
            found.add("%s/%s" % (path, key))
            all_of(x, root, "%s/%s" % (path, key), found)
        if "items" in each:
            all_of(each["items"], root, path + "[]", found)
        if isinstance(each.get("additionalProperties"), dict):
            all_of(each["additionalProperties"], root, path + "/*", found)
    return found

for schema, names in (("compare", ("compare", "check", "against", "simulated")), ("sweep", ("sweep", "merged")), ("place", ("place",)),
                      ("trace-info", ("trace-info",)), ("matrix", ("matrix",)), ("stores", ("stores",)), ("complexity", ("complexity", "complexity-file")),
                      ("aa", ("aa",)), ("scale", ("scale",))):
    paths = ["%s/%s.json" % (sys.argv[2], name) for name in names]
    what = schema + ": fields and schema are the same"
    if not all(os.path.exists(path) and os.path.getsize(path) for path in paths):
        ok(True, what + " # SKIP this build or machine cannot make " + ", ".join(names))
        continue
    root, seen, strange = load("%s/%s.json" % (sys.argv[1], schema)), set(), set()
    for path in paths:
        walk(root, root, load(path), "", seen, strange)
    lost = {path for path in all_of(root, root, "", set()) - seen if not path.startswith("/cells[]/winner/next_to_best/")}	# only where somebody wins
    if not sys.argv[4]:	# an archive has no revision
        lost.discard("/revision")
    ok(not lost and not strange, what)
    for path in sorted(lost):
        print("# not in the output: " + path)
    for path in sorted(strange):
        print("# not in the schema: " + path)

cases = [w.get("case") for w in load(sys.argv[2] + "/compare.json")["workloads"]]
ok(cases == [None, "idle", "rate_1000"], "compare: cases of a workload have their names: %s" % cases)

# A schema must refuse what a program that changed a file would leave.
for schema, changes in (("compare", (
        'del j["host"]', 'j["schema"] = "faultline/compare/2"',
        'del j["workloads"][0]["columns"][0]["runs"]',
        'j["workloads"][1]["columns"][0]["mean_fault_to_idle_writer"] = 1',
        'j["workloads"][0]["columns"][0]["over_runs"]["fault"]["mean_to_baseline"]["verdict"] = "better"',
        'j["traces"][0]["schemes"][0]["runs"][0]["all_faults"]["count"] = "4"')), ("sweep", (
        'del j["cells"][0]["winner"]', 'j["parameters"]["runs"] = 0',
        'j["cells"][0]["columns"][0]["mm_ns_per_fault"] = [None]')), ("place", (
        'del j["machines"][0]["machine"]["lacks"]', 'j["machines"][0]["programs"][0]["paces"][0]["pace"] = "luck"',
        'del j["machines"][0]["programs"][0]["timed"]["meetings"]', 'j["machines"] = []',
        'j["machines"][0]["programs"][0]["paces"][1]["verdicts"][0]["outcome"] = "luck"', 'j["seeds"] = 0')), ("trace-info", (
        'del j["traces"][0]["lost"]', 'j["traces"][0]["mmap"] = 0.5', 'j["traces"][0]["stack_faults_percent"] = 101',
        'j["traces"][0]["luck"] = 1')), ("matrix", (
        'j["cells"][0]["fault_does"] = "hangs"', 'j["cells"][0]["fault_path"] = []', 'del j["cells"][0]["held"]')), ("stores", (
        'j["schemes"][0]["stores"] = 0.5', 'j["schemes"][0]["fields"][0]["stores"] = 0', 'j["luck"] = 1')), ("complexity", (
        'j["schemes"][0]["own"]["cognitive"] = -1', 'del j["functions"][0]["users"]')), ("aa", (
        'j["made_up"]["of_outcomes"][0]["percent"] = 101', 'j["measured"]["of_outcomes"] = []')), ("overhead", (
        'j["rounds"] = 0', 'j["programs"] = [{"name": "a", "method": "luck"}]')), ("tree", (
        'j["figures"][0]["vma_tree"] = []', 'del j["figures"][0]["unit"]')), ("scale", (
        'del j["machine"]["lacks"]', 'j["workloads"][0]["curves"][0]["points"][0]["waits"] = [{"name": "luck"}]',
        'j["workloads"][0]["curves"][0]["points"][0]["varied"][0]["what"] = "luck"', 'del j["workloads"][0]["ranking"][0]["level"]',
        'j["workloads"][0]["curves"][0]["points"][0]["cpus"] = 0', 'j["seeds"] = 0'))):
    path = "%s/%s.json" % (sys.argv[2], schema)
    if not os.path.getsize(path):
        continue
    whole = load(path)
    for change in changes:
        j = copy.deepcopy(whole)
        exec(change)
        ok(errors(schema, j), "%s: refused after %s" % (schema, change))
print("1..%d" % tests)
END
