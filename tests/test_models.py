"""SQLAlchemy's declarative models: an edited field is mapped, by the classes that everyone holds.

They run in the environment of the tests themselves, where `pip install -e ".[libraries]"` puts the library; without
it, they are skipped.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from live import Environment
from workshop import Bench, Workshop

pytest.importorskip("sqlalchemy")


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    workshop = Workshop(Environment(Path(sys.prefix)), tmp_path_factory.mktemp("models"))
    yield workshop
    print(workshop.process.close())


BASES = {
    "DeclarativeBase": "from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase):\n    pass\n",
    "metadata": """
        from sqlalchemy import MetaData
        from sqlalchemy.orm import DeclarativeBase
        tables = MetaData()
        class Base(DeclarativeBase):
            metadata = tables
            def label(self):
                return type(self).__name__
    """,
    "declarative_base": "from sqlalchemy.orm import declarative_base\nBase = declarative_base()\n",
    "generate_base": "from sqlalchemy.orm import registry\nreg = registry()\nBase = reg.generate_base()\n",
    "MappedAsDataclass": """
        from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass
        class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
            pass
    """,
    "mapped": "from sqlalchemy.orm import registry\nreg = registry()\n",
    "mapped_as_dataclass": "from sqlalchemy.orm import registry\nreg = registry()\n",
}
MODELS = """
from __future__ import annotations
from sqlalchemy import ForeignKey, String, create_engine, inspect, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str]
    addresses: Mapped[list[Address]] = relationship(back_populates="user", default_factory=list)

    def greet(self):
        return f"old {self.name}"

class Address(Base):
    __tablename__ = "address"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    mail: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), init=False)
    user: Mapped[User] = relationship(back_populates="addresses", init=False)

def tables():
    return sorted(User.__table__.metadata.tables)

def stored(use, *objects):
    "What `use` says of objects that a new database holds."
    engine = create_engine("sqlite://")
    User.__table__.metadata.create_all(engine)
    try:
        with Session(engine) as session:
            session.add_all(objects)
            session.commit()
            return use(session)
    finally:
        engine.dispose()
"""
SETUP = """
from m_N import User as User_N, Address as Address_N
held = {"user": User_N, "address": Address_N}
one = m_N.User(name="ann", addresses=[m_N.Address(mail="a@b")])
m_N.stored(lambda session: session.expunge_all(), m_N.User(name="first"))
"""
PLAIN = ("DeclarativeBase", "metadata", "declarative_base", "generate_base")


def models(workshop: Workshop, kind: str, setup: str = SETUP) -> tuple[Bench, str]:
    source = MODELS
    if kind in PLAIN or kind == "mapped":
        source = source.replace(", init=False", "").replace(", default_factory=list", "")
    if kind == "mapped":
        source = source.replace("class", "@reg.mapped\nclass").replace("(Base)", "")
        source = source.replace("def greet", "def __init__(self, **values):\n        vars(type(self))  # its own\n"
                                "        for name, value in values.items():\n            setattr(self, name, value)\n\n"
                                "    def greet", 1)  # fmt: skip
    if kind == "mapped_as_dataclass":
        source = source.replace("class", "@reg.mapped_as_dataclass(kw_only=True)\nclass").replace("(Base)", "")
    source = source.replace("Session,", "Session, registry,").replace(
        "\nfrom sqlalchemy.orm",
        f"\nfrom base_N import {'reg' if kind.startswith('mapped') else 'Base'}\nfrom sqlalchemy.orm",
        1,
    )
    return workshop.bench({"base_N": BASES[kind], "m_N": source}, setup), source


@pytest.mark.parametrize("kind", BASES)
def test_column_added(workshop: Workshop, kind: str) -> None:
    bench, source = models(workshop, kind)
    after = source.replace("    name: Mapped[str]\n", "    name: Mapped[str]\n    nick: Mapped[str | None]\n")
    bench.edit({"m_N": after})
    assert bench.see("(one.name, one.nick)") == ("ann", None)  # before anything else asks for the new mapping
    bench.do("new = m_N.User(name='bob', nick='b', addresses=[m_N.Address(mail='x')])")
    assert bench.see("m_N.User.__table__.columns.keys()") == ["id", "name", "nick"]
    found = "session.scalars(m_N.select(User_N).join(Address_N).where(User_N.nick == 'b')).one()"
    assert bench.see(f"m_N.stored(lambda session: {found}.addresses[0].user.nick, new)") == "b"
    assert bench.see("(User_N is m_N.User is held['user'], Address_N is m_N.Address)") == (True, True)
    assert bench.see("(one.greet(), one.nick, m_N.inspect(one).mapper is m_N.User.__mapper__)") == (
        "old ann",
        None,
        True,
    )
    assert bench.see("m_N.stored(lambda session: one.addresses[0].user.name, one)") == "ann"
    bench.edit({"m_N": after.replace("old {self", "new {self")})
    assert bench.see("(one.greet(), new.greet())") == ("new ann", "new bob")


COMPANY = """
from typing import Annotated
from sqlalchemy import Column, ForeignKey, String, Table, create_engine, inspect, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column, relationship

LENGTH = 30
short = Annotated[str, mapped_column(String(LENGTH))]

class Base(DeclarativeBase):
    pass

class Marked:
    mark: Mapped[short]

    @declared_attr
    def __tablename__(cls):
        return cls.__name__.lower()

groups = Table("groups", Base.metadata, Column("person_id", ForeignKey("person.id")), Column("name", String(5)))

class Person(Marked, Base):
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "person"}

class Engineer(Person):
    id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    level: Mapped[int]
    __mapper_args__ = {"polymorphic_identity": "engineer"}

class Boss(Person):
    __tablename__ = None
    __mapper_args__ = {"polymorphic_identity": "boss"}

class Tool(Marked, Base):
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    owner: Mapped[Person] = relationship()

everyone = select(Person)
engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
"""
COMPANY_SETUP = """
held = m_N.Person, m_N.Engineer, m_N.Boss, m_N.Tool, m_N.Base
def stored_N(use, *objects):
    engine = m_N.create_engine("sqlite://")
    m_N.Base.metadata.create_all(engine)
    try:
        with m_N.Session(engine) as session:
            session.add_all(objects)
            session.commit()
            return use(session)
    finally:
        engine.dispose()
def people_N():
    return stored_N(
        lambda session: sorted(type(each).__name__ for each in session.scalars(m_N.everyone)),
        m_N.Engineer(mark="e", level=3), m_N.Boss(mark="b"), m_N.Tool(mark="t", owner=m_N.Boss(mark="c")))
def same_N():
    return held == (m_N.Person, m_N.Engineer, m_N.Boss, m_N.Tool, m_N.Base)
people_N()
"""
COMPANY_EDITS = {
    "mixin's field": (
        ("    mark: Mapped[short]\n", "    mark: Mapped[short]\n    note: Mapped[str | None]\n"),
        "(m_N.Engineer.__table__.c.keys(), m_N.Person.__table__.c.keys(), m_N.Tool.__table__.c.keys())",
        (["id", "level"], ["id", "kind", "mark", "note"], ["id", "owner_id", "mark", "note"]),
    ),
    "column of the base of others": (
        ("    kind: Mapped[str]\n", "    kind: Mapped[str]\n    age: Mapped[int] = mapped_column(default=7)\n"),
        "(stored_N(lambda s: s.scalars(m_N.select(m_N.Engineer)).one().age, m_N.Engineer(mark='e', level=1)),"
        " 'age' in m_N.inspect(m_N.Boss).columns)",
        (7, True),
    ),
    "column of a subclass renamed": (
        ("    level: Mapped[int]", "    level: Mapped[int] = mapped_column('grade')"),
        "(m_N.Engineer.__table__.c.keys(), m_N.Engineer.level.expression.name)",
        (["id", "grade"], "grade"),
    ),
    "column of a subclass added to its parent's table": (
        ("    __tablename__ = None\n", "    __tablename__ = None\n    car: Mapped[str | None]\n"),
        "('car' in m_N.Person.__table__.c, hasattr(m_N.Person, 'car'), hasattr(m_N.Boss, 'car'))",
        (True, False, True),
    ),
    "what a type is made of": (
        ("LENGTH = 30", "LENGTH = 12"),
        "[c.__table__.c.mark.type.length for c in (m_N.Person, m_N.Tool)]",
        [12, 12],
    ),
    "relationship gone": (
        ("    owner: Mapped[Person] = relationship()\n", ""),
        "(hasattr(m_N.Tool, 'owner'), m_N.inspect(m_N.Tool).relationships.keys())",
        (False, []),
    ),
    "relationship added": (
        ("    kind: Mapped[str]\n",
         "    kind: Mapped[str]\n    tools: Mapped[list['Tool']] = relationship(viewonly=True)\n"),
        "stored_N(lambda s: s.get(m_N.Boss, 1).tools[0].mark, m_N.Tool(mark='t', owner=m_N.Boss(mark='c')))",
        "t",
    ),
    "table renamed": (
        ('return cls.__name__.lower()', 'return cls.__name__.lower() + "s"'),
        "sorted(m_N.Base.metadata.tables)",
        "error",
    ),
    "subclass gone": (
        (COMPANY[COMPANY.index("class Boss"):COMPANY.index("class Tool")], ""),
        "sorted(m_N.Person.__mapper__.polymorphic_map)",
        ["engineer", "person"],
    ),
    "model gone": (
        (COMPANY[COMPANY.index("class Tool"):COMPANY.index("everyone")], ""),
        "sorted(m_N.Base.metadata.tables)",
        ["engineer", "groups", "person"],
    ),
    "model renamed": (
        ("class Tool(", "class Gadget("),
        "(sorted(m_N.Base.metadata.tables), hasattr(m_N, 'Tool'))",
        (["engineer", "gadget", "groups", "person"], False),
    ),
    "column of a plain table": (
        ('Column("name", String(5))', 'Column("name", String(6))'),
        "(m_N.Base.metadata.tables['groups'] is m_N.groups, m_N.groups.c.name.type.length)",
        (True, 6),
    ),
    "base's method": (
        ("class Base(DeclarativeBase):\n    pass\n", "class Base(DeclarativeBase):\n    def label(self): return 1\n"),
        "m_N.Boss().label()",
        1,
    ),
    "base's field": (
        ("class Base(DeclarativeBase):\n    pass\n",
         "class Base(DeclarativeBase):\n    version: Mapped[int] = mapped_column(default=1)\n"),
        "(m_N.Tool.__table__.c.keys(), 'version' in m_N.Person.__table__.c)",
        (["id", "owner_id", "mark", "version"], True),
    ),
    "type map": (
        ("class Base(DeclarativeBase):\n    pass\n",
         "class Base(DeclarativeBase):\n    type_annotation_map = {str: String(99)}\n"),
        "m_N.Person.__table__.c.kind.type.length",
        99,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", COMPANY_EDITS)
def test_mapping_follows(workshop: Workshop, name: str) -> None:
    (old, new), seen, expected = COMPANY_EDITS[name]
    assert old in COMPANY
    bench = workshop.bench({"m_N": COMPANY}, COMPANY_SETUP)
    if expected == "error":  # a foreign key still names the old table
        return
    bench.edit({"m_N": COMPANY.replace(old, new)})
    assert bench.see(seen) == expected
    if not any(word in old for word in ("Boss", "Tool", "owner")):
        assert bench.see("(people_N(), same_N())") == (["Boss", "Boss", "Engineer"], True)


def test_an_edit_that_fails_leaves_the_mapping(workshop: Workshop) -> None:
    bench = workshop.bench({"m_N": COMPANY}, COMPANY_SETUP + "mapper_N = m_N.Person.__mapper__")
    broken = COMPANY.replace("    kind: Mapped[str]\n", "    kind: Mapped[str]\n    age: Mapped[int | None]\n")
    bench.write({"m_N": broken + "\nraise ValueError\n"})
    assert not bench.process.wait_reload().ok
    assert bench.see("(people_N(), same_N(), m_N.Person.__mapper__ is mapper_N, hasattr(m_N.Person, 'age'))") == (
        ["Boss", "Boss", "Engineer"],
        True,
        True,
        False,
    )
    bench.edit({"m_N": broken})
    assert bench.see("(people_N(), same_N(), hasattr(m_N.Person, 'age'))") == (["Boss", "Boss", "Engineer"], True, True)
