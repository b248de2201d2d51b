"""The grammar of numbers, texts and conditions: productions as they look in a template, one a line, by the type they give.

``«int»`` stands for another rule; ``«str+x-y»`` also raises the flag ``x`` and lowers ``y`` inside it.
A production may begin with ``^4`` (its weight) and ``@loop`` (a flag that must be raised). The types keep
most templates renderable; ``failing`` (in ``containers.py``) leaves them on purpose, for the errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SCALARS: Mapping[str, str] = MappingProxyType(
    {
        "tiny": "1\n2\n0\n3\n4",
        "positive": "1\n2\n3\n5",
        "width": "10\n4\n20\n7\n1\n30",
        "int": """
            ^16 n
            ^8 m
            ^2 1
            0
            2
            42
            1_000
            0x1F
            0o17
            0b1_01
            -1
            +n
            -«int»
            ^2 («int»)
            ^4 «int» + «int»
            ^2 («int» + «int»)
            ^3 «int» - «int»
            ^2 («int» - «int»)
            ^3 «int» * «tiny»
            ^2 «int» // «positive»
            ^2 «int» % «positive»
            «int» // «int»
            «int» % «int»
            «tiny» ** 2
            (-2 ** 2)
            2 ** 3 ** 2
            ^4 («int» if «bool» else «int»)
            «int» or «int»
            «int» and «int»
            xs[0]
            xs[-1]
            xs.0
            d.a
            d['b']
            d.get('a', 7)
            d.get(s, «int»)
            row.n
            row['n']
            'ab'.upper()|length
            [1, «int»][1]
            {'k': «int»}['k']
            {'k': 3}.k
            u.n
            u['n']
            u|attr('n')
            cfg.n
            «int»|abs
            -«int»|abs
            «int»|round|int
            «num»|int
            «str»|int
            «str»|int(«int»)
            '0x1f'|int(0, 16)
            '12'|int(base=8)
            'z'|int(default=5)
            ^2 «int»|default(«int»)
            missing|default(«int»)
            missing|d(«int»)
            '' | default(«int», true)
            nothing|default(«int», boolean=true)
            ^2 «ints»|length
            «strs»|count
            «str»|length
            «dict»|length
            ^2 «ints»|sum
            «ints»|sum(start=«int»)
            «rows»|sum(attribute='n')
            «users»|sum('n', 2)
            «str»|wordcount
            «ints»|first|default(«int»)
            «ints»|last|default(0)
            «ints»|max|default(0)
            «ints»|min|default(1)
            «users»|map(attribute='n')|list|max|default(2)
            add(«int», «int»)
            add(«int», b=«int»)
            add(*[«int», «int»])
            add(**{'a': «int», 'b': 2})
            add(«int», *[2])
            u.plus(«int»)
            u.plus()
            cycler(«int», 2).next()
            ([('k', «int»)])[0][1]
            ^3 @loop loop.index
            ^2 @loop loop.index0
            @loop loop.revindex
            @loop loop.revindex0
            @loop loop.length
            @loop loop.depth
            @loop loop.depth0
            @loop loop['index']
            @loop loop.cycle(«int», «int»)
            ^2 @ns ns.n
            ^2 @async later(«int»)
            @async later(«int»)|abs
            """,
        "num": """
            ^4 f
            ^4 «int»
            0.5
            1.5e3
            1e-2
            2_0.2_5
            ^2 «int» / «positive»
            «int» / «int»
            f * 2
            -f
            2 ** -1
            f ** 2
            «num» + «int»
            «num»|float
            «str»|float
            «str»|float(0.5)
            «str»|float(default=1.25)
            ^2 «num»|round
            «num»|round(«tiny»)
            «num»|round(1, 'floor')
            «num»|round(method='ceil')
            «num»|round(precision=2, method='common')
            «num»|round(-1)
            «num»|abs
            """,
        "str": """
            ^12 s
            ^6 t
            ^2 mk
            ^2 'abc'
            "dq"
            'it\\'s'
            'a\\nb\\t'
            '\\u00fc\\x41\\\\'
            'ab' "cd"
            '<b>&'
            ''
            ^4 «str» ~ «any»
            ^2 «any» ~ «int»
            «int» + «int» ~ «int» * 2
            ^2 «str» + «str»
            («str» ~ «str»)
            («str» + «str»)
            «str» * «tiny»
            '%s' % s
            '%s-%s' % («str», «int»)
            mk % «str»
            («str» if «bool»)
            ^3 («str» if «bool» else «str»)
            «str» or «str»
            («str»)[0]
            («str»)[1:]
            s[::-1]
            s[-3:-1]
            t[«tiny»:«tiny»]
            («strs»)[0]
            row.name
            row['name']
            u.name
            o.name
            o['name']
            o|attr('name')
            o.only_item
            o['only_attribute']
            cfg.site.title
            cfg['site']['title']
            («str»).upper()
            («str»).replace('a', «str»)
            s.split()|join('|')
            '-'.join(words)
            s.__class__.__name__
            «any»|string
            ^2 «str»|upper
            ^2 «str»|lower
            «str»|title
            «str»|capitalize
            «str»|trim
            «str»|trim('ax ')
            «str»|trim(chars='<> ')
            ^2 «str»|e
            «str»|escape
            ^2 «str»|safe
            «str»|forceescape
            «str»|striptags
            «str»|center(«width»)
            «str»|center
            «str»|replace('a', 'b')
            «str»|replace('<', «str», 1)
            «str»|replace(' ', '', count=2)
            «str»|truncate(«width»)
            «str»|truncate(«width», true)
            «str»|truncate(«width», killwords=true, end='!')
            s|truncate(12, true, '..', 0)
            «str»|truncate(length=9, leeway=2)
            «str»|wordwrap(«width»)
            «str»|wordwrap(8, false)
            «str»|wordwrap(6, break_long_words=false, wrapstring='/')
            «str»|wordwrap(width=9, break_on_hyphens=false)
            «str»|indent
            «str»|indent(2, true)
            «str»|indent(width='> ', first=true, blank=true)
            «str»|indent(3, blank=true)
            «str»|urlencode
            «dict»|urlencode
            «pairs»|urlencode
            «str»|urlize
            t|urlize(12, true)
            s|urlize(trim_url_limit=10, target='_blank')
            s|urlize(nofollow=true, rel='me')
            s|urlize(extra_schemes=['ftp:'])
            «str»|reverse
            «str»|format
            '%s & %d'|format(«str», «int»)
            '%(x)s/%(y)s'|format(x=«any», y=1)
            '<%s>'|safe|format(«str»)
            ^2 «strs»|join
            ^2 «strs»|join(', ')
            «ints»|join('<br>')
            «strs»|join(«str»)
            «rows»|join(', ', attribute='name')
            «users»|join('; ', 'name')
            «strs»|first
            «strs»|last
            «strs»|max
            «strs»|min(case_sensitive=true)
            «int»|filesizeformat
            «int»|filesizeformat(true)
            1048576|filesizeformat(binary=true)
            «any»|tojson
            «dict»|tojson(indent=2)
            «strs»|tojson
            «dict»|xmlattr
            {'id': «str», 'class': nothing, 'n': «int»}|xmlattr
            {'a': «str»}|xmlattr(false)
            «any»|pprint
            «str»|default(«str»)
            missing|default(«str»)
            «str»|default('-', true)
            shown(«int», *«ints»)
            shown(«any», x=«int», **«dict»)
            shown(*«strs», k=1)
            shown(**dict(a=«int»))
            dict(a=«int», b='x').b
            «int»|string
            ^2 @loop loop.cycle('odd', 'even')
            @loop loop.cycle(«str», s, 'z')
            @loop loop.previtem|default('none')
            @loop loop.nextitem|default('none')
            ^2 @varargs varargs|join(',')
            ^2 @kwargs kwargs|dictsort|join(',')
            ^3 @cycle cy.next()
            @cycle cy.current
            ^2 @joiner jo()
            @ns ns.s
            @async later(«str»)
            ^2 @macros «call»
            """,
        "bool": """
            ^6 flag
            true
            false
            True
            False
            ^3 not «bool»
            ^3 «bool» and «bool»
            ^3 «bool» or «bool»
            («bool»)
            not («bool» or «bool»)
            ^3 «int» == «int»
            ^2 «any» == «any»
            «any» != «any»
            ^2 «int» < «int»
            «int» <= «int»
            ^2 «int» > «int»
            «int» >= «int»
            «int» < «int» <= «int»
            1 < «int» < 5 != 3
            («int» < «int») == flag
            «int» == «int» in «ints»
            ^2 «int» in «ints»
            «int» not in «ints»
            «str» in «strs»
            «str» in «str»
            not «str» in «strs»
            'a' in «dict»
            ^2 a is defined
            b is not defined
            ^2 «any» is defined
            missing is undefined
            «any» is undefined
            not missing is defined
            «any» is none
            «any» is not none
            «int» is odd
            «int» is even
            «int» is not odd
            «int» is divisibleby «positive»
            «int» is divisibleby(2)
            «any» is eq 1
            «any» is eq(«any»)
            «any» is equalto «int»
            «int» is ne 2
            «int» is gt 1
            «int» is greaterthan(1)
            «int» is ge 2
            «int» is lt 2
            «int» is lessthan 2
            «int» is le 2
            «int» is in [1, 2]
            «int» is in(«ints»)
            «int» is not in xs
            «any» is sameas none
            flag is sameas true
            «any» is string
            «any» is number
            «any» is integer
            «any» is float
            «any» is boolean
            «any» is true
            «any» is false
            «any» is mapping
            «any» is iterable
            «any» is sequence
            «any» is callable
            add is callable
            «str» is escaped
            «str» is lower
            «str» is upper
            'upper' is filter
            s is filter
            'odd' is test
            'nope' is not test
            n is number and «bool»
            «int» is odd or «bool»
            «int» + 1 is odd
            «int» is divisibleby 2 == flag
            «str» is string == true
            ((«bool») if «bool» else «bool»)
            («any»|length > 1 if «any» is string)
            («bool») is sameas («bool»)
            ^2 @loop loop.first
            ^2 @loop loop.last
            @loop not loop.first
            @loop loop.changed(«int»)
            @loop loop.changed(«str», flag)
            @loop loop.index is odd
            @caller0 caller is defined
            @async later(«bool»)
            """,
    }
)
