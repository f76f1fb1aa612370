"""An object of the program's own class goes on where statements only add to it, and is what a fresh process has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from live import Environment
from workshop import Workshop


@pytest.fixture(scope="module")
def workshop(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    workshop = Workshop(environment, tmp_path_factory.mktemp("objects"))
    yield workshop
    print(workshop.process.close())


APP = """
class Page:
    def __init__(self, path): self.__name__ = path
class App:
    def __init__(self):
        self.routes, self.config, self.hooks, self.prefix = {}, {"debug": False}, {}, ""
        self.n, self.start = 0, []
    def add(self, path, page, method="GET"):
        self.routes[self.prefix + path] = page
        return self
    def on(self, event, hook):
        self.hooks.setdefault(event, []).append(hook)
    def use(self, *hooks): self.start.extend(hooks)
    def begin(self, hook): self.start.append(hook)
    def count(self, path):
        self.n += 1
        self.routes[path] = self.n
    def route(self, path):
        def wrap(page):
            self.routes[self.prefix + path] = page
            return page
        return wrap
    def page(self, path):
        page = self.routes[path] = Page(path)
        return page
    def load(self, **pages): self.routes.update(pages)
    def mount(self, other): other.bind(self)
    def build(self): self.table = sorted(self.routes)
class Site(App):
    def add(self, path, page): super().add("/site" + path, page)
app = App()
site = Site()
def f(): return 1
def g(): return 2
"""
SHOWN = """
(list({app}.routes), [getattr(v, "__name__", v) for v in {app}.routes.values()], {app}.config, {app}.prefix, {app}.n,
 {{k: [h.__name__ for h in v] for k, v in {app}.hooks.items()}}, [getattr(h, "__name__", h) for h in {app}.start],
 getattr({app}, "table", None), list({site}.routes), {out})
"""


LOG = "import logging\nlog = logging.getLogger('o')\n"


class Change(NamedTuple):
    """Two versions of what stands below the classes, each to be made of the other."""

    one: str
    other: str
    keeps: bool = True
    """Whether the object goes on as the second takes the place of the first."""
    keeps_back: bool = True


CHANGES = {
    "a call at the end": Change("", "app.add('/a', f)"),
    "a call between others": Change(
        "app.add('/a', f)\napp.add('/b', g)", "app.add('/a', f)\napp.add('/c', f)\napp.add('/b', g)"
    ),
    "a call of the same as others": Change("app.use('a')\napp.use('b')", "app.use('a')\napp.use('c')\napp.use('b')"),
    "a call with another key": Change("app.add('/a', f)\napp.add('/b', g)", "app.add('/c', f)\napp.add('/b', g)"),
    "a call with another value": Change("app.add('/a', f)", "app.add('/a', g)"),
    "calls that change places": Change("app.add('/a', f)\napp.add('/b', g)", "app.add('/b', g)\napp.add('/a', f)"),
    "values that change places": Change("app.add('/a', f)\napp.add('/b', g)", "app.add('/a', g)\napp.add('/b', f)"),
    "one call after the other": Change("app.add('/a', f)", "app.add('/b', f).add('/c', g)\napp.add('/a', f)"),
    "an entry by hand": Change("app.routes['/b'] = g", "app.routes['/a'] = f\napp.routes['/b'] = g"),
    "an entry by hand, with another key": Change(
        "app.config['port'] = 80\napp.config['z'] = 1", "app.config['host'] = 80\napp.config['z'] = 1"
    ),
    "an entry by hand, with another value": Change("app.config['port'] = 80", "app.config['port'] = 81"),
    "an entry by hand, there from the start": Change("", "app.config['debug'] = True", keeps_back=False),
    "an entry by hand, there twice": Change(
        "app.config['x'] = 2", "app.config['x'] = 1\napp.config['x'] = 2", False, False
    ),
    "an entry at the end of a list": Change("app.start.append('b')", "app.start.append('a')\napp.start.append('b')"),
    "a hook of an event that has one": Change(
        "app.on('s', f)\napp.on('e', f)", "app.on('s', f)\napp.on('s', g)\napp.on('e', f)"
    ),
    "a hook of another event": Change("app.on('s', f)\napp.on('e', g)", "app.on('z', f)\napp.on('e', g)"),
    "the only hook of an event": Change("app.on('s', f)", "app.on('s', f)\napp.on('e', g)"),
    "the same twice": Change("app.on('s', f)", "app.on('s', f)\napp.on('s', f)", keeps_back=False),
    "an attribute": Change("app.n = 1\nout = app.n * 2", "app.n = 3\nout = app.n * 2"),
    "an attribute, for who adds": Change(
        "app.prefix = '/v1'\napp.add('/a', f)", "app.prefix = '/v2'\napp.add('/a', f)"
    ),
    "an attribute, for who decorates": Change(
        "app.prefix = '/v1'\n@app.route('/a')\ndef a(): pass", "app.prefix = '/v2'\n@app.route('/a')\ndef a(): pass"
    ),
    "an attribute that is new": Change("app.add('/a', f)", "app.prefix = '/v2'\napp.add('/a', f)", keeps_back=False),
    "an attribute twice": Change("app.n = 2", "app.n = 5\napp.n = 2"),
    "an attribute made of itself": Change("app.n = app.n + 1", "app.n = app.n + 2", False, False),
    "a list that is added to": Change(
        "app.start = ['a']\napp.begin('b')", "app.start = ['c', 'a']\napp.begin('b')", False, False
    ),
    "a handler above calls": Change(
        "app.add('/a', f)\napp.start.append('x')",
        "@app.route('/c')\ndef c(): pass\napp.add('/a', f)\napp.start.append('x')",
    ),
    "a handler above who builds of it": Change(
        "@app.route('/a')\ndef a(): pass\napp.build()",
        "@app.route('/b')\ndef b(): pass\n@app.route('/a')\ndef a(): pass\napp.build()",
        keeps=False,
    ),
    "a call above who builds of it": Change(
        "app.add('/a', f)\napp.build()", "app.add('/b', f)\napp.add('/a', f)\napp.build()", False, False
    ),
    "a call above who counts": Change(
        "app.add('/a', f)\nout = len(app.routes)\napp.add('/b', g)",
        "app.add('/c', f)\napp.add('/a', f)\nout = len(app.routes)\napp.add('/b', g)",
    ),
    "a call that counts": Change("app.count('/a')", "app.count('/z')\napp.count('/a')", False, False),
    "a call that hands it on": Change(
        "class P:\n    def bind(self, a): a.routes['p'] = 1\napp.mount(P())",
        "class P:\n    def bind(self, a): a.routes['p'] = 1\napp.add('/x', f)\napp.mount(P())",
        False,
        False,
    ),
    "a loop": Change("app.add('/a', f)", "for p in ('x', 'y'):\n    app.add(p, g)\napp.add('/a', f)"),
    "a loop over a table": Change(
        "T = {'/a': f}\nfor p, q in T.items(): app.add(p, q)",
        "T = {'/b': f, '/a': f}\nfor p, q in T.items(): app.add(p, q)",
        False,
        False,
    ),
    "a loop over a text": Change("for p in 'ab': app.add(p, g)", "for p in 'bcd': app.add(p, g)", False, False),
    "a call by names": Change("app.load(a=f)\napp.add('z', f)", "app.load(b=f, c=g)\napp.add('z', f)"),
    "what a call gives": Change(
        "home = app.page('/a')\napp.add('/z', f)", "home = app.page('/b')\nuser = app.page('/c')\napp.add('/z', f)"
    ),
    "what a call gives, no more": Change("home = app.page('/a')\napp.add('/z', f)", "app.add('/z', f)"),
    "a message in a log": Change(
        LOG + "app.add('/z', f)\nlog.info('up: %s', app)", LOG + "app.add('/z', f)\nlog.info('%s', app)"
    ),
    "a condition": Change(
        "if True:\n    app.add('/x', g)\napp.add('/a', f)", "if True:\n    app.add('/y', g)\napp.add('/a', f)"
    ),
    "a lambda": Change("app.add('/l', lambda: 1)\napp.add('/a', f)", "app.add('/m', lambda: 1)\napp.add('/a', f)"),
    "a key that has a name": Change(
        "P = '/p'\napp.add(P, g)\napp.add('/a', f)", "P = '/q'\napp.add(P, g)\napp.add('/a', f)"
    ),
    "a key that is computed": Change(
        "def key(x): return '/' + x\napp.add(key('a'), f)\napp.add(key('b'), g)",
        "def key(x): return '/' + x\napp.add(key('c'), f)\napp.add(key('b'), g)",
    ),
    "a function that adds": Change(
        "def setup():\n    app.add('/s', f)\nsetup()\napp.add('/a', g)",
        "def setup():\n    app.add('/t', f)\n    app.add('/u', f)\nsetup()\napp.add('/a', g)",
    ),
    "a function that is given it": Change(
        "def setup(a):\n    a.add('/s', f)\nsetup(app)\napp.add('/a', g)",
        "def setup(a):\n    a.add('/t', f)\n    a.add('/u', f)\nsetup(app)\napp.add('/a', g)",
    ),
    "a method of a base": Change(
        "site.add('/a', f)\nsite.add('/b', g)", "site.add('/a', f)\nsite.on('s', g)\nsite.add('/b', g)"
    ),
    "another name of it": Change(
        "api = app\napi.add('/x', f)\napp.add('/y', g)", "api = app\napi.add('/z', f)\napp.add('/y', g)"
    ),
    "an entry that is deleted": Change(
        "app.add('/a', f)\napp.add('/b', g)", "app.add('/a', f)\napp.add('/b', g)\ndel app.routes['/a']", False, False
    ),
}
DIRECTIONS = [(name, back) for name in CHANGES for back in (False, True)]


@pytest.mark.parametrize(("name", "back"), DIRECTIONS)
def test_an_object_goes_on_where_statements_only_add_to_it(name: str, back: bool, workshop: Workshop) -> None:
    change = CHANGES[name]
    before, after = (change.other, change.one) if back else (change.one, change.other)
    bench = workshop.bench({"m_N": APP + before + "\n"}, "a_N, s_N = m_N.app, m_N.site; a_N.mine = s_N.mine = 1")
    reload = bench.edit({"m_N": APP + after + "\n"})
    bench.do(f"fresh_N = {{}}; exec({APP + after!r}, fresh_N)")
    live = bench.see(SHOWN.format(app="m_N.app", site="m_N.site", out="getattr(m_N, 'out', None)"))
    fresh = bench.see(SHOWN.format(app="fresh_N['app']", site="fresh_N['site']", out="fresh_N.get('out')"))
    assert live == fresh, reload
    assert bench.see("m_N.app is a_N and m_N.site is s_N") is (change.keeps_back if back else change.keeps), reload
