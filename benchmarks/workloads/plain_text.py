"""Plain text, autoescape off: a server's configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.model import Page, render_workload

SITES = 100


@dataclass(frozen=True)
class Site:
    """One site of the configuration."""

    name: str
    port: int
    root: str
    rules: Sequence[tuple[str, str]]
    secure: bool


ALL_SITES = [
    Site(
        name=f"site{number}.example",
        port=8000 + number,
        root=f"/srv/www/{number}",
        rules=[("^/old", "/new"), ("^/a&b$", "/<c>")],
        secure=number % 2 == 0,
    )
    for number in range(SITES)
]

JINJA = """\
# made for {{ owner }}
worker_connections 1024;
{% for site in sites %}
server {
    listen {{ site.port }}{% if site.secure %} ssl{% endif %};
    server_name {{ site.name }};
    root {{ site.root }};
    index index.html;
    gzip on;
    gzip_types text/plain text/css;
{% for pattern, target in site.rules %}
    rewrite {{ pattern }} {{ target }};
{% endfor %}
    access_log /var/log/{{ site.name }}.log;
}
{% endfor %}
"""
MAKO = """\
# made for ${owner}
worker_connections 1024;
% for site in sites:
server {
    listen ${site.port}${' ssl' if site.secure else ''};
    server_name ${site.name};
    root ${site.root};
    index index.html;
    gzip on;
    gzip_types text/plain text/css;
% for pattern, target in site.rules:
    rewrite ${pattern} ${target};
% endfor
    access_log /var/log/${site.name}.log;
}
% endfor
"""
CHAMELEON = """\
<tal:page># made for ${structure: owner}
worker_connections 1024;
<tal:site repeat="site sites">server {
    listen ${structure: site.port}${structure: ' ssl' if site.secure else ''};
    server_name ${structure: site.name};
    root ${structure: site.root};
    index index.html;
    gzip on;
    gzip_types text/plain text/css;
<tal:rule repeat="(pattern, target) site.rules">    rewrite ${structure: pattern} ${structure: target};
</tal:rule>    access_log /var/log/${structure: site.name}.log;
}
</tal:site></tal:page>
"""


def by_hand(owner: str, sites: Sequence[Site]) -> str:
    """The file by hand."""
    out = [f"# made for {owner}\nworker_connections 1024;\n"]
    append = out.append
    for site in sites:
        rules = "".join([f"    rewrite {pattern} {target};\n" for pattern, target in site.rules])
        append(
            f"server {{\n    listen {site.port}{' ssl' if site.secure else ''};\n"
            f"    server_name {site.name};\n    root {site.root};\n    index index.html;\n    gzip on;\n"
            f"    gzip_types text/plain text/css;\n{rules}    access_log /var/log/{site.name}.log;\n}}\n"
        )
    return "".join(out)


PLAIN_TEXT = render_workload(
    "plain-text",
    "plain text, autoescape off",
    Page(
        entry="page.txt",
        context={"owner": "Ada & Co", "sites": ALL_SITES},
        jinja={"page.txt": JINJA},
        mako={"page.txt": MAKO},
        chameleon={"page.txt": CHAMELEON},
        by_hand=by_hand,
        autoescape=False,
    ),
)
