"""Real libraries: an edited handler runs its new code and is registered once, an edited model is live.

They run in the environment of the tests themselves, where `pip install -e ".[libraries]"` puts them; without one of
them, its tests are skipped.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from live import Environment
from workshop import Bench, Workshop


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    workshop = Workshop(Environment(Path(sys.prefix)), tmp_path_factory.mktemp("libraries"))
    yield workshop
    print(workshop.process.close())


class Edited:
    """A module `m_N`, changed step by step."""

    def __init__(self, bench: Bench, source: str) -> None:
        self.bench = bench
        self.source = source

    def edit(self, *changes: tuple[str, str]) -> tuple[str, ...]:
        """Replace texts, and return what the reload ran, without the module's name."""
        for old, new in changes:
            assert old in self.source
            self.source = self.source.replace(old, new)
        ran = self.bench.edit({"m_N": self.source}).ran
        assert all(self.bench.own("m_N") in entry for entry in ran), ran
        return tuple(entry.partition(":")[2].partition(" ")[2] for entry in ran)


def module(workshop: Workshop, source: str, setup: str = "", **others: str) -> Edited:
    return Edited(workshop.bench({f"{name}_N": text for name, text in others.items()} | {"m_N": source}, setup), source)


# --- click and typer -----------------------------------------------------------------------------------------

CLICK = """
import click

@click.group()
def cli():
    "The tool."

@cli.command()
@click.option("--name", default="World")
def hello(name):
    "Say hello."
    click.echo(f"Hello {name}")

@cli.command("bye")
@click.argument("name", default="all")
def goodbye(name):
    click.echo(f"Bye {name}")
"""
CLICK_SETUP = """
from click.testing import CliRunner
def run(*arguments, tool=m_N.cli):
    return CliRunner().invoke(tool, arguments).output.strip()
"""


def test_click(workshop: Workshop) -> None:
    pytest.importorskip("click")
    edited = module(workshop, CLICK, CLICK_SETUP)
    see = edited.bench.see
    assert edited.edit(("Hello {name}", "Hi {name}")) == ()
    assert see("(run('hello'), list(m_N.cli.commands))") == ("Hi World", ["hello", "bye"])
    edited.edit(('default="World"', 'default="You"'))
    assert see("(run('hello'), run('bye'), list(m_N.cli.commands))") == ("Hi You", "Bye all", ["hello", "bye"])
    edited.edit(('"Say hello."', '"Greet."'))
    assert see("'Greet.' in run('--help')")
    edited.edit(('"bye"', '"farewell"'))
    assert see("list(m_N.cli.commands)") == ["hello", "farewell"]
    edited.edit(
        ("def hello(name):", "def hello(name, loud):"),
        ('@click.option("--name', '@click.option("--loud", is_flag=True)\n@click.option("--name'),
    )
    assert see("run('hello', '--loud')") == "Hi You"


def test_click_help_of_what_another_decorator_made(workshop: Workshop) -> None:
    """The command copied the docstring of a wrapper, which had copied it of the function."""
    pytest.importorskip("click")
    command = '@cli.command()\n@click.pass_context\ndef sent(context):\n    """Send it.\n\n    Now.\n    """\n'
    edited = module(workshop, CLICK + command, CLICK_SETUP)
    assert edited.edit(("Send it.", "Deliver it.")) == ()
    assert edited.bench.see("'Deliver it.' in run('sent', '--help')")


def test_click_commands_come_and_go(workshop: Workshop) -> None:
    pytest.importorskip("click")
    edited = module(workshop, CLICK, CLICK_SETUP)
    end = '    click.echo(f"Bye {name}")\n'
    edited.edit((end, end + "\n@cli.command()\ndef third():\n    click.echo('third')\n"))
    assert edited.bench.see("(run('third'), list(m_N.cli.commands))") == ("third", ["hello", "bye", "third"])
    edited.edit(("\n@cli.command()\ndef third():\n    click.echo('third')\n", ""))
    assert edited.bench.see("list(m_N.cli.commands)") == ["hello", "bye"]


def test_click_commands_of_another_module(workshop: Workshop) -> None:
    pytest.importorskip("click")
    source = "import click\nfrom g_N import cli\n\n@cli.command()\ndef one():\n    click.echo('one')\n"
    edited = module(
        workshop, source, CLICK_SETUP.replace("m_N.cli", "g_N.cli"), g="import click\n@click.group()\ndef cli(): pass\n"
    )
    edited.edit(("echo('one')", "echo('two')"))
    assert edited.bench.see("(run('one'), list(g_N.cli.commands))") == ("two", ["one"])
    edited.edit(("@cli.command()", "@cli.command('other')"))
    assert edited.bench.see("list(g_N.cli.commands)") == ["other"]


TYPER = """
import typer

app = typer.Typer()

@app.command()
def hello(name: str = "World"):
    "Say hello."
    print(f"Hello {name}")

@app.command()
def bye(name: str = "all"):
    print(f"Bye {name}")
"""


def test_typer(workshop: Workshop) -> None:
    pytest.importorskip("typer")
    setup = (
        "from typer.testing import CliRunner\n"
        "def run(*a): return CliRunner().invoke(m_N.app, a).output.strip()\nheld = m_N.app"
    )
    edited = module(workshop, TYPER, setup)
    see = edited.bench.see
    assert edited.edit(("Hello {name}", "Hi {name}")) == ()
    assert see("run('hello')") == "Hi World"
    edited.edit(('name: str = "World"', 'name: str = "You"'))
    assert see("(run('hello'), run('bye'), len(m_N.app.registered_commands), m_N.app is held)") == (
        "Hi You",
        "Bye all",
        2,
        True,
    )


# --- web -----------------------------------------------------------------------------------------------------

FLASK = """
from flask import Flask, request

app = Flask(__name__)
GREETING = "Hello"

@app.route("/")
def index():
    return f"{GREETING} index"

@app.route("/user/<name>", methods=["GET", "POST"])
def user(name):
    return f"user {name}"

@app.before_request
def before():
    request.mark = "before"

@app.errorhandler(404)
def missing(error):
    return "missing", 404
"""


def test_flask(workshop: Workshop) -> None:
    pytest.importorskip("flask")
    setup = "client = m_N.app.test_client()\ndef get(path): return client.get(path).text\nget('/')\nheld = m_N.app"
    edited = module(workshop, FLASK, setup)
    see = edited.bench.see
    rules = "sorted(r.rule for r in m_N.app.url_map.iter_rules() if r.endpoint != 'static')"
    assert edited.edit(('f"user {name}"', 'f"person {name}"')) == ()
    assert see("(get('/user/a'), m_N.app is held)") == ("person a", True)
    assert edited.edit(('"Hello"', '"Hi"')) == ("GREETING",)
    assert see(f"(get('/'), {rules})") == ("Hi index", ["/", "/user/<name>"])
    assert edited.edit(('return "missing"', 'return "not here"'), ('"before"', '"earlier"')) == ()
    assert see("(get('/nowhere'), m_N.app is held)") == ("not here", True)
    assert see("(len(m_N.app.before_request_funcs[None]), sorted(m_N.app.view_functions))") == (
        1,
        ["index", "static", "user"],
    )


def test_flask_blueprint(workshop: Workshop) -> None:
    pytest.importorskip("flask")
    source = (
        "from flask import Blueprint\nbp = Blueprint('bp', __name__)\n\n@bp.route('/x')\ndef x():\n    return 'old'\n"
    )
    app = "from flask import Flask\nfrom m_N import bp\napp = Flask(__name__)\napp.register_blueprint(bp)\n"
    edited = module(workshop, source, "client = app_N.app.test_client(); client.get('/x')", app=app)
    assert edited.edit(("'old'", "'new'")) == ()
    assert edited.bench.see("client.get('/x').text") == "new"


FASTAPI = """
from fastapi import FastAPI, Depends
from pydantic import BaseModel

app = FastAPI()

class Item(BaseModel):
    name: str
    price: float = 1.0

def common(q: str = "none"):
    return q

@app.get("/")
def index():
    return {"text": "old"}

@app.post("/items")
async def create(item: Item, q: str = Depends(common)):
    return {"name": item.name, "q": q}
"""


def test_fastapi(workshop: Workshop) -> None:
    pytest.importorskip("fastapi")
    pytest.importorskip("httpx")
    setup = "from fastapi.testclient import TestClient\nclient = TestClient(m_N.app)\nclient.get('/')\nheld = m_N.app"
    edited = module(workshop, FASTAPI, setup)
    see = edited.bench.see
    assert edited.edit(('"old"', '"new"'), ('"name": item.name', '"name": item.name.upper()')) == ()
    assert see("client.get('/').json()") == {"text": "new"}
    assert see("client.post('/items', json={'name': 'a'}).json()") == {"name": "A", "q": "none"}
    routes = "[r.path for r in m_N.app.routes if r.name in ('index', 'create')]"
    assert see(f"({routes}, m_N.app is held)") == (["/", "/items"], True)


def test_fastapi_routes_change(workshop: Workshop) -> None:
    pytest.importorskip("fastapi")
    pytest.importorskip("httpx")
    setup = "from fastapi.testclient import TestClient\nclient = TestClient(m_N.app)\nheld = m_N.app"
    edited = module(workshop, FASTAPI, setup)
    edited.edit(('@app.get("/")', '@app.get("/home")'))
    routes = "[r.path for r in m_N.app.routes if r.name in ('index', 'create')]"
    assert edited.bench.see(f"({routes}, client.get('/home').json(), client.get('/').status_code)") == (
        ["/home", "/items"],
        {"text": "old"},
        404,
    )


def test_fastapi_model_field(workshop: Workshop) -> None:
    pytest.importorskip("fastapi")
    pytest.importorskip("httpx")
    setup = (
        "from fastapi.testclient import TestClient\nclient = TestClient(m_N.app)\n"
        "client.post('/items', json={'name': 'a'})"
    )
    edited = module(workshop, FASTAPI, setup)
    edited.edit(("    price: float = 1.0\n", "    price: float = 1.0\n    tag: str\n"))
    assert edited.bench.see("client.post('/items', json={'name': 'a'}).status_code") == 422
    assert edited.bench.see("client.post('/items', json={'name': 'a', 'tag': 't'}).status_code") == 200


# --- models --------------------------------------------------------------------------------------------------

PYDANTIC = """
from pydantic import BaseModel, field_validator

class User(BaseModel):
    name: str
    age: int = 1

    def greet(self):
        return f"old {self.name}"

    @property
    def initial(self):
        return self.name[0]

    @field_validator("age")
    @classmethod
    def positive(cls, value):
        if value < 0:
            raise ValueError("negative")
        return value

class Team(BaseModel):
    lead: User
"""


def test_pydantic(workshop: Workshop) -> None:
    pytest.importorskip("pydantic")
    edited = module(workshop, PYDANTIC, "one = m_N.User(name='ann'); held = m_N.User")
    see = edited.bench.see
    edited.edit(("old {self.name}", "new {self.name}"))
    assert see("(one.greet(), m_N.User is held, isinstance(one, m_N.User))") == ("new ann", True, True)
    edited.edit(("self.name[0]", "self.name[0].upper()"))
    assert see("one.initial") == "A"
    edited.edit(("value < 0", "value < 10"))
    assert edited.bench.see_each({"": "m_N.User(name='b', age=5)"})[""].startswith("ValidationError")


def test_pydantic_field_added(workshop: Workshop) -> None:
    pytest.importorskip("pydantic")
    edited = module(workshop, PYDANTIC, "from m_N import User as U_N; one = m_N.User(name='ann')")
    edited.edit(("    age: int = 1\n", "    age: int = 1\n    mail: str = 'none'\n"))
    see = edited.bench.see
    assert see("m_N.User(name='b').model_dump()") == {"name": "b", "age": 1, "mail": "none"}
    assert see("list(m_N.User.model_fields)") == ["name", "age", "mail"]
    assert see("U_N is m_N.User")
    assert see("m_N.Team(lead=m_N.User(name='c')).model_dump()") == {"lead": {"name": "c", "age": 1, "mail": "none"}}


def test_pydantic_method_added(workshop: Workshop) -> None:
    pytest.importorskip("pydantic")
    edited = module(workshop, PYDANTIC, "one = m_N.User(name='ann')")
    edited.edit(("    @property\n", "    def added(self):\n        return self.name * 2\n\n    @property\n"))
    assert edited.bench.see("m_N.User(name='b').added()") == "bb"
    assert edited.bench.see("one.added()") == "annann"


TRAITLETS = """
from traitlets import HasTraits, Int, Unicode

class Base(HasTraits):
    size = Int(1)

class Sub(Base):
    name = Unicode("x")

one = Sub()
names = sorted(Sub.class_trait_names())
"""


def test_traitlets_of_a_base(workshop: Workshop) -> None:
    pytest.importorskip("traitlets")
    edited = module(workshop, TRAITLETS, "held = m_N.Sub; first = m_N.one")
    see = edited.bench.see
    edited.edit(("    size = Int(1)\n", "    size = Int(1)\n    extra = Int(2)\n"))
    assert see("(m_N.names, m_N.Sub().extra, sorted(m_N.Sub._traits))") == (
        ["extra", "name", "size"],
        2,
        ["extra", "name", "size"],
    )
    assert see("(held is m_N.Sub, first is m_N.one, first.name)") == (True, True, "x")
    edited.edit(("    extra = Int(2)\n", ""))
    assert see("m_N.names") == ["name", "size"]


ATTRS = """
import attrs

@attrs.define
class Point:
    x: int
    y: int = 0

    def norm(self):
        return self.x + self.y

@attrs.frozen
class Fixed:
    a: int = attrs.field(default=1, validator=attrs.validators.instance_of(int))

    def show(self):
        return f"old {self.a}"
"""


def test_attrs(workshop: Workshop) -> None:
    pytest.importorskip("attrs")
    edited = module(workshop, ATTRS, "p = m_N.Point(1, 2); f = m_N.Fixed(); held = m_N.Point")
    see = edited.bench.see
    edited.edit(("self.x + self.y", "self.x * 10 + self.y"), ("old {self.a}", "new {self.a}"))
    assert see("(p.norm(), f.show(), m_N.Point is held)") == (12, "new 1", True)


def test_attrs_field_added(workshop: Workshop) -> None:
    pytest.importorskip("attrs")
    edited = module(workshop, ATTRS, "from m_N import Point as P_N")
    edited.edit(("    y: int = 0\n", "    y: int = 0\n    z: int = 5\n"))
    assert edited.bench.see("(repr(m_N.Point(1)), P_N is m_N.Point)") == ("Point(x=1, y=0, z=5)", True)


def test_attrs_method_added(workshop: Workshop) -> None:
    pytest.importorskip("attrs")
    edited = module(workshop, ATTRS, "p = m_N.Point(1, 2); f = m_N.Fixed()")
    edited.edit(("    def norm", "    def added(self):\n        return self.x\n\n    def norm"))
    assert edited.bench.see("(m_N.Point(3).added(), m_N.Point(1) == m_N.Point(1))") == (3, True)


SQLALCHEMY = """
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

    def greet(self):
        return f"old {self.name}"

engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
"""


def test_sqlalchemy_method(workshop: Workshop) -> None:
    pytest.importorskip("sqlalchemy")
    setup = """
        session = m_N.Session(m_N.engine)
        one = m_N.User(name="ann")
        session.add(one); session.commit()
        held = m_N.User, m_N.engine
    """
    edited = module(workshop, SQLALCHEMY, setup)
    see = edited.bench.see
    assert edited.edit(("old {self.name}", "new {self.name}")) == ()
    assert see("(one.greet(), session.scalars(m_N.select(m_N.User)).one().greet())") == ("new ann", "new ann")
    edited.edit(("    def greet", "    def added(self):\n        return self.name * 2\n\n    def greet"))
    assert see("(one.added(), m_N.User is held[0], m_N.engine is held[1])") == ("annann", True, True)
    assert see("session.scalars(m_N.select(m_N.User)).one() is one")


def test_sqlalchemy_other_model_added(workshop: Workshop) -> None:
    pytest.importorskip("sqlalchemy")
    edited = module(workshop, SQLALCHEMY, "held = m_N.User")
    tag = 'class Tag(Base):\n    __tablename__ = "tag"\n    id: Mapped[int] = mapped_column(primary_key=True)\n\n'
    edited.edit(("engine = ", tag + "engine = "))
    assert edited.bench.see("(sorted(m_N.Base.metadata.tables), m_N.User is held)") == (["tag", "user"], True)


# --- Django --------------------------------------------------------------------------------------------------

DJANGO = {
    "settings_N": """
        SECRET_KEY = "x"
        ROOT_URLCONF = "urls_N"
        INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.admin"]
        ALLOWED_HOSTS = ["*"]
        GREETING = "old"
    """,
    "models_N": """
        from django.db import models

        class Item(models.Model):
            name = models.CharField(max_length=10)

            class Meta:
                app_label = "m_N"
    """,
    "admin_N": """
        from django.contrib import admin
        from models_N import Item

        @admin.register(Item)
        class ItemAdmin(admin.ModelAdmin):
            list_display = ["name"]
    """,
    "views_N": """
        from django.conf import settings
        from django.http import HttpResponse

        def index(request):
            return HttpResponse(settings.GREETING)
    """,
    "routes_N": """
        from django.urls import path
        import views_N

        urlpatterns = [path("", views_N.index, name="index")]
    """,
    "urls_N": """
        from django.urls import include, path

        urlpatterns = [path("shop/", include("routes_N"))]
    """,
}
SET_UP = """
import django, os
os.environ["DJANGO_SETTINGS_MODULE"] = "settings_N"
django.setup()
"""
ASK = """
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import NoReverseMatch, reverse

def ask(path):
    response = Client().get(path)
    return response.status_code, response.content.decode()[:5]

def registered():
    return [(model is models_N.Item, type(a) is admin_N.ItemAdmin, a.list_display)
            for model, a in admin.site._registry.items()]
"""


@pytest.fixture(scope="module")
def django(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    pytest.importorskip("django")
    workshop = Workshop(Environment(Path(sys.prefix)), tmp_path_factory.mktemp("django"))
    settings = {name: DJANGO[name] for name in ("settings_N",)}
    bench = workshop.bench(settings, SET_UP)
    bench.write(DJANGO, age=10)
    workshop.process.load(bench.importing(DJANGO, ASK))
    yield bench
    print(workshop.process.close())


def test_django_route_comes_and_goes(django: Bench) -> None:
    assert django.see("ask('/shop/'), ask('/shop/more/')[0]") == ((200, "old"), 404)
    more = DJANGO["views_N"] + "\n        def more(request):\n            return HttpResponse('more')\n"
    routes = DJANGO["routes_N"].replace('name="index")', 'name="index"), path("more/", views_N.more, name="more")')
    django.edit({"views_N": more, "routes_N": routes})
    assert django.see("ask('/shop/more/'), reverse('more')") == ((200, "more"), "/shop/more/")
    django.edit({"routes_N": DJANGO["routes_N"]})
    assert django.see("ask('/shop/'), ask('/shop/more/')[0]") == ((200, "old"), 404)


def test_django_setting(django: Bench) -> None:
    django.edit({"settings_N": DJANGO["settings_N"].replace('"old"', '"new"')})
    assert django.see("settings.GREETING, ask('/shop/')") == ("new", (200, "new"))
    django.edit({"settings_N": DJANGO["settings_N"].replace('GREETING = "old"', "USE_TZ = False")})
    assert django.see("hasattr(settings, 'GREETING'), settings.USE_TZ") == (False, False)
    django.edit({"settings_N": DJANGO["settings_N"]})
    assert django.see("settings.GREETING, settings.USE_TZ, ask('/shop/')") == ("old", True, (200, "old"))


FORM = """
    from django import forms
    class Form(forms.Form):
        mail = forms.CharField(label="old")
    form = Form()
    def labels():
        return [field.label for field in Form()]
    shown = labels()
"""


def test_django_form(django: Bench) -> None:
    django.write({"form_N": FORM}, age=10)
    django.do("import form_N")
    django.edit({"form_N": FORM.replace('"old"', '"new"')})
    assert django.see("form_N.form.fields['mail'].label, form_N.shown") == ("new", ["new"])


def test_django_that_is_not_set_up(workshop: Workshop) -> None:
    pytest.importorskip("django")
    edited = module(workshop, "from django.conf import settings\nLIMIT = 1\nurlpatterns = []\n")
    edited.edit(("LIMIT = 1", "LIMIT = 2"), ("[]", "[LIMIT]"))
    assert edited.bench.see("(m_N.LIMIT, m_N.urlpatterns, m_N.settings.configured)") == (2, [2], False)


def test_django_admin_is_registered_once(django: Bench) -> None:
    django.do("held = models_N.Item, len(admin.site._registry)")
    before = django.see("registered()[-1]")
    assert before == (True, True, ["name"])
    django.edit({"admin_N": DJANGO["admin_N"].replace('["name"]', '["name", "id"]')})
    assert django.see("registered()[-1]") == (True, True, ["name", "id"])
    django.edit({"models_N": DJANGO["models_N"].replace("max_length=10", "max_length=20")})
    assert django.see("models_N.Item is held[0], models_N.Item._meta.get_field('name').max_length") == (True, 20)
    assert django.see("registered()[-1], len(admin.site._registry) == held[1]") == ((True, True, ["name", "id"]), True)
    django.edit({"admin_N": DJANGO["admin_N"].replace("@admin.register(Item)", "")})
    assert django.see("len(admin.site._registry) == held[1] - 1") is True
    django.edit({"admin_N": DJANGO["admin_N"], "models_N": DJANGO["models_N"]})
    assert django.see("registered()[-1], models_N.Item is held[0]") == ((True, True, ["name"]), True)


# --- tasks ---------------------------------------------------------------------------------------------------

CELERY = """
from celery import Celery

app = Celery("m_N", broker="memory://", backend="cache+memory://")
app.conf.task_always_eager = True

@app.task
def add(a, b):
    return a + b
"""


def test_celery(workshop: Workshop) -> None:
    pytest.importorskip("celery")
    edited = module(workshop, CELERY, "from m_N import add as add_N; add_N.delay(1, 2).get()")
    edited.edit(("a + b", "a * 10 + b"))
    assert edited.bench.see("(m_N.add(1, 2), m_N.add.delay(1, 2).get(), add_N.delay(1, 2).get())") == (12, 12, 12)
    own = "[name for name in m_N.app.tasks if name.startswith('m_N')]"
    assert edited.bench.see(own) == [edited.bench.own("m_N.add")]


def test_celery_signature(workshop: Workshop) -> None:
    pytest.importorskip("celery")
    edited = module(workshop, CELERY)
    edited.edit(("def add(a, b):", "def add(a, b=5):"))
    assert edited.bench.see("m_N.add.delay(1).get()") == 6


def test_pytest_fixtures(workshop: Workshop) -> None:
    source = (
        "import pytest\n\n@pytest.fixture\ndef thing():\n    return 'old'\n\ndef test_it(thing):\n"
        "    assert thing == 'old'\n"
    )
    edited = module(workshop, source)
    edited.edit(("return 'old'", "return 'new'"))
    assert edited.bench.see("m_N.thing._get_wrapped_function()()") == "new"


def test_numpy(workshop: Workshop) -> None:
    pytest.importorskip("numpy")
    edited = module(
        workshop,
        "import numpy as np\nSIZE = 3\nxs = np.arange(SIZE)\ntotal = int(xs.sum())\nkept = np.zeros(2)\n",
        "held = m_N.kept",
    )
    assert edited.edit(("SIZE = 3", "SIZE = 4")) == ("SIZE", "xs", "total")
    assert edited.bench.see("(m_N.total, m_N.kept is held)") == (6, True)
