"""Draws statements: each rule makes one kind of statement, and can make another version of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from .program import Kind, Program, Statement, module_name

Rule = Callable[["Scope", "tuple[str, ...]"], "Statement | None"]
RULES: dict[str, tuple[int, Rule]] = {}
INDENT = "    "


def rule(weight: int) -> Callable[[Rule], Rule]:
    """Register a rule. It is given the names to bind again, or none; None where it has nothing to work on."""

    def register(function: Rule) -> Rule:
        RULES[function.__name__] = (weight, function)
        return function

    return register


@dataclass
class Names:
    """Gives out names that no program has used."""

    without: frozenset[str] = frozenset()
    """Rules of the grammar, and kinds of edits, that are not to be drawn."""
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def new(self, prefix: str) -> str:
        self.counts[prefix] += 1
        return f"{prefix}{self.counts[prefix]}"


class Scope:
    """What a statement at one place of a program may use, and the random choices."""

    def __init__(self, random: Random, names: Names, program: Program, path: str, index: int) -> None:
        self.random = random
        self.names = names
        self.program = program
        self.path = path
        self.module = module_name(path)
        self.refs: dict[Kind, list[str]] = defaultdict(list)
        self.bound: dict[str, Kind] = {}
        statements = program.files.get(path, ())
        for statement in statements[:index]:
            for name, kind in statement.binds:
                self.bound[name] = kind
        for name, kind in self.bound.items():
            self.refs[kind].append(name)
            if kind.startswith("module:"):
                for other, other_kind in self.exported(kind[7:]).items():
                    self.refs[other_kind].append(f"{name}.{other}")

    def exported(self, module: str) -> dict[str, Kind]:
        """The names of another module with their kinds."""
        found: dict[str, Kind] = {}
        for path, statements in self.program.files.items():
            if module_name(path) == module and path != self.path:
                for statement in statements:
                    found.update(statement.binds)
        return found

    # --- choices ---

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def number(self, top: int = 9) -> int:
        return self.random.randint(1, top)

    def ref(self, *kinds: Kind) -> str | None:
        found = [each for kind in kinds for each in self.refs[kind]]
        return self.random.choice(found) if found else None

    def local(self, *kinds: Kind) -> str | None:
        """A name bound in this very module."""
        found = [name for name, kind in self.bound.items() if kind in kinds]
        return self.random.choice(found) if found else None

    def name(self, given: tuple[str, ...], prefix: str, index: int = 0) -> str:
        return given[index] if index < len(given) else self.names.new(prefix)

    # --- expressions ---

    def int(self, depth: int = 2) -> str:
        options: list[str] = [str(self.number(20))]
        for kind, form in INT_FORMS:
            if (found := self.ref(kind)) is not None:
                options.append(form.format(found, self.number()))
                if kind == "int":
                    options += [found] * 2
        chosen = self.random.choice(options)
        if depth and self.chance(30):
            chosen = self.random.choice(
                [
                    f"{chosen} + {self.int(depth - 1)}",
                    f"max({chosen}, {self.int(depth - 1)})",
                    f"({chosen} if {self.int(depth - 1)} > {self.number(12)} else {self.number()})",
                    f"sum(n * {self.number()} for n in range({self.number(4)})) + {chosen}",
                    f"[{chosen} + i for i in range({self.number(3)})][-1]",
                ]
            )
        return chosen

    def value(self) -> str:
        """An element for a list or a dict."""
        return self.int(1)


INT_FORMS: list[tuple[Kind, str]] = [
    ("int", "{0}"),
    ("int", "{0} * {1}"),
    ("text", "len({0})"),
    ("list", "len({0})"),
    ("list", "sum({0})"),
    ("list", "sum(n + {1} for n in {0})"),
    ("dict", "{0}['k0']"),
    ("dict", "sum({0}.values())"),
    ("function", "{0}()"),
    ("function1", "{0}({1})"),
    ("class", "{0}.w"),
    ("class", "{0}().m()"),
    ("class", "{0}({1}).v"),
    ("instance", "{0}.v"),
    ("instance", "{0}.m()"),
    ("enum", "{0}.A.value"),
    ("enum", "len({0})"),
    ("data", "{0}().x"),
    ("data", "{0}(x={1}).total()"),
    ("registry", "len({0})"),
    ("table", "len({0})"),
]


def indent(text: str, by: str = INDENT) -> str:
    return "\n".join(by + line if line else line for line in text.split("\n"))


# --- values ------------------------------------------------------------------------------------------------


@rule(10)
def constant(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "c")
    return Statement(f"{name} = {s.number(20)}", ((name, "int"),), "constant")


@rule(8)
def derived(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "c")
    return Statement(f"{name} = {s.int()}", ((name, "int"),), "derived")


@rule(1)
def annotated(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "c")
    return Statement(f"{name}{s.random.choice(['', ': int'])} = {s.int()}", ((name, "int"),), "annotated")


@rule(2)
def text(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "s")
    value = s.random.choice(
        ["'abc'", "'x' * 3", "'a' 'b'", f"f'{{{s.int(0)}}}-'", f"'.'.join(str(n) for n in range({s.number()}))"]
    )
    return Statement(f"{name} = {value}", ((name, "text"),), "text")


@rule(2)
def pair(s: Scope, given: tuple[str, ...]) -> Statement | None:
    one, two = s.name(given, "c", 0), s.name(given, "c", 1)
    form = s.random.choice(
        ["{0}, {1} = {2}, {3}", "{0} = {1} = {2}", "[{0}, *{1}_rest], {1} = [{2}], {3}", "{1} = ({0} := {2}) + 1"]
    )
    extra = ((f"{two}_rest", "list"),) if "_rest" in form else ()
    return Statement(form.format(one, two, s.int(1), s.int(1)), ((one, "int"), (two, "int"), *extra), "pair")


@rule(2)
def rebind(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = given[0] if given else s.local("int")
    if name is None:
        return None
    form = s.random.choice(["{0} += {1}", "{0} = {0} + {1}", "{0} = {0} * 2 + {1}"])
    return Statement(form.format(name, s.number()), ((name, "int"),), "rebind")


@rule(6)
def list_(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "l")
    value = s.random.choice(
        [
            "[" + ", ".join(s.value() for _ in range(s.random.randrange(4))) + "]",
            f"[n + {s.value()} for n in range({s.number(4)})]",
            f"list(range({s.number(5)}))",
            f"sorted({s.ref('list') or '[3, 1]'}, key=lambda n: -n)",
        ]
    )
    return Statement(f"{name} = {value}", ((name, "list"),), "list_")


@rule(6)
def add_to_list(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.ref("list")
    if name is None:
        return None
    form = s.random.choice(
        ["{0}.append({1})", "{0}.extend([{1}, {2}])", "{0}.insert(0, {1})", "{0}[:0] = [{1}]"]
        + (["{0} += [{1}]"] if "." not in name else [])
    )
    return Statement(form.format(name, s.value(), s.value()), (), "add_to_list")


@rule(5)
def dict_(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "t")
    value = s.random.choice(
        [
            f"{{'k0': {s.value()}, 'k1': {s.value()}}}",
            f"dict(k0={s.value()})",
            f"{{f'k{{n}}': n * {s.value()} for n in range({s.number(4)})}}",
            f"{{**{s.ref('dict') or 'dict(k0=1)'}, 'k{s.number()}': {s.value()}}}",
        ]
    )
    return Statement(f"{name} = {value}", ((name, "dict"),), "dict_")


@rule(5)
def add_to_dict(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.ref("dict")
    if name is None:
        return None
    form = s.random.choice(
        [
            "{0}['k{3}'] = {1}",
            "{0}.update(k{3}={1})",
            "{0}.setdefault('k{3}', {1})",
            "{0}['k0'] += {1}",
            "{0}.pop('k{3}', None)",
        ]
    )
    return Statement(form.format(name, s.value(), s.value(), s.number()), (), "add_to_dict")


@rule(2)
def alias(s: Scope, given: tuple[str, ...]) -> Statement | None:
    kind = s.random.choice(["list", "dict", "function", "class", "instance", "int"])
    found = s.ref(kind)
    if found is None or (given and found == given[0]):
        return None
    name = s.name(given, kind[0] + "x")
    return Statement(f"{name} = {found}", ((name, kind),), "alias")


# --- control -----------------------------------------------------------------------------------------------


@rule(4)
def conditional(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "c")
    test = f"{s.int(1)} > {s.number(15)}"
    if s.chance(30):
        return Statement(f"{name} = {s.number()}\nif {test}:\n    {name} = {s.int(1)}", ((name, "int"),), "conditional")
    return Statement(
        f"if {test}:\n    {name} = {s.int(1)}\nelse:\n    {name} = {s.int(1)}", ((name, "int"),), "conditional"
    )


@rule(2)
def conditional_function(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "f")
    return Statement(
        f"if {s.int(1)} > {s.number(15)}:\n    def {name}():\n        return {s.int(1)}\n"
        f"else:\n    def {name}():\n        return {s.int(1)}",
        ((name, "function"),),
        "conditional_function",
    )


@rule(3)
def try_(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "c")
    risky = s.random.choice(
        [
            f"{{'k0': {s.number()}}}['k{s.random.randrange(2)}']",
            f"{s.int(1)} // {s.random.randrange(2)}",
            f"{s.ref('dict') or {}}['k1']",
        ]
    )
    tail = s.random.choice(["", f"\nelse:\n    {name} += 1", f"\nfinally:\n    {name}_done = True"])
    return Statement(
        f"try:\n    {name} = {risky}\nexcept (KeyError, ZeroDivisionError):\n    {name} = {s.int(1)}{tail}",
        ((name, "int"),),
        "try_",
    )


@rule(3)
def loop(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name, each = s.name(given, "l", 0), s.name(given, "i", 1)
    over = s.random.choice([f"range({s.number(4)})", s.ref("list") or "[1]", f"[{s.int(1)}, {s.int(1)}]"])
    body = s.random.choice(
        ["{0}.append({1})", "{0}.append({1} * {2})", "if {1} > {2}:\n        {0}.append({1})", "{0} += [{1}, {2}]"]
    )
    return Statement(
        f"{name} = []\nfor {each} in {over}:\n    {body.format(name, each, s.number())}", ((name, "list"),), "loop"
    )


@rule(2)
def counting(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "c")
    form = s.random.choice(
        [
            f"while {name} < {s.number(12)}:\n    {name} += {s.number(3)}",
            f"for _ in range({s.number(5)}):\n    {name} += {s.int(1)}",
        ]
    )
    return Statement(f"{name} = {s.number()}\n{form}", ((name, "int"),), "counting")


@rule(1)
def loop_functions(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "h")
    return Statement(
        f"{name} = []\nfor _n in range({s.number(3)}):\n    @{name}.append\n    def _{name}(a=_n):\n"
        f"        return a + {s.int(1)}",
        ((name, "registry"),),
        "loop_functions",
    )


# --- functions ---------------------------------------------------------------------------------------------


def signature(s: Scope) -> str:
    return s.random.choice(
        ["", "", "", f"a={s.int(0)}", f"a={s.number()}, *, b={s.int(0)}", f"*a, b={s.number()}", "**options"]
    )


def body(s: Scope, parameters: str) -> str:
    uses = " + a" if parameters.startswith("a=") else ""
    value = s.int() + uses
    options = [
        f"return {value}",
        f"return {value}",
        f"'''About {s.number()}.'''\nreturn {value}",
        f"n = {value}\nreturn n + {s.number()}",
        f"total = 0\nfor n in range({s.number(3)}):\n    total += n\nreturn total + {value}",
        f"try:\n    return {value}\nexcept ZeroDivisionError:\n    return {s.number()}",
        f"def inner(n):\n    return n + {value}\nreturn inner({s.number()})",
        f"return sum(n for n in [{value}, {s.number()}])",
        f"return (lambda n: n + {value})({s.number()})",
    ]
    lazy = [
        (module_name(p), n, k)
        for p, ss in s.program.files.items()
        if p != s.path
        for x in ss
        for n, k in x.binds
        if k in ("int", "function")
    ]
    if lazy and s.chance(25):
        module, name, kind = s.random.choice(lazy)
        call = "()" if kind == "function" else ""
        options = [
            f"from {module} import {name}\nreturn {name}{call} + {s.number()}",
            f"import {module} as lazy\nreturn lazy.{name}{call} + {s.number()}",
        ]
        if kind == "function":  # functions that call each other lazily might never end
            options = [f"from {module} import {name}\nreturn callable({name}) + {s.number()}"]
    return s.random.choice(options)


@rule(12)
def function(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name, parameters = s.name(given, "f"), signature(s)
    annotation = s.random.choice(["", "", " -> int"])
    return Statement(
        f"def {name}({parameters}){annotation}:\n{indent(body(s, parameters))}", ((name, "function"),), "function"
    )


@rule(3)
def function1(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "g")
    return Statement(
        f"def {name}(n, *rest, scale={s.int(0)}):\n    return n * scale + {s.int()}",
        ((name, "function1"),),
        "function1",
    )


@rule(2)
def lambda_(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "f")
    return Statement(f"{name} = lambda a={s.int(0)}: a + {s.int()}", ((name, "function"),), "lambda_")


@rule(2)
def closure(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name, maker = s.name(given, "f", 0), s.name(given, "make_f", 1)
    inner = s.random.choice([f"n + {s.int(1)}", f"{s.int(1)}", f"n * {s.number()}"])
    return Statement(
        f"def {maker}(n):\n    def inner():\n        return {inner}\n    return inner\n{name} = {maker}({s.int(0)})",
        ((name, "function"), (maker, "factory")),
        "closure",
    )


@rule(2)
def from_factory(s: Scope, given: tuple[str, ...]) -> Statement | None:
    maker = s.ref("factory")
    if maker is None:
        return None
    name = s.name(given, "f")
    return Statement(f"{name} = {maker}({s.int(1)})", ((name, "function"),), "from_factory")


@rule(1)
def partial(s: Scope, given: tuple[str, ...]) -> Statement | None:
    of = s.ref("function1")
    if of is None:
        return None
    name = s.name(given, "f")
    return Statement(
        f"import functools\n{name} = functools.partial({of}, {s.int(1)})", ((name, "function"),), "partial"
    )


@rule(1)
def filler(s: Scope, given: tuple[str, ...]) -> Statement | None:
    """A function that adds to what it is passed, and a call of it."""
    name = s.name(given, "fill")
    call = f"\n{name}({found})" if (found := s.ref("list")) else ""
    return Statement(f"def {name}(values):\n    values.append({s.int(1)}){call}", ((name, "filler"),), "filler")


@rule(2)
def filling(s: Scope, given: tuple[str, ...]) -> Statement | None:
    fill, found = s.ref("filler"), s.ref("list")
    return None if fill is None or found is None else Statement(f"{fill}({found})", (), "filling")


@rule(1)
def global_writer(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "c")
    return Statement(
        f"{name} = {s.number()}\ndef set_{name}():\n    global {name}\n    {name} += {s.int(1)}\nset_{name}()",
        ((name, "int"), (f"set_{name}", "setter")),
        "global_writer",
    )


# --- decorators and registries -----------------------------------------------------------------------------


@rule(3)
def registry(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name, register = s.name(given, "r", 0), s.name(given, "reg", 1)
    if s.chance(50):
        code = f"{name} = []\ndef {register}(f):\n    {name}.append(f)\n    return f"
        return Statement(code, ((name, "registry"), (register, "decorator")), "registry")
    value = s.random.choice(["f", "f.__name__", s.int(0)])
    code = f"{name} = {{}}\ndef {register}(f):\n    {name}[f.__name__] = {value}\n    return f"
    return Statement(code, ((name, "table"), (register, "decorator")), "registry")


@rule(3)
def wrapper(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "deco")
    wraps = s.random.choice(["", "    @functools.wraps(f)\n"])
    return Statement(
        f"import functools\ndef {name}(f):\n{wraps}    def wrapped(*a, **k):\n"
        f"        return f(*a, **k) + {s.int(1)}\n    return wrapped",
        ((name, "decorator"),),
        "wrapper",
    )


@rule(2)
def parametrised(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "param")
    return Statement(
        f"def {name}(n):\n    def decorate(f):\n        f.tag = n + {s.number()}\n        return f\n"
        "    return decorate",
        ((name, "decorator1"),),
        "parametrised",
    )


def decorators(s: Scope) -> str:
    found = []
    for _ in range(1 if s.chance(75) else 2):
        plain, taking = s.ref("decorator"), s.ref("decorator1")
        options = ([f"@{plain}"] * 3 if plain else []) + ([f"@{taking}({s.int(0)})"] * 2 if taking else [])
        found.append(s.random.choice(options or [""]))
    return "".join(line + "\n" for line in dict.fromkeys(found) if line)


@rule(7)
def decorated(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name, parameters = s.name(given, "f"), signature(s)
    return Statement(
        f"{decorators(s)}def {name}({parameters}):\n{indent(body(s, parameters))}", ((name, "function"),), "decorated"
    )


@rule(1)
def cached(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "f")
    return Statement(
        f"import functools\n@functools.lru_cache\ndef {name}():\n    return {s.int()}", ((name, "function"),), "cached"
    )


@rule(1)
def called_registration(s: Scope, given: tuple[str, ...]) -> Statement | None:
    register, what = s.ref("decorator"), s.ref("function")
    return None if register is None or what is None else Statement(f"{register}({what})", (), "called_registration")


# --- classes -----------------------------------------------------------------------------------------------


def members(s: Scope, inherits: bool) -> str:
    parts = [
        f"w = {s.int(1)}",
        f"def m(self):\n    return {s.int(1)}",
        f"def __init__(self, v={s.int(0)}):\n    self.v = v",
    ]
    if inherits:
        parts = s.random.sample(parts[:2], s.random.randrange(3))
        if s.chance(40):
            parts = [p for p in parts if "def m" not in p] + [f"def m(self):\n    return super().m() + {s.int(1)}"]
        if s.chance(25):
            parts.append(f"def __init__(self, v={s.number()}):\n    super().__init__(v)\n    self.z = {s.int(0)}")
    extra = [
        f"@property\ndef p(self):\n    return self.w + {s.number()}",
        f"@classmethod\ndef k(cls):\n    return cls.w + {s.int(1)}",
        f"@staticmethod\ndef s():\n    return {s.int(1)}",
        f"items = [n for n in range({s.number(4)})]",
        f"class Inner:\n    q = {s.int(0)}\n    def r(self):\n        return {s.int(1)}",
        f"'''About {s.number()}.'''",
        *([] if "annotated" in s.names.without else [f"note: int = {s.number()}"]),
        f"m2 = lambda self: {s.int(1)}",
        f"def __len__(self):\n    return {s.number()}",
    ]
    parts += s.random.sample(extra, s.random.choice([0, 0, 1, 1, 2]))
    if (f := s.ref("function")) and s.chance(8):
        parts.append(f"method = {f}")
    docs = [p for p in parts if p.startswith("'''")]
    return "\n".join(docs + [p for p in parts if p not in docs]) or "pass"


@rule(8)
def class_(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "K")
    base = s.ref("class") if s.chance(50) else None
    if base == name:
        base = None
    bases = f"({base})" if base else ""
    return Statement(f"class {name}{bases}:\n{indent(members(s, base is not None))}", ((name, "class"),), "class_")


@rule(1)
def slots_class(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "K")
    return Statement(
        f"class {name}:\n    __slots__ = ('v',)\n    w = {s.int(1)}\n    def __init__(self, v={s.int(0)}):\n"
        "        self.v = v\n"
        f"    def m(self):\n        return self.v + {s.int(1)}",
        ((name, "class"),),
        "slots_class",
    )


@rule(2)
def registering_class(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name, known = s.name(given, "K", 0), s.name(given, "r", 1)
    store = s.random.choice([f"{known}.append(cls)", f"{known}.append(cls.__name__)"])
    return Statement(
        f"{known} = []\nclass {name}:\n    w = {s.int(0)}\n    def __init_subclass__(cls, **k):\n        {store}\n"
        "        super().__init_subclass__(**k)\n    def __init__(self, v=1):\n        self.v = v\n"
        f"    def m(self):\n        return {s.int(1)}",
        ((name, "class"), (known, "registry")),
        "registering_class",
    )


@rule(1)
def metaclass(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name, meta = s.name(given, "K", 0), s.name(given, "M", 1)
    return Statement(
        f"class {meta}(type):\n    def __new__(mcls, name, bases, namespace, **k):\n"
        f"        namespace['added'] = {s.int(1)}\n"
        "        return super().__new__(mcls, name, bases, namespace, **k)\n"
        f"class {name}(metaclass={meta}):\n    w = {s.int(0)}\n    def __init__(self, v=1):\n"
        "        self.v = v\n    def m(self):\n        return self.added",
        ((name, "class"), (meta, "metaclass")),
        "metaclass",
    )


@rule(5)
def instance(s: Scope, given: tuple[str, ...]) -> Statement | None:
    of = s.ref("class")
    if of is None:
        return None
    name = s.name(given, "o")
    return Statement(f"{name} = {of}({s.random.choice(['', s.int(1)])})", ((name, "instance"),), "instance")


@rule(2)
def set_attribute(s: Scope, given: tuple[str, ...]) -> Statement | None:
    of = s.ref("instance", "class")
    return None if of is None else Statement(f"{of}.{s.random.choice('vu')} = {s.int(1)}", (), "set_attribute")


@rule(2)
def dataclass_(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "D")
    arguments = s.random.choice(["", "", "(frozen=True)", "(order=True)", "(kw_only=True)"])
    more = s.random.choice(
        ["", "    y: list = dataclasses.field(default_factory=list)\n", f"    z: int = {s.number()}\n"]
    )
    return Statement(
        f"import dataclasses\n@dataclasses.dataclass{arguments}\nclass {name}:\n    x: int = {s.int(1)}\n"
        f"{more}    def total(self):\n        return self.x + {s.int(1)}",
        ((name, "data"),),
        "dataclass_",
    )


@rule(1)
def slots_dataclass(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "D")
    return Statement(
        f"import dataclasses\n@dataclasses.dataclass(slots=True)\nclass {name}:\n    x: int = {s.int(1)}\n"
        f"    def total(self):\n        return self.x + {s.int(1)}",
        ((name, "data"),),
        "slots_dataclass",
    )


@rule(2)
def enum_(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "E")
    base = ["enum.Enum", "enum.Enum", "enum.IntEnum", "enum.Flag"][sum(map(ord, name)) % 4]
    first = s.random.choice(["enum.auto()", s.int(0), str(s.number())]) if base != "enum.Flag" else "enum.auto()"
    rest = "".join(
        f"\n    {letter} = {'enum.auto()' if base == 'enum.Flag' else s.number() + 20 * n}"
        for n, letter in enumerate("BC"[: s.random.randrange(3)], 1)
    )
    method = s.random.choice(["", f"\n    def m(self):\n        return {s.int(1)}"])
    return Statement(f"import enum\nclass {name}({base}):\n    A = {first}{rest}{method}", ((name, "enum"),), "enum_")


@rule(1)
def shifting_enum(s: Scope, given: tuple[str, ...]) -> Statement | None:
    """An enum that another version may make of another kind."""
    name = s.name(given, "E")
    base = s.random.choice(["enum.Enum", "enum.IntEnum", "enum.Flag", "enum.StrEnum"])
    first = "'a'" if base == "enum.StrEnum" else "1"
    return Statement(f"import enum\nclass {name}({base}):\n    A = {first}", ((name, "held"),), "shifting_enum")


@rule(1)
def named_tuple(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "D")
    return Statement(
        f"import typing\nclass {name}(typing.NamedTuple):\n    x: int = {s.int(1)}\n    def total(self):\n"
        f"        return self.x + {s.int(1)}",
        ((name, "data"),),
        "named_tuple",
    )


@rule(1)
def record(s: Scope, given: tuple[str, ...]) -> Statement | None:
    of = s.ref("data")
    if of is None:
        return None
    name = s.name(given, "d")
    return Statement(f"{name} = {of}(x={s.int(1)})", ((name, "record"),), "record")


@rule(1)
def member_list(s: Scope, given: tuple[str, ...]) -> Statement | None:
    of, made = s.ref("enum"), s.ref("class")
    if of is None and made is None:
        return None
    name = s.name(given, "h")
    value = s.random.choice(
        [x for x in (of and f"list({of})", of and f"{{{of}.A: 1}}", made and f"[{made}() for _ in range(2)]") if x]
    )
    return Statement(f"{name} = {value}", ((name, "held"),), "member_list")


# --- more of the language ----------------------------------------------------------------------------------


@rule(1)
def generator(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "gen")
    form = s.random.choice(
        ["for n in range({0}):\n        yield n + {1}", "yield {1}\n    yield {0}", "yield from [{0}, {1}]"]
    )
    return Statement(f"def {name}():\n    {form.format(s.number(4), s.int(1))}", ((name, "generator"),), "generator")


@rule(1)
def coroutine(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name, user = s.name(given, "co", 0), s.name(given, "f", 1)
    return Statement(
        f"import asyncio\nasync def {name}(n={s.int(0)}):\n    return n + {s.int(1)}\n"
        f"def {user}():\n    return asyncio.run({name}()) + {s.number()}",
        ((name, "coroutine"), (user, "function")),
        "coroutine",
    )


@rule(1)
def context(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name, used = s.name(given, "ctx", 0), s.name(given, "c", 1)
    return Statement(
        f"import contextlib\n@contextlib.contextmanager\ndef {name}():\n    yield {s.int(1)}\n"
        f"with {name}() as {used}:\n    {used} += {s.number()}",
        ((name, "context"), (used, "int")),
        "context",
    )


@rule(1)
def dispatch(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "g")
    return Statement(
        f"import functools\n@functools.singledispatch\ndef {name}(n):\n    return {s.int(1)}\n"
        f"@{name}.register\ndef _(n: str):\n    return len(n) + {s.int(1)}",
        ((name, "function1"),),
        "dispatch",
    )


@rule(1)
def abstract(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name, base = s.name(given, "K", 0), s.name(given, "A", 1)
    return Statement(
        f"import abc\nclass {base}(abc.ABC):\n    w = {s.int(0)}\n    @abc.abstractmethod\n    def m(self): ...\n"
        f"    def n(self):\n        return {s.int(1)}\n"
        f"class {name}({base}):\n    def __init__(self, v=2):\n        self.v = v\n    def m(self):\n"
        f"        return self.n() + {s.int(1)}",
        ((name, "class"), (base, "abstract")),
        "abstract",
    )


@rule(1)
def descriptor(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name, kind = s.name(given, "K", 0), s.name(given, "Desc", 1)
    return Statement(
        f"class {kind}:\n    def __set_name__(self, owner, name):\n        self.name = name\n"
        f"    def __get__(self, instance, owner):\n        return {s.int(1)}\n"
        f"class {name}:\n    w = {kind}()\n    def __init__(self, v={s.number()}):\n        self.v = v\n"
        f"    def m(self):\n        return self.w + {s.int(0)}",
        ((name, "class"), (kind, "descriptor")),
        "descriptor",
    )


@rule(1)
def operators(s: Scope, given: tuple[str, ...]) -> Statement | None:
    """A class whose instances compare by value."""
    name = s.name(given, "K")
    return Statement(
        f"class {name}:\n    w = {s.int(0)}\n    def __init__(self, v={s.int(0)}):\n        self.v = v\n"
        f"    def __eq__(self, other):\n        return type(self) is type(other) and self.v == other.v\n"
        f"    def __hash__(self):\n        return self.v\n    def m(self):\n        return {s.int(1)}",
        ((name, "class"),),
        "operators",
    )


@rule(1)
def cached_property(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "K")
    return Statement(
        f"import functools\nclass {name}:\n    w = {s.int(0)}\n    def __init__(self, v={s.int(0)}):\n"
        "        self.v = v\n"
        f"    @functools.cached_property\n    def p(self):\n        return self.v + {s.int(1)}\n"
        "    def m(self):\n        return self.p",
        ((name, "class"),),
        "cached_property",
    )


@rule(1)
def decorated_class(s: Scope, given: tuple[str, ...]) -> Statement | None:
    """A class that its decorator changes, or registers."""
    name, decorate = s.name(given, "K", 0), s.name(given, "classy", 1)
    act = s.random.choice(
        [f"cls.tag = {s.int(1)}", f"{decorate}_seen.append(cls)", f"cls.m2 = lambda self: {s.int(1)}"]
    )
    return Statement(
        f"{decorate}_seen = []\ndef {decorate}(cls):\n    {act}\n    return cls\n"
        f"@{decorate}\nclass {name}:\n{indent(members(s, False))}",
        ((name, "class"), (decorate, "class decorator"), (f"{decorate}_seen", "registry")),
        "decorated_class",
    )


@rule(1)
def decorated_method(s: Scope, given: tuple[str, ...]) -> Statement | None:
    plain = s.ref("decorator")
    if plain is None:
        return None
    name = s.name(given, "K")
    return Statement(
        f"class {name}:\n    w = {s.int(0)}\n    def __init__(self, v=1):\n        self.v = v\n"
        f"    @{plain}\n    def m(self):\n        return {s.int(1)}",
        ((name, "class"),),
        "decorated_method",
    )


@rule(1)
def match_(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "c")
    return Statement(
        f"match {s.int(1)} % 3:\n    case 0:\n        {name} = {s.int(0)}\n    case 1 | 2:\n"
        f"        {name} = {s.int(1)}",
        ((name, "int"),),
        "match_",
    )


@rule(1)
def deleted(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name, other = s.name(given, "c", 0), s.names.new("tmp")
    return Statement(f"{other} = {s.int(1)}\n{name} = {other} + {s.number()}\ndel {other}", ((name, "int"),), "deleted")


@rule(1)
def main_guard(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "c")
    return Statement(
        f"{name} = {s.number()}\nif __name__ == '__main__':\n    {name} = {s.int(0)}\nif __debug__:\n    {name} += 1",
        ((name, "int"),),
        "main_guard",
    )


@rule(1)
def table_of_functions(s: Scope, given: tuple[str, ...]) -> Statement | None:
    found = [x for x in (s.ref("function") for _ in range(3)) if x]
    name = s.name(given, "r")
    parts = [f"'{n}': {f}" for n, f in enumerate(dict.fromkeys(found))] + [f"'last': lambda: {s.int(1)}"]
    return Statement(f"{name} = {{{', '.join(parts)}}}", ((name, "table"),), "table_of_functions")


@rule(1)
def method_table(s: Scope, given: tuple[str, ...]) -> Statement | None:
    of = s.ref("instance")
    if of is None:
        return None
    name = s.name(given, "f")
    return Statement(f"{name} = {of}.m", ((name, "function"),), "method_table")


@rule(1)
def set_(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "q")
    form = s.random.choice(
        ["{{{0}, {1}}}", "set(range({1}))", "frozenset([{0}, {1}])", "{{n % 3 for n in range({1})}}"]
    )
    more = s.random.choice(["", f"\n{name} |= {{{s.number()}}}"])
    return Statement(f"{name} = {form.format(s.int(0), s.number())}{more}", ((name, "held"),), "set_")


@rule(1)
def nested_data(s: Scope, given: tuple[str, ...]) -> Statement | None:
    name = s.name(given, "h")
    inner = s.ref("list") or "[1]"
    return Statement(
        f"{name} = {{'rows': [{inner}, [{s.int(0)}]], 'n': ({s.int(1)}, {s.int(0)})}}", ((name, "held"),), "nested_data"
    )


@rule(1)
def attribute_of_function(s: Scope, given: tuple[str, ...]) -> Statement | None:
    of = s.local("function")
    return None if of is None else Statement(f"{of}.note = {s.int(1)}", (), "attribute_of_function")


@rule(1)
def patched_module(s: Scope, given: tuple[str, ...]) -> Statement | None:
    """A name of another module is bound from here."""
    of = s.ref("int")
    return None if of is None or of.count(".") != 1 else Statement(f"{of} = {s.number()}", (), "patched_module")


@rule(1)
def future(s: Scope, given: tuple[str, ...]) -> Statement | None:
    return Statement("from __future__ import annotations", (), "future")


# --- imports -----------------------------------------------------------------------------------------------


def earlier(s: Scope) -> list[str]:
    """Paths of the modules that this one may import at its top."""
    paths = list(s.program.files)
    return paths[: paths.index(s.path)] if s.path in paths else paths


def dotted(s: Scope, path: str) -> str:
    """How a module is named in a from-import here: absolute or, in a package, relative."""
    other = module_name(path)
    package = s.path.rpartition("/")[0].replace("/", ".")
    if package and other.startswith(package + ".") and s.chance(60):
        return "." + other[len(package) + 1 :]
    return other


@rule(12)
def from_import(s: Scope, given: tuple[str, ...]) -> Statement | None:
    paths = earlier(s)
    if not paths:
        return None
    path = s.random.choice(paths)
    known = list(s.exported(module_name(path)).items())
    known = [(n, k) for n, k in known if n not in s.bound or n in given]
    if given:
        known = [(n, k) for n, k in known if n in given] or known
    if not known:
        return None
    chosen = s.random.sample(known, min(len(known), s.random.choice([1, 1, 2, 3])))
    parts, binds = [], []
    for name, kind in chosen:
        bound = f"{name}_{s.names.new('as')}" if s.chance(25) and not given else name
        parts.append(name if bound == name else f"{name} as {bound}")
        binds.append((bound, kind))
    return Statement(f"from {dotted(s, path)} import {', '.join(parts)}", tuple(binds), "from_import")


@rule(2)
def star_import(s: Scope, given: tuple[str, ...]) -> Statement | None:
    paths = [p for p in earlier(s) if p.count("/") == s.path.count("/")]
    if not paths:
        return None
    path = s.random.choice(paths)
    binds = tuple(
        (n, k) for n, k in s.exported(module_name(path)).items() if not n.startswith("_") and n not in s.bound
    )
    return Statement(f"from {dotted(s, path)} import *", binds, "star_import")


@rule(6)
def module_import(s: Scope, given: tuple[str, ...]) -> Statement | None:
    paths = earlier(s)
    if not paths:
        return None
    other = module_name(s.random.choice(paths))
    if "." in other:
        package, _, leaf = other.rpartition(".")
        name = s.name(given, f"{leaf}_")
        return Statement(
            s.random.choice([f"import {other} as {name}", f"from {package} import {leaf} as {name}"]),
            ((name, f"module:{other}"),),
            "module_import",
        )
    name = given[0] if given else other if s.chance(70) else s.names.new(f"{other}_")
    alias = "" if name == other else f" as {name}"
    return Statement(f"import {other}{alias}", ((name, f"module:{other}"),), "module_import")


@rule(1)
def cycle(s: Scope, given: tuple[str, ...]) -> Statement | None:
    """An import of a module that comes later, used only in a function."""
    paths = list(s.program.files)
    later = [p for p in paths[paths.index(s.path) + 1 :] if "/" not in p] if s.path in paths else []
    if not later:
        return None
    other = module_name(s.random.choice(later))
    known = [n for n, k in s.exported(other).items() if k == "int"]
    if not known:
        return None
    name = s.name(given, "f")
    return Statement(
        f"import {other}\ndef {name}():\n    return {other}.{s.random.choice(known)} + {s.number()}",
        ((name, "function"),),
        "cycle",
    )


@rule(1)
def try_import(s: Scope, given: tuple[str, ...]) -> Statement | None:
    paths = earlier(s)
    ints = [(p, n) for p in paths for n, k in s.exported(module_name(p)).items() if k == "int"]
    if not ints:
        return None
    path, wanted = s.random.choice(ints)
    wanted = wanted if s.chance(60) else "absent"
    name = s.name(given, "c")
    return Statement(
        f"try:\n    from {module_name(path)} import {wanted} as {name}\nexcept ImportError:\n    {name} = {s.number()}",
        ((name, "int"),),
        "try_import",
    )


@rule(1)
def module_getattr(s: Scope, given: tuple[str, ...]) -> Statement | None:
    if any(x.maker == "module_getattr" for x in s.program.files.get(s.path, ())) and not given:
        return None
    name = s.name(given, "dyn")
    return Statement(
        f"def __getattr__(name):\n    if name == '{name}':\n        return {s.int(1)}\n    raise AttributeError(name)",
        ((name, "dynamic"),),
        "module_getattr",
    )


@rule(1)
def dynamic_read(s: Scope, given: tuple[str, ...]) -> Statement | None:
    found = s.ref("dynamic")
    if found is None or "." not in found:
        return None
    name = s.name(given, "c")
    return Statement(f"{name} = {found} + {s.number()}", ((name, "int"),), "dynamic_read")


@rule(1)
def exports(s: Scope, given: tuple[str, ...]) -> Statement | None:
    names = [n for n in s.bound if not n.startswith("_")]
    if not names:
        return None
    chosen = s.random.sample(names, s.random.randint(1, len(names)))
    return Statement(f"__all__ = {chosen!r}", (), "exports")


@rule(1)
def docstring(s: Scope, given: tuple[str, ...]) -> Statement | None:
    return Statement(f"'''About {s.number()}.'''", (), "docstring")


# --- programs ----------------------------------------------------------------------------------------------


def available(without: frozenset[str]) -> dict[str, int]:
    """The rules that may be drawn, with their weights."""
    return {name: weight for name, (weight, _) in RULES.items() if name not in without}


def draw(s: Scope, only: str | None = None, given: tuple[str, ...] = ()) -> Statement:
    """One statement by a rule drawn by weight, or by the one that is named."""
    if only is not None and (made := RULES[only][1](s, given)) is not None:
        return made
    while True:
        rules = available(s.names.without)
        name = s.random.choices(list(rules), list(rules.values()))[0]
        if (made := RULES[name][1](s, ())) is not None:
            return made


LAYOUTS = [
    ("m1.py", "m2.py"),
    ("m1.py",),
    ("m1.py", "m2.py", "m3.py"),
    ("m1.py", "m2.py", "m3.py", "m4.py"),
    ("m1.py", "p/a.py", "p/b.py", "p/__init__.py", "m2.py"),
    ("p/__init__.py", "p/a.py", "p/b.py", "m1.py"),
]


def draw_program(random: Random, names: Names, most: int = 8) -> Program:
    """A program: modules, earlier ones first, each statement drawn where the ones before it can be used."""
    layout = random.choice(LAYOUTS)
    program = Program(dict.fromkeys(layout, ()), ())
    for path in layout:
        for _ in range(random.randint(1, most)):
            statements = program.files[path]
            scope = Scope(random, names, program, path, len(statements))
            program = program.with_file(path, (*statements, draw(scope)))
    entries = [module_name(path) for path in layout]
    if random.random() < 0.3:
        random.shuffle(entries)
    return Program(program.files, tuple(entries))
