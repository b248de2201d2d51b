"""Values that notebooks have, in templates."""

from __future__ import annotations

import pytest

from tests.notebook.in_process import Session

SETUP = """
import datetime
from dataclasses import dataclass
from pathlib import Path

import numpy
import pandas
from pydantic import BaseModel

df = pandas.DataFrame({"species": ["Adelie", "Gen<too"], "mass": [3706.2, 5092.4]})

@dataclass
class Order:
    title: str
    price: float

class Person(BaseModel):
    name: str
    age: int

order = Order("<Tea>", 2.5)
person = Person(name="Ada", age=36)
mean = numpy.float64(3.25)
count = numpy.int64(7)
flag = numpy.bool_(True)
array = numpy.array([1, 2])
path = Path("reports") / "a.html"
when = datetime.datetime(2024, 5, 1, 12, 30)
"""


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (
            "{% for row in df.itertuples() %}{{ row.Index }}:{{ row.species }} {% end %}",
            "0:Adelie 1:Gen&lt;too ",
        ),
        ("{% for i, row in df.iterrows() %}{{ row.mass }} {% end %}", "3706.2 5092.4 "),
        ("{{ df.mass.mean() |> round(1) }} {{ df['mass'].max() }} {{ df | length }}", "4399.3 5092.4 2"),
        ("{{ df.columns | join(', ') }}", "species, mass"),
        ("{{ order.title }} {{ order.price }}", "&lt;Tea&gt; 2.5"),
        ("{{ order }}", "Order(title=&#39;&lt;Tea&gt;&#39;, price=2.5)"),
        ("{{ person.name }} {{ person.age + 1 }} {{ person }}", "Ada 37 name=&#39;Ada&#39; age=36"),
        ("{{ mean }} {{ mean * 2 }} {{ mean | round(1) }} {{ count }}", "3.25 6.5 3.2 7"),
        ("{{ count is divisibleby(7) }} {{ mean is number }} {{ 'yes' if flag else 'no' }}", "True True yes"),
        ("{{ array.sum() }} {{ array | join('-') }}", "3 1-2"),
        ("{{ path }} {{ path.name }} {{ path.suffix }}", "reports/a.html a.html .html"),
        ("{{ when }} {{ when.year }} {{ when.strftime('%d.%m.%Y') }}", "2024-05-01 12:30:00 2024 01.05.2024"),
    ],
)
def test_a_value_renders_as_one_expects(session: Session, template: str, text: str) -> None:
    session.run(SETUP)
    assert session.run(f"%%kida --as html\n{template}").text == text


def test_a_data_frame_is_a_table_of_html_or_of_markdown(session: Session) -> None:
    session.run(SETUP)
    shown = session.run("%%kida --as html\n{{ df | table }}").data["text/html"]
    assert '<td style="text-align: left">Gen&lt;too</td><td style="text-align: right">5092.4</td>' in shown
    shown = session.run("%%kida --as markdown\n{{ df | table }}").data["text/markdown"]
    assert shown == "| species | mass |\n|:--|--:|\n| Adelie | 3706.2 |\n| Gen<too | 5092.4 |"


def test_a_data_frame_on_its_own_is_its_text_escaped(session: Session) -> None:
    session.run(SETUP)
    assert "Gen&lt;too  5092.4" in session.run("%%kida --as html\n{{ df }}").text
