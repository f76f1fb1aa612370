"""The import system, tracebacks and warnings with the daemon are what they are without it.

Each program runs twice in the same environment, with the daemon and with `NO_HMR_DAEMON=1`, and prints the same.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from live import Environment, write

PACKAGE: dict[str, str | bytes] = {
    "package/__init__.py": "'''A package.'''\nfrom package.inner import value\nfrom . import other as renamed\n",
    "package/inner.py": "value = 1\nclass C:\n    def m(self):\n        '''Doc.'''\n        return value\n"
    "def f(a, b=2):\n    return a\n",
    "package/other.py": "from package import inner\nvalues = [inner.value]\n",
    "package/sub/__init__.py": "",
    "package/sub/deep.py": "from ..inner import f\nfrom .. import renamed\n",
    "package/data.txt": "some data",
    "package/__main__.py": "import sys\nprint(__name__, __package__, __spec__.name, sys.argv[1:])\n",
    "space/part.py": "x = 1\n",
    "single.py": "import sys\nx = 1\nprint('loading', __name__, file=sys.stderr)\n",
    "failing.py": "def f():\n    raise ValueError('half-way')\nf()\n",
    "fails_later.py": "import package\nfrom failing import x\n",
    "cycle_a.py": "from cycle_b import b\na = 1\n",
    "cycle_b.py": "import cycle_a\nb = getattr(cycle_a, 'a', 'not yet')\n",
    "cycle_bad.py": "from cycle_bad2 import y\nx = 1\n",
    "cycle_bad2.py": "from cycle_bad import x\ny = 1\n",
    "wrong.py": "x = (\n",
    "exits.py": "import sys\nsys.exit(5)\n",
    "warns.py": "import warnings\nwarnings.warn('one', stacklevel=1)\nwarnings.warn('two', stacklevel=2)\n"
    "warnings.warn('three', stacklevel=3)\nwarnings.warn('old', DeprecationWarning, stacklevel=2)\n",
    "warner.py": "import warnings\ndef f():\n    warnings.warn('called', stacklevel=2)\n",
    "replaced.py": "import sys, types\nclass Lazy(types.ModuleType):\n"
    "    def __getattr__(self, name): return 'lazy ' + name\n"
    "sys.modules[__name__] = Lazy(__name__)\n",
    "reclassed.py": "import sys, types\nclass Own(types.ModuleType):\n    @property\n"
    "    def p(self): return 'property'\n"
    "sys.modules[__name__].__class__ = Own\nx = 1\n",
    "object_module.py": "import sys\nclass Thing:\n    x = 5\nsys.modules[__name__] = Thing()\n",
    "removes_itself.py": "import sys\ndel sys.modules[__name__]\n",
    "hooks.py": "def __getattr__(name):\n    if name.startswith('lazy_'): return name\n"
    "    raise AttributeError(f'no {name}')\n"
    "def __dir__(): return ['lazy_one']\n",
    "frames.py": "import sys\nnames = []\nframe = sys._getframe()\nwhile frame:\n"
    "    if not frame.f_code.co_filename.startswith('<frozen'):\n"
    "        names.append((frame.f_code.co_filename.rpartition('/')[2], frame.f_code.co_name))\n"
    "    frame = frame.f_back\n",
    "annotated.py": "from __future__ import annotations\nx: int = 1\nclass C:\n    y: Missing\n",
    "mains.py": "if __name__ == '__main__':\n    print('main')\nelse:\n    print('imported')\n",
    "encoded.py": "# -*- coding: latin-1 -*-\nx = '\xe9'\n".encode("latin-1"),
    "deleted.py": "x = 1\ndel x\n",
    "opens.py": "import functools\nopen = open\ndef f(a, opener=open, *, other=open): pass\nclass C:\n"
    "    one, two = open, staticmethod(open)\n    def m(self, opener=open): pass\n"
    "def outer(given):\n    def inner(): return given\n    return inner\ninner = outer(open)\n"
    "kept, shown = functools.partial(open), (repr(open), open.__name__, open.__module__, type(open.__doc__))\n"
    "shown += (type(type(open).__module__),)\n"
    "table, listed = {open: 1, len: open}, [open]\nimport inspect\nkind = inspect.isbuiltin(open)\n"
    "bound = C().one is open\n",
    "mocked.py": "import os\ntext, names = open('nowhere').read(), os.listdir('nowhere')\n",
    "lazy.py": "import package\nasked = []\nclass Lazy:\n    @property\n    def __class__(self):\n"
    "        asked.append(1)\n        raise RuntimeError('not set up yet')\n"
    "unready, table = Lazy(), [open]\npackage.lazy = unready\nopened = table[0]\n",
    "scans.py": "import os\nclass C:\n    scan = staticmethod(os.scandir)\ndef later(scan=os.scandir): pass\n",
    "libraries.py": "import bz2, tarfile, tokenize\nopened = open(__file__).read(6)\n",
}

PROGRAMS = {
    "specs": """
        import package, package.inner, package.sub.deep, space.part, space, single
        for m in (package, package.inner, package.sub, package.sub.deep, space, space.part, single):
            s = m.__spec__
            print(m.__name__, m.__package__, m.__file__, getattr(m, "__path__", None))
            print(m.__cached__ if m.__file__ else None)
            print(s.name, s.origin, s.cached, s.has_location, s.parent, s.submodule_search_locations, s.loader_state)
            print(type(m.__loader__).__module__, type(m.__loader__).__name__, m.__loader__ is s.loader, sorted(vars(m)))
            print(repr(m), repr(s) if "object at" not in repr(s) else s.name, type(m))
            if hasattr(m.__loader__, "path"):
                print(vars(m.__loader__), m.__loader__.get_filename(m.__name__), m.__loader__.is_package(m.__name__))
    """,
    "find_spec": """
        import importlib.util, sys
        from importlib.machinery import SourceFileLoader
        for name in ("package", "package.inner", "single", "no_such_module", "json", "space", "package.no_such"):
            spec = importlib.util.find_spec(name)
            print(name, spec and (spec.origin, isinstance(spec.loader, SourceFileLoader)))
            print(spec and spec.origin and spec.origin.endswith(".py") and vars(spec.loader))
        import pkgutil
        print([(m.name, m.ispkg) for m in pkgutil.iter_modules(["."])])
        print([(m.name, m.ispkg) for m in pkgutil.walk_packages(["package"], "package.")])
        from importlib.machinery import PathFinder
        print(PathFinder.find_spec("single").origin, [type(f).__name__ for f in sys.path_hooks if isinstance(f, type)])
    """,
    "resources": """
        import importlib.resources, pkgutil, package, linecache, inspect, zipfile
        print((importlib.resources.files("package") / "data.txt").read_text(), pkgutil.get_data("package", "data.txt"))
        print(importlib.resources.files(package), sorted(p.name for p in importlib.resources.files(package).iterdir()))
        with importlib.resources.as_file(importlib.resources.files(package) / "data.txt") as path: print(path)
        print(package.__loader__.get_data(package.__path__[0] + "/data.txt"))
        print(package.__loader__.get_source("package"), package.__loader__.get_code("package").co_names)
        print(package.__loader__.get_resource_reader("package").is_resource("data.txt"))
    """,
    "inspect": """
        import inspect, package.inner as m, package
        print(inspect.getsource(m.f), inspect.getsource(m.C), inspect.getsourcefile(m), inspect.getmodule(m.f).__name__)
        print(inspect.getsourcelines(m.C.m), inspect.signature(m.f), inspect.getdoc(m.C.m), inspect.getdoc(package))
        print(inspect.getsource(m), inspect.getmembers(m, inspect.isfunction)[0][0], inspect.getfile(package))
        print(m.f.__code__.co_filename, m.f.__module__, m.C.__module__, m.C.m.__qualname__, m.f.__globals__ is vars(m))
    """,
    "pickle": """
        import pickle, copy, package.inner as m
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            print(pickle.dumps((m.C, m.f, m.C()), protocol))
        one = pickle.loads(pickle.dumps(m.C()))
        print(type(one) is m.C, copy.deepcopy(m.f) is m.f)
    """,
    "reload": """
        import importlib, single, package.inner, package
        old = single.__dict__
        single.extra = 1
        again = importlib.reload(single)
        print(again is single, single.__dict__ is old, single.extra, type(single.__loader__).__name__)
        c = package.inner.C
        importlib.reload(package.inner)
        print(package.inner.C is c, package.inner.C.__module__)
        importlib.reload(package)
        print(package.value)
    """,
    "runpy": """
        import runpy, sys
        print(runpy.run_module("mains")["__name__"], runpy.run_module("mains", run_name="__main__")["__name__"])
        print(runpy.run_path("mains.py")["__file__"], runpy.run_path("mains.py", run_name="__main__")["__name__"])
        runpy.run_module("package", run_name="__main__", alter_sys=True)
        print("mains" in sys.modules)
    """,
    "cycles": """
        import cycle_a, cycle_b
        print(cycle_a.a, cycle_a.b, cycle_b.b)
        try: import cycle_bad
        except ImportError as e: print(e, "cycle_bad" in __import__("sys").modules)
    """,
    "odd modules": """
        import replaced, reclassed, object_module, hooks, sys
        print(replaced.anything, type(replaced).__name__, object_module.x)
        print(reclassed.p, type(reclassed).__name__, reclassed.x)
        print(hooks.lazy_x, dir(hooks), hasattr(hooks, "other"))
        from hooks import lazy_y
        print(lazy_y)
        try: from hooks import other
        except ImportError as e: print(e, e.name)
        try: import removes_itself
        except KeyError as e: print(repr(e))
        import deleted, encoded, annotated
        print(hasattr(deleted, "x"), encoded.x, annotated.__annotations__, annotated.C.__annotations__)
        import types
        hooks.__class__ = type("Mine", (types.ModuleType,), {"own": 5})
        print(hooks.own, hooks.lazy_z)
    """,
    "errors": """
        import traceback
        names = "failing fails_later no_such_module package.no_such wrong cycle_bad exits package.inner.no"
        for name in names.split():
            try: __import__(name)
            except BaseException as error:
                print(name, type(error).__name__, error)
                traceback.print_exc()
        try: from package import no_such_name
        except ImportError as error: print(error, error.name, error.path); traceback.print_exc()
    """,
    "an error that nobody catches": "import package\nimport fails_later\n",
    "a syntax error that nobody catches": "import wrong\n",
    "an error in a function that was called while loading": "def f():\n    import failing\nclass C:\n"
    "    def m(self): f()\nC().m()\n",
    "warnings": """
        import warnings
        warnings.simplefilter("always")
        import warns
        import warner
        warner.f()
        def g(): warner.f()
        g()
    """,
    "frames": """
        import frames
        print(frames.names)
        import importlib
        print(importlib.reload(frames).names)
    """,
    "sys": """
        import sys, package, space.part
        print(sys.argv, sys.path[0], sys.flags, sys.orig_argv[1:], sys.warnoptions, sys.gettrace(), sys.getprofile())
        print(sorted(n for n in sys.modules if n.partition(".")[0] in ("package", "space", "single")))
        print(__name__, __file__, __spec__, __package__, __builtins__.__name__, sorted(globals()))
        print([k for k in sys.path_importer_cache if k.endswith("package")])
        print(sys.getrecursionlimit(), sys.stdout.encoding)
    """,
    "modules": """
        import types, sys, single, package
        print(isinstance(single, types.ModuleType), type(single) is types.ModuleType, single == sys.modules["single"])
        single.new = 1
        setattr(single, "other", 2); del single.new
        print(vars(single)["other"], hasattr(single, "new"), [n for n in dir(single) if not n.startswith("_")])
        try: single.missing
        except AttributeError as e: print(e, e.name, e.obj is single)
        import weakref
        print(weakref.ref(single)() is single, hash(single) == hash(sys.modules["single"]))
        del sys.modules["single"]
        import single as again
        print(again is single)
        m = types.ModuleType("made"); m.x = 1; sys.modules["made"] = m
        from made import x
        print(x, repr(m))
    """,
    "lazy loading": """
        import importlib.util, sys
        spec = importlib.util.find_spec("single")
        loader = importlib.util.LazyLoader(spec.loader)
        spec.loader = loader
        module = importlib.util.module_from_spec(spec)
        sys.modules["single"] = module
        loader.exec_module(module)
        print(type(module).__name__)
        print(module.x, type(module).__name__)
    """,
    "by hand": """
        import importlib.util, importlib.machinery, sys
        spec = importlib.util.spec_from_file_location("own_name", "package/inner.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        print(module.f(1), module.__name__, module.C.__module__, "own_name" in sys.modules)
        loaded = importlib.machinery.SourceFileLoader("second", "package/inner.py").load_module()
        print(loaded.value, loaded.__name__)
        class Finder:
            @staticmethod
            def find_spec(name, path=None, target=None):
                if name == "virtual": return importlib.util.spec_from_loader(name, Loader())
        class Loader:
            def create_module(self, spec): return None
            def exec_module(self, module): module.x = 5
        sys.meta_path.insert(0, Finder)
        import virtual, package
        print(virtual.x, package.value)
    """,
    "threads": """
        import threading, importlib
        names = ["package.sub.deep", "package.other", "cycle_a", "space.part", "annotated", "encoded"]
        threads = [threading.Thread(target=importlib.import_module, args=[n]) for n in names * 3]
        for t in threads: t.start()
        for t in threads: t.join()
        import sys
        print(sorted(n for n in sys.modules if n in names))
    """,
    "an exit in the middle of an import": "import exits\n",
    "at exit": "import atexit, single\natexit.register(print, 'bye', single.x)\n",
    "multiprocessing": """
        import multiprocessing, package.inner
        if __name__ == "__main__":
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                print(pool.map(package.inner.f, [1, 2]))
    """,
    "doctest and unittest": """
        import doctest, unittest, package.inner
        print(doctest.testmod(package.inner))
        print(unittest.defaultTestLoader.loadTestsFromName("package.inner").countTestCases())
    """,
    "compiled files": """
        import single, pathlib, importlib.util, marshal
        cached = pathlib.Path(single.__cached__)
        print(cached.exists(), marshal.loads(cached.read_bytes()[16:]).co_filename)
        print(cached.read_bytes()[:8] == importlib.util.MAGIC_NUMBER + bytes(4))
    """,
    "trace": """
        import sys, threading
        seen = []
        def trace(frame, event, arg):
            if frame.f_code.co_filename.endswith(("inner.py", "other.py")):
                seen.append((event, frame.f_lineno, frame.f_code.co_name))
            return trace
        sys.settrace(trace)
        import package
        sys.settrace(None)
        print(seen)
    """,
    "what keeps `open`": """
        import builtins, opens
        print(opens.open is builtins.open, opens.f.__defaults__, opens.f.__kwdefaults__, opens.C.one, opens.C.two)
        print(opens.C.m.__defaults__, opens.inner(), opens.table, opens.table[open], opens.listed, opens.shown)
        print(opens.kept("opens.py").read(6), opens.kind, opens.bound, opens.kept.func == open)
    """,
    "an object that must not be asked what it is": """
        import builtins, lazy
        print(lazy.opened is builtins.open, lazy.asked, lazy.package.lazy is lazy.unready)
    """,
    "what stands for `open` already": """
        import os
        from unittest import mock
        with mock.patch("builtins.open", mock.mock_open(read_data="mocked")):
            with mock.patch("os.listdir", lambda _: ["it"]):
                import mocked
        print(mocked.text, mocked.names, open("mocked.py").read(4), os.listdir is os.path.os.listdir)
    """,
    "what libraries keep of `open`": """
        import builtins, libraries
        kept = libraries.bz2._builtin_open, libraries.tokenize._builtin_open, getattr(libraries.tarfile, "bltn_open", 0)
        print([each is builtins.open for each in kept], libraries.opened)
    """,
    "what a class keeps of `scandir`, a moment later": """
        import os, time, scans
        print(scans.C.scan == os.scandir, scans.C.scan, len(list(scans.C.scan("space"))))
        def kept():
            return vars(scans.C)["scan"].__func__, scans.later.__defaults__[0]
        deadline = time.monotonic() + 10
        while not all(each is os.scandir for each in kept()) and time.monotonic() < deadline:
            time.sleep(0.01)
        print([each is os.scandir for each in kept()])
    """,
    "profile": """
        import cProfile, pstats, io
        p = cProfile.Profile()
        p.enable()
        import package.sub.deep
        p.disable()
        text = io.StringIO()
        stats = pstats.Stats(p, stream=text)
        print(sorted((f.rpartition("/")[2], n) for f, _, n in stats.stats if "/package/" in f and "daemon" not in f))
    """,
}


def outcome(environment: Environment, folder: Path, *arguments: str, **environ: str) -> tuple[int, str, str]:
    done = environment.run(*arguments, cwd=folder, check=False, **environ)
    output, errors = (re.sub(r"0x[0-9a-f]+", "0x", text) for text in (done.stdout, done.stderr))
    return done.returncode, output, errors


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_the_same_as_without(environment: Environment, tmp_path: Path, program: str) -> None:
    write(tmp_path, PACKAGE | {"program.py": textwrap.dedent(program)})
    without = outcome(environment, tmp_path, "program.py", NO_HMR_DAEMON="1")
    if "Exception in thread" in without[2]:
        pytest.skip("Python's own imports stood in each other's way this time")
    assert outcome(environment, tmp_path, "program.py") == without
    assert any(without), "the program prints nothing, so it shows nothing"


@pytest.mark.parametrize(
    "arguments",
    [
        ["-m", "package", "a"],
        ["-m", "package.sub.deep"],
        ["-c", "import package, sys; print(sys.argv, sys.path[0], package.value)", "x"],
        ["-c", "import failing"],
        ["-m", "failing"],
        ["-m", "no_such_module"],
        ["-W", "error", "-c", "import warns"],
        ["-B", "-c", "import package, os; print(os.path.exists('package/__pycache__'))"],
        ["-O", "-c", "import single; print(__debug__, single.__cached__)"],
        ["-S", "-c", "import single"],
        ["-X", "importtime", "-c", "pass"],
    ],
    ids=" ".join,
)
def test_the_same_as_without_from_the_command_line(
    environment: Environment, tmp_path: Path, arguments: list[str]
) -> None:
    write(tmp_path, PACKAGE)
    without = outcome(environment, tmp_path, *arguments, NO_HMR_DAEMON="1")
    with_ = outcome(environment, tmp_path, *arguments)
    if "importtime" in arguments:
        names = [{line.rpartition("|")[2].strip() for line in text.splitlines()} for _, _, text in (without, with_)]
        assert names[0] == names[1]
    else:
        assert with_ == without


@pytest.mark.parametrize("method", ["begins", "ends"])
def test_a_failure_of_ours_fails_no_import(environment: Environment, tmp_path: Path, method: str) -> None:
    program = f"""
        import sys, renames
        from hmr_daemon.loading import standby
        standby.current().{method} = None
        import package.sub.deep
        print(package.value, [each for each in sys.meta_path if type(each).__name__ == "LiveFinder"])
    """
    write(tmp_path, PACKAGE | {"renames.py": "", "program.py": textwrap.dedent(program)})
    done = environment.run("program.py", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("1 []\n", "")
