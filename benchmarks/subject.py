"""Runs inside the process that is measured: imports, edits and times what one JSON line after another asks for.

It is executed from text, so that it is neither a module nor a script to watch.
"""

from __future__ import annotations

import json
import os
import sys
import time

NAMESPACE: dict = {"sys": sys}
RELOADS: list = []


def run(code):
    """Execute code in the namespace of the probes; the seconds of processor time that it took."""
    began = time.process_time()
    exec(compile(code, "<benchmark>", "exec"), NAMESPACE)
    return time.process_time() - began


def wait_until_calm():
    """The daemon, where there is one, follows all that has been imported."""
    if {"hmr_daemon.loading.standby", "hmr_daemon.daemon"} & sys.modules.keys():
        import hmr_daemon

        if hasattr(hmr_daemon, "sync"):
            hmr_daemon.sync()
            if not RELOADS:
                hmr_daemon.on_reload(RELOADS.append)
    if "before_each_look" in NAMESPACE:
        NAMESPACE["before_each_look"]()
    time.sleep(1)  # what is left for other threads to do


def rest(quiet=1.0):
    """Until no processor time is used any more; hmr-daemon is asked for nothing, as in most programs."""
    used = -1.0
    while time.process_time() - used > 0.005:
        used = time.process_time()
        time.sleep(quiet)


def probe_of(expression):
    return eval(f"lambda want: {expression}", NAMESPACE)


def saves(edits, probe, rounds, pause=0.06, patience=20.0):
    """Milliseconds from each save until the probe sees it, and of the reload itself where it is told.

    `edits` are [path, template] pairs, written together; `{want}` in a template becomes the round's number.
    """
    look, elapsed, reloading = probe_of(probe), [], []
    before_each_look = NAMESPACE.get("before_each_look")
    for want in range(1, rounds + 1):
        texts = [(path, template.replace("{want}", str(want)).encode()) for path, template in edits]
        RELOADS.clear()
        began = time.perf_counter()
        for path, text in texts:
            with open(path, "wb") as file:
                file.write(text)
        written = time.perf_counter()
        if before_each_look is not None:
            before_each_look()
        while not look(want):
            time.sleep(0.0001)
            if time.perf_counter() - began > patience:
                raise SystemExit(f"the save {want} of {edits[0][0]} is not live after {patience} seconds")
        elapsed.append((time.perf_counter() - (began if len(texts) == 1 else written)) * 1000)
        time.sleep(pause)
        reloading.append(sum(reload.milliseconds for reload in RELOADS))
    return {"elapsed": elapsed, "reload": reloading, "ran": [len(r.ran) for r in RELOADS]}


def looped(statement, number):
    """Nanoseconds of this thread that a statement takes in steady state, in a function of its own."""
    body = "\n        ".join([statement] * 10)
    code = f"def loop(number):\n    for _ in range(number):\n        {body}\n"
    exec(compile(code, "<benchmark>", "exec"), NAMESPACE)
    loop = NAMESPACE["loop"]
    began = time.thread_time_ns()
    loop(number)
    return (time.thread_time_ns() - began) / number / 10


def by_hand(codes, rounds):
    """Milliseconds for executing [module, text] pairs; and for compiling them too."""
    compiled = [(sys.modules[m].__dict__, compile(text, "<by hand>", "exec")) for m, text in codes]
    texts = [(sys.modules[m].__dict__, text) for m, text in codes]
    executed, from_text = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        for names, code in compiled:
            exec(code, names)
        middle = time.perf_counter()
        for names, text in texts:
            exec(compile(text, "<by hand>", "exec"), names)
        executed.append((middle - began) * 1000)
        from_text.append((time.perf_counter() - middle) * 1000)
    return {"executed": executed, "from_text": from_text}


def compile_by_hand(edits, rounds):
    """Milliseconds for compiling these files."""
    taken = []
    for want in range(rounds):
        texts = [(path, template.replace("{want}", str(want))) for path, template in edits]
        began = time.perf_counter()
        for path, text in texts:
            compile(text, path, "exec")
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def value(of):
    return NAMESPACE[of]


def idle(seconds):
    """Processor seconds that pass while nothing happens."""
    time.sleep(1)
    began = time.process_time()
    time.sleep(seconds)
    return time.process_time() - began


def state():
    """What the process holds: memory of its own (MB), threads, inotify watches, modules of ours."""
    return {
        "memory": own_memory(),
        "threads": len(os.listdir("/proc/self/task")) if sys.platform == "linux" else 0,
        "watches": inotify_watches() if sys.platform == "linux" else 0,
        "ours": sorted(name for name in sys.modules if name.startswith("hmr_daemon")),
        "threading": "threading" in sys.modules,
    }


def own_memory():
    """Megabytes that no other process shares (Linux); elsewhere the greatest resident size."""
    if sys.platform == "linux":
        with open("/proc/self/smaps_rollup") as file:
            return sum(int(line.split()[1]) for line in file if line.startswith("Private_")) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def inotify_watches():
    found = 0
    for name in os.listdir("/proc/self/fdinfo"):
        try:
            with open(f"/proc/self/fdinfo/{name}") as file:
                found += sum(line.startswith("inotify wd") for line in file)
        except OSError:  # the listing's own descriptor
            continue
    return found


def main():
    sys.path.insert(0, os.getcwd())
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what is printed meanwhile is no answer
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(globals()[request.pop("do")](**request)), file=answers, flush=True)


main()
