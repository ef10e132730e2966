import os, sys, json, subprocess, time
from pathlib import Path
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "dev"))
from dsodev import databases, odoo, paths

def measure(name, **arguments):
    r = subprocess.run([str(paths.PYTHON), str(HERE / "worker.py"), name, json.dumps(arguments)], env=odoo.environment(), stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(r.stdout.splitlines()[-1])

def make(name, template, modules=()):
    databases.copy(template, name)
    if modules:
        databases.install(name, modules, title=f"install {modules} in {name}")

if __name__ == "__main__":
    t=time.time()
    base = databases.base(demo=False)
    if databases.note("dso_bench_chart") is None:
        make("dso_bench_chart", base)
        measure("setting.chart", database="dso_bench_chart")
    make("dso_bench_plan", "dso_bench_chart", ["dso_collection"])
    print(measure("setting.collector", database="dso_bench_plan"))
    measure("setting.fill", database="dso_bench_plan", customers=int(sys.argv[1]), items=int(sys.argv[2]))
    print(time.time()-t)
    print(measure("plan.ours", database="dso_bench_plan"))
    print(time.time()-t)
