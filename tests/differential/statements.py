"""The grammar of text, output and tags, in the notation of ``expressions.py``, and how often each group comes.

``{{ }}`` and ``{% %}`` are written here as such and leave in the case's own delimiters, trim marks or line statements.
Rules in capitals (``«MACRO»``) need memory and are functions of ``grammar.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

STATEMENTS: Mapping[str, str] = MappingProxyType(
    {
        "output": """
            ^8 {{ «any» }}
            ^4 {{ «str» }}
            ^3 {{ «int» }}
            ^2 {{ «bool» }}
            ^2 {{ «num» }}
            [{{ a }}|{{ b }}|{{ c }}]
            {{ «ints» }}
            {{ «str» }}{{ «int» }}
            {{ «any» if «bool» }}
            {{ «any» if «bool» else «str» if «bool» else «int» }}
            {{ «str», «int» }}
            {{ (a, b) }}
            {{ {'a': «any»}['a'] }}
            ^8 @ns {{ ns.n }}{{ ns.a }}
            ^8 @cycle {{ cy.next() }}{{ cy.current }}
            ^6 @joiner {{ jo() }}
            ^8 @macros {{ «call» }}
            @macros {{ «call»|upper }}
            @macros {{ «macroname».name }}{{ «macroname».arguments }}
            @macros {{ «macroname».catch_kwargs }}{{ «macroname».catch_varargs }}{{ «macroname».caller }}
            @macros {% if «bool» %}{{ «call» }}{% endif %}
            """,
        "puzzle": """
            ^8 {% set «abc» = «any» %}
            ^8 [{{ «abc» }}]
            ^3 {% set n = «int» %}
            ^3 [{{ n }},{{ s }}]
            ^2 {% set «abc» %}«body-direct»{% endset %}
            ^4 {% if «bool» %}{% set «abc» = «any» %}{% endif %}
            ^2 {% if «bool» %}{% set «abc» = «any» %}{% else %}{{ «abc» }}{% endif %}
            ^4 {% for «abc» in [«any», «any»] %}«body+loop+jump»{% endfor %}
            ^2 {% for n in «ints» %}{{ «abc» }}{% set «abc» = n %}{{ «abc» }}{% endfor %}
            {% for «abc» in «ints» if «abc» %}{% set «abc» = 'x' %}{{ «abc» }}{% else %}{{ «abc» }}{% endfor %}
            {% for «abc», «abc» in «pairs» %}{{ a }}{{ b }}{% endfor %}{{ a }}{{ b }}
            ^3 {% with %}«body»{% endwith %}
            ^3 {% with «abc» = «any» %}«body»{% endwith %}
            {% with a = b, b = a %}{{ a }}{{ b }}«body»{% endwith %}
            {% set a, b = b, a %}
            {% set loop = «any» %}{{ loop }}
            """,
        "set": """
            ^4 {% set «abc» = «any» %}
            ^3 {% set n = «int» %}
            ^3 {% set s = «str» %}
            {% set m = m + n %}
            {% set xs = «ints» %}
            {% set flag = «bool» %}
            {% set s = «str» if «bool» else «str» %}
            {% set n = («int» if «bool» else «int») + 1 %}
            {% set n, m = «int», «int» %}
            {% set (n, m) = («int», «int») %}
            {% set n, s = «int», «str» %}
            {% set n, m = m, n %}
            {% set a, b = («pairs»)[0] %}
            {% set a = «any», «any» %}
            {% set (a, (b, c)) = («any», («any», «any»)) %}
            ^2 {% set s %}«body-direct»{% endset %}
            {% set s | upper %}«body-direct»{% endset %}
            {% set s | replace('a', 'b') | trim %}«body-direct»{% endset %}
            {% set a %}«body-direct»{% endset %}
            {% set s|e %}<b>«body-direct»{% endset %}
            ^6 {% set ns = namespace(a=«any», n=«int», s=«str») %}«DEFINE+ns»
            ^4 @foreign {% set ns = namespace(n=1) %}«DEFINE+ns»{% for n in «ints» %}{% set ns.n = ns.n + n %}«body+loop+jump»{% endfor %}{{ ns.n }}
            ^2 {% set ns = namespace({'n': «int», 's': 'q'}, a=1) %}«DEFINE+ns»
            ^8 @ns {% set ns.n = «int» %}
            ^6 @ns {% set ns.n = ns.n + «int» %}
            ^3 @ns {% set ns.a = «any» %}
            ^3 @ns {% set ns.s %}«body-direct»{% endset %}
            ^3 @ns {% set ns.n, ns.a = «int», «any» %}
            ^3 @ns {% for n in «ints» %}{% set ns.n = ns.n + n %}{% endfor %}{{ ns.n }}
            ^4 {% set cy = cycler('x', '<y>', 'z') %}«DEFINE+cycle»{{ cy.next() }}{{ «str» }}{{ cy.current }}«body»
            ^2 {% set cy = cycler(«any», «any») %}«DEFINE+cycle»{% for n in «ints» %}{{ cy.next() }}«body+loop+jump»{% endfor %}
            ^3 {% set jo = joiner(' | ') %}«DEFINE+joiner»{{ jo() }}«body»{{ jo() }}
            ^3 {% set jo = joiner() %}«DEFINE+joiner»{% for n in «ints» %}{{ jo() }}«body+loop+jump»{% endfor %}
            ^5 @cycle {% do cy.reset() %}
            """,
        "if": """
            ^4 {% if «bool» %}«body»{% endif %}
            ^2 {% if «bool» %}«body»{% else %}«body»{% endif %}
            {% if «bool» %}«body»{% elif «bool» %}«body»{% endif %}
            {% if «bool» %}«body»{% elif «bool» %}«body»{% elif «any» %}{% else %}«body»{% endif %}
            {% if «any» %}«body»{% endif %}
            {% if not «any» %}«body»{% endif %}
            {% if «bool» %}{% else %}«body»{% endif %}
            {% if none %}{{ s|nofilter }}{% else %}-{% endif %}
            {% if 'nope' is filter %}{{ s|nope }}{% endif %}
            """,
        "for": """
            ^6 {% for n in «ints» %}«body+loop+jump»{% endfor %}
            ^3 {% for s in «strs» %}«body+loop+jump»{% endfor %}
            ^2 {% for «abc» in «ints» %}«body+loop+jump»{% endfor %}
            ^2 {% for row in «rows» %}«body+loop+jump»{% endfor %}
            ^2 {% for u in «users» %}«body+loop+jump»{% endfor %}
            ^2 {% for s, n in «pairs» %}«body+loop+jump»{% endfor %}
            {% for (s, n) in «pairs» %}«body+loop+jump»{% endfor %}
            {% for a, (b, c) in [(1, (2, 3))] %}«body+loop+jump»{% endfor %}
            {% for s in «dict» %}«body+loop+jump»{% endfor %}
            {% for s, n in d.items() %}«body+loop+jump»{% endfor %}
            {% for xs in «grid» %}«body+loop+jump»{% endfor %}
            {% for xs in «grid» %}{% for n in xs %}«body+loop+jump»{% endfor %}{% endfor %}
            {% for «abc» in «any» %}«body+loop+jump»{% endfor %}
            {% for n in numbers(«tiny») %}«body+loop+jump»{% endfor %}
            {% for n in «int», «int» %}«body+loop+jump»{% endfor %}
            {% for n in «ints» recursive %}«body+loop+jump-direct»{% endfor %}
            ^2 {% for n in «ints» %}«body+loop+jump»{% else %}«body»{% endfor %}
            ^2 {% for n in «ints» if «bool» %}«body+loop+jump»{% endfor %}
            {% for n in «ints» if n is odd %}«body+loop+jump»{% else %}«body»{% endfor %}
            {% for n in «ints» if n > m %}{{ loop.index }}/{{ loop.length }}{{ loop.last }}{% endfor %}
            {% for s in «strs» if s %}«body+loop+jump»{% endfor %}
            {% for n in [n, n] %}{{ n }}{% endfor %}{{ n }}
            {% for group in «rows»|groupby('n', default=0) %}{{ group.grouper }}:{{ group.list|length }}{% endfor %}
            {% for g in [{'name': 'z'}, row]|groupby('n', default=7) %}{{ g.grouper }}{% endfor %}
            {% for key, items in «rows»|groupby('name') %}{{ key }}={% for row in items %}«body+loop»{% endfor %}{% endfor %}
            {% for key, items in «users»|groupby('n') %}{{ key }}{{ items|map(attribute='name')|join }}{% endfor %}
            {% for g, l in «rows»|groupby('name', case_sensitive=true) %}{{ g }}{{ loop.index }}{% endfor %}
            {% for n in «ints» %}{{ loop.index }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.revindex }};{% endfor %}
            {% for n in «ints» %}{% if loop.changed(n) %}{{ n }}{% endif %}{% endfor %}
            {% for n in «ints» %}{% set outer = loop %}{% for s in «strs» %}{{ outer.index }}{{ loop.index }}{% endfor %}{% endfor %}
            {% for n in «ints» %}{{ loop.index }}{% for m in «ints» %}{{ loop.depth }}{% else %}{{ loop.index }}{% endfor %}{% endfor %}
            ^2 {% for node in tree recursive %}«body+loop-direct»{{ node.name }}{{ loop.depth }}({{ loop(node.kids) }}){% endfor %}
            {% for node in tree recursive %}{{ loop.index }}{% if node.kids %}<{{ loop(node.kids)|upper }}>{% endif %}{% else %}.{% endfor %}
            {% for node in tree if node.name recursive %}{{ node.name }}{% set n = loop.depth0 %}{{ n }}{{ loop(node.kids) }}{% endfor %}
            {% for node in tree recursive %}{% for n in «ints» %}{{ loop.index }}{% endfor %}{{ loop(node.kids) }}{% endfor %}
            ^2 @async {% for n in later_numbers(«tiny») %}«body+loop+jump»{% endfor %}
            @async {% for n in later_numbers(3) %}{{ loop.index }}{{ loop.last }}{{ loop.length }}{{ loop.nextitem }}{% endfor %}
            @async {% for n in later_numbers(3) if later(n) %}«body+loop»{% else %}-{% endfor %}
            """,
        "jump": """
            ^2 @jump {% if «bool» %}{% break %}{% endif %}
            ^2 @jump {% if «bool» %}{% continue %}{% endif %}
            @jump {% if loop.index > 1 %}{% break %}{% endif %}
            @jump {% break %}
            @jump {% continue %}{{ «any» }}
            """,
        "with": """
            {% with %}«body»{% endwith %}
            {% with n = «int» %}«body»{% endwith %}
            {% with s = «str», n = «int» %}«body»{% endwith %}
            {% with n = m, m = n %}{{ n }}{{ m }}«body»{% endwith %}
            {% with a = «any», b = «any» %}«body»{% endwith %}
            {% with xs = «ints» %}«body»{% endwith %}
            """,
        "filter": """
            ^2 {% filter upper %}«body-jump-direct»{% endfilter %}
            {% filter trim %}«body-jump-direct»{% endfilter %}
            {% filter replace('a', «str») %}«body-jump-direct»{% endfilter %}
            {% filter e %}<b>«body-jump-direct»{% endfilter %}
            {% filter upper|lower|title %}«body-jump-direct»{% endfilter %}
            {% filter indent(2, true) %}«body-jump-direct»{% endfilter %}
            {% filter striptags|wordcount|string %}<i>«body-jump-direct»</i>{% endfilter %}
            """,
        "autoescape": """
            ^2 {% autoescape true %}«body-jump»{% endautoescape %}
            ^2 {% autoescape false %}«body-jump»{% endautoescape %}
            ^2 {% autoescape flag %}«body-jump»{% endautoescape %}
            {% autoescape not flag %}{{ «str» }}{{ '<i>' }}{{ '<i>'|safe ~ «str» }}{% endautoescape %}
            {% autoescape true %}{{ '<' }}{{ mk }}{{ s ~ mk }}{% autoescape false %}{{ s }}{% endautoescape %}{% endautoescape %}
            {% autoescape flag %}{% set a %}<b>{{ s }}{% endset %}{{ a }}{{ a is escaped }}{% endautoescape %}
            """,
        "do": """
            ^2 {% do log.append(«any») %}{{ log|length }}
            {% do log.extend(«ints») %}
            {% do d.update({'z': «int»}) %}{{ d|length }}
            {% do «any» %}
            {{ log|join(',') }}
            """,
        "macro": "«MACRO»",
        "callblock": "«CALLBLOCK»",
        "block": """
            ^5 «BLOCK»
            ^2 «SELFBLOCK»
            """,
        "super": """
            ^4 @super {{ super() }}
            @super {{ super()|upper }}
            @super {% set a = super() %}{{ a }}
            @super {% if «bool» %}{{ super() }}{% endif %}
            ^2 @super2 {{ super.super() }}
            @super2 [{{ super() }}|{{ super.super() }}]
            """,
        "include": """
            ^3 @parts {% include «partname» %}
            @parts {% include «partname» ignore missing %}
            @direct {% include «partname» without context %}
            @parts {% include «partname» with context %}
            @direct {% include «partname» ignore missing without context %}
            @parts {% include ['nope.html', «partname»] %}
            @parts {% include ('nope.html', 'no.html', «partname») ignore missing with context %}
            @parts {% include [«partname»] if 1 else 0 %}
            @parts {% for n in «ints» %}{% include «partname» %}{% endfor %}
            {% include 'nope.html' ignore missing %}
            {% include ['nope.html', 'no.html'] ignore missing %}
            @parts {% include part_object %}
            @parts {% include [part_object, 'nope.html'] %}
            @parts {% include part_name ignore missing %}
            @parts {% set n = «int» %}{% with s = «str» %}{% include «partname» %}{% endwith %}
            """,
        "missing": """
            {% include 'nope.html' %}
            {% include ['nope.html', 'no.html'] %}
            {% include [] ignore missing %}
            {% include missing %}
            {% import 'nope.html' as gone %}
            {% from 'nope.html' import gone %}
            {% if false %}{% include 'nope.html' %}{% endif %}
            """,
        "import": "«IMPORT»",
        "raw": "«RAW»",
        "comment": "«COMMENT»",
        "wild": "{{ «failing» }}",
        "text": "«TEXT»",
        "abc": "a\nb\nc",
        "partname": """
            ^4 «PARTNAME»
            'part' ~ '.html'
            'part.html' if «bool» else 'nope.html'
            """,
    }
)

TEXTS = (
    "x",
    " ",
    "\n",
    "",
    "<p>",
    "\n  ",
    "</p>\n",
    "  \n",
    "\t",
    "a b ",
    "\n\n",
    " y\n\n  ",
    "\u00e9\u6f22\U0001f389",
    "&amp;\"'",
    "\r\n",
    "\\n",
    "%} ",
    "}} ",
    "{ ",
    "$ ",
    "# ",
    "-",
)

# How often each group of statements comes, by the kind of case; 0 or absence means never.
# The order is also the order of simplicity, to which a failing example shrinks.
PROFILES: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "general": {
            "text": 16, "output": 24, "set": 10, "if": 8, "for": 10, "jump": 4, "with": 3, "filter": 2, "autoescape": 2,
            "do": 2, "macro": 4, "callblock": 3, "block": 2, "include": 3, "import": 3, "raw": 1, "comment": 1, "puzzle": 4,
        },
        "expressions": {"text": 4, "output": 40, "set": 4, "if": 4, "for": 4},
        "scoping": {
            "text": 3, "puzzle": 40, "output": 2, "set": 4, "if": 6, "for": 4, "with": 3, "macro": 5, "callblock": 4,
            "block": 3, "include": 2, "import": 2, "filter": 2,
        },
        "spacing": {
            "text": 40, "output": 8, "set": 6, "if": 10, "for": 6, "raw": 5, "comment": 8, "with": 3, "block": 3, "macro": 2,
            "filter": 2,
        },
        "inheritance": {
            "text": 10, "output": 10, "set": 8, "super": 14, "block": 24, "puzzle": 6, "for": 5, "if": 4, "macro": 3,
            "callblock": 2, "import": 3, "include": 3, "with": 2,
        },
        "macros": {
            "text": 6, "output": 14, "macro": 16, "callblock": 14, "import": 5, "set": 5, "puzzle": 6, "for": 5, "if": 3,
            "with": 2, "include": 2, "filter": 2, "autoescape": 2,
        },
        "escaping": {
            "text": 6, "output": 24, "autoescape": 14, "set": 8, "filter": 6, "macro": 6, "callblock": 5, "for": 4, "include": 3,
            "block": 2, "import": 2,
        },
        "errors": {
            "text": 4, "output": 14, "wild": 8, "set": 4, "if": 6, "for": 6, "jump": 3, "missing": 5, "super": 2, "macro": 4,
            "callblock": 4, "block": 3, "include": 3, "import": 3,
        },
    }
)  # fmt: skip
