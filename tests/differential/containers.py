"""The grammar of containers, of values of any type, and of expressions that mostly fail; see ``expressions.py``."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CONTAINERS: Mapping[str, str] = MappingProxyType(
    {
        "ints": """
            ^8 xs
            ^4 ys
            ^2 [«int», «int»]
            [«int»]
            []
            [1, 2, 3,]
            («int», «int»)
            («int»,)
            ()
            range(«tiny»)
            range(1, «tiny»)
            range(3, 0, -1)
            numbers(«tiny»)|list
            «ints»|list
            «ints»|list + «ints»|list
            ^2 «ints»|sort
            «ints»|sort(true)
            «ints»|sort(reverse=true)
            «ints»|reverse|list
            «ints»|unique|list
            «ints»|select|list
            «ints»|select('odd')|list
            «ints»|select('gt', «int»)|list
            «ints»|select('in', xs)|list
            «ints»|select('>=', 2)|list
            «ints»|reject('even')|list
            «ints»|reject('divisibleby', 2)|list
            «ints»|reject|list
            «ints»|map('abs')|list
            «ints»|map('int', default=3)|list
            «strs»|map('length')|list
            «rows»|map(attribute='n')|list
            [{'name': 'z'}, row]|map(attribute='n', default=0)|list
            «users»|map(attribute='n')|list|sort
            xs[1:]
            xs[:-1]
            ys[::2]
            ys[«tiny»:]
            d.values()|list
            «dict»|items|map(attribute=1)|list
            («grid»)[0]
            «grid»|first|default([])
            @sync «grid»|sum(start=[])
            «ints»|default([1])
            missing|default([3])
            ^2 @async later(«ints»)
            ^2 @async later_numbers(«tiny»)|list
            @async later_numbers(3)|select('odd')|list
            @async later_numbers(3)|map('abs')|list
            """,
        "strs": """
            ^8 words
            [«str», «str»]
            ['x', 'Y', '<z>']
            («str», 'q')
            («str»).split()
            «str»|list
            ^2 «strs»|sort
            «strs»|sort(case_sensitive=true)
            «strs»|sort(reverse=true, case_sensitive=false)
            «strs»|unique|list
            «strs»|unique(true)|list
            «strs»|unique(case_sensitive=true)|list
            «strs»|reverse|list
            ^2 «strs»|map('upper')|list
            «strs»|map('replace', 'a', «str»)|list
            «strs»|map('default', 'x', true)|list
            «strs»|map('truncate', 3, end='.')|list
            «strs»|select('string')|list
            «strs»|select('equalto', 'a')|list
            «strs»|reject('in', words)|list
            «strs»|select('upper')|list
            «rows»|map(attribute='name')|list
            «rows»|map(attribute='tags.0', default='-')|list
            «users»|map(attribute='name')|list
            «dict»|list
            «dict»|sort
            d.keys()|sort
            words[1:]
            cfg.site.tags
            u.tags
            row.tags
            «strs» + words
            """,
        "rows": """
            ^8 rows
            «rows»|sort(attribute='name')
            «rows»|sort(attribute='n')
            «rows»|sort(attribute='n,name', reverse=true)
            «rows»|sort(true, true, 'name')
            «rows»|selectattr('tags')|list
            «rows»|selectattr('n', 'gt', 1)|list
            «rows»|selectattr('name', 'in', «strs»)|list
            ([{'name': 'z'}, row])|selectattr('n', 'defined')|list
            «rows»|rejectattr('tags')|list
            «rows»|rejectattr('n', 'eq', «int»)|list
            «rows»|unique(attribute='n')|list
            «rows»|unique(false, 'name')|list
            [«rows»|max(attribute='n')]
            [«rows»|min(attribute='name', case_sensitive=true)]
            [row]
            [{'name': «str», 'n': «int»}, row]
            «rows»|reverse|list
            rows[:1]
            """,
        "users": """
            ^6 users
            [u]
            «users»|sort(attribute='name')
            «users»|sort(attribute='n,name')
            «users»|selectattr('n', 'odd')|list
            «users»|rejectattr('name', 'equalto', 'ann')|list
            «users»|unique(attribute='name')|list
            «users»|reverse|list
            """,
        "pairs": """
            ^5 pairs
            d.items()
            «dict»|items
            «dict»|dictsort
            «dict»|dictsort(true)
            «dict»|dictsort(false, 'value')
            d|dictsort(by='value', reverse=true)
            d|dictsort(case_sensitive=true, reverse=true)
            [(«str», «int»), ('z', 0)]
            [[«str», «int»]]
            """,
        "grid": """
            ^5 grid
            [«ints», «ints»]
            ^2 «ints»|batch(«positive»)
            «ints»|batch(2, «int»)
            «ints»|batch(linecount=3, fill_with='x')
            «ints»|batch(2)|list
            ^2 «ints»|slice(«positive»)
            «ints»|slice(2, «int»)
            «ints»|slice(slices=3, fill_with=0)
            «ints»|slice(2)|list
            """,
        "dict": """
            ^6 d
            {'a': «int»}
            {'k': «int», "l": 2,}
            {}
            dict(a=«int»)
            dict(d, z=1)
            {s: «int», 'b': 0}
            cfg.site|default({})
            """,
        # Keyword arguments of which none is a parameter of a macro of the grammar's.
        "others": """
            {'x': «any»}
            {'k': «int», 'l': «str»}
            dict(z=«any»)
            cfg.site|default({})
            """,
        "any": """
            ^8 a
            ^5 b
            ^4 c
            ^5 «int»
            ^6 «str»
            ^2 «num»
            ^2 («bool»)
            ^2 «ints»
            «strs»
            ^2 «dict»
            [«any», «any»]
            («any»,)
            {'k': «any»}
            none
            None
            nothing
            @loose missing
            row
            @loose row.gone
            u
            o
            @loose o.missing
            @loose d.missing
            @loose d['missing']
            @chain d.missing.deeper
            @chain missing.attr
            @chain missing['key']
            @chain cfg.none.at_all
            @loose xs[9]
            @loose ('abc')[7]
            cfg.site
            «any»|default(«any»)
            «any»|default('-', true)
            («any» if «bool» else «any»)
            («any» if «bool»)
            «any» or «any»
            «any» and «any»
            («users»)[0]
            «rows»|first
            «pairs»|list
            «pairs»|first
            «grid»|list
            ^2 @loop loop.previtem
            @loop loop.nextitem
            @varargs varargs
            @kwargs kwargs
            @ns ns.a
            @lax ns.gone
            log
            @seen seen('a')
            @seen seen('n')
            @async later(«any»)
            """,
        # A filter, a test or an operator on whatever comes: mostly type errors, which must be the same ones.
        "failing": """
            «any» + «any»
            «any» - «any»
            «any» * 2
            «any» / 2
            «any» < «any»
            «any» in «any»
            -«any»
            («any»)()
            («any»).name
            («any»)['name']
            («any»)[0]
            («any»)[:1]
            («any»).name.first
            «any»|abs
            «any»|attr('name')
            «any»|batch(2)|list
            «any»|capitalize
            «any»|center(9)
            «any»|length
            «any»|dictsort
            «any»|e
            «any»|filesizeformat
            «any»|first
            «any»|last
            «any»|float
            «any»|format(«any»)
            «any»|groupby('n')
            «any»|groupby
            «str»|indent(«any»)
            «any»|int
            «any»|items|list
            «any»|join(«any»)
            «any»|list
            «any»|lower
            «any»|map('upper')|list
            «any»|map('nofilter')|list
            «any»|map|list
            «any»|map(attribute='a', nope=1)|list
            «any»|max
            «any»|min(attribute='n')
            «any»|replace('a', «any»)
            «any»|replace('a')
            «any»|reverse|list
            «any»|round
            «any»|round(1, 'sideways')
            «any»|select('notest')|list
            «any»|selectattr('n')|list
            «any»|slice(2)|list
            «any»|sort
            «any»|striptags
            «any»|sum
            «any»|title
            «any»|tojson
            «any»|trim(«any»)
            «any»|truncate(«any»)
            «any»|unique|list
            «any»|upper(1)
            «any»|upper
            «any»|urlencode
            «any»|urlize
            «any»|wordcount
            «any»|wordwrap
            «any»|xmlattr
            {'a b': 1}|xmlattr
            «any» is divisibleby 0
            «any» is odd
            «any» is lower
            «any» is in «any»
            «any» is gt «any»
            «any» is divisibleby
            «dict»|dictsort(by='nope')
            add()
            add(1, 2, 3)
            add(1, zz=2)
            shown(**«any»)
            shown(*«any»)
            range('x')
            namespace(1)
            cycler()
            loop.index
            super()
            self.gone()
            caller()
            varargs
            ns.x
            s|nofilter
            s is notest
            1 / 0
            """,
    }
)
