"""Templates and registries that change while they are read: an answer is one that was true, and never a mixture."""

from __future__ import annotations

import asyncio
import re

from .functions import Always
from .templates import CHANGING
from .worlds import REGISTRY, World

SOUND = "sound"
_NAMES = sorted(CHANGING)
_VERSION = re.compile(r"<(\w+) (\d+)>")
_PAIR = re.compile(r"(\d+)=(\d+)")


def change_template(world: World, choice: int) -> str:
    """Put another version in place of a template; without ``auto_reload`` the cache is then cleared."""
    name = _NAMES[choice % len(_NAMES)]
    generations = world.generations
    with generations.locks[name]:
        number = generations.begin(name)
        world.changing.put(name, number)
        if not world.setting.auto_reload:
            world.environment.clear_cache()
        generations.settle(name, number)
    return read(world, choice)


def change_registry(world: World) -> str:
    """Register two globals at once, and then two filters at once, all four of one number."""
    generations = world.generations
    with generations.locks[REGISTRY]:
        number = generations.begin(REGISTRY)
        world.environment.update_globals({"left": number, "right": number})
        world.environment.update_filters({"left_filter": Always(number), "right_filter": Always(number)})
        generations.settle(REGISTRY, number)
    return read(world, number)


def read(world: World, choice: int) -> str:
    """Render what changes; says what is wrong with the answer, or that it is sound."""
    least = world.generations.settled()
    template = world.environment.get_template("changing/page.html")
    if choice % 3 == 0:
        text = template.render()
    elif choice % 3 == 1:
        text = "".join(template.render_stream())
    else:
        text = asyncio.run(template.render_async())
    most = world.generations.begun()
    return wrong_with(text, least, most) or SOUND


def wrong_with(text: str, least: dict[str, int], most: dict[str, int]) -> str:
    """What no order of the changes explains; nothing, where one does."""
    seen: dict[str, set[int]] = {}
    for stem, version in _VERSION.findall(text):
        seen.setdefault(f"changing/{stem}.html", set()).add(int(version))
    # the first `=` of the text's own is that of the globals; those of the filters come in lines of the base's block
    pairs = [(int(left), int(right)) for left, right in _PAIR.findall(text)]
    filtered = [pair for place, pair in enumerate(pairs) if place == _PLACE_OF_FILTERS]
    registered = [pair for place, pair in enumerate(pairs) if place != _PLACE_OF_FILTERS]
    globals_seen = {number for pair in registered for number in pair}
    filters_seen = {number for pair in filtered for number in pair}
    problems = [
        f"{what}: {sorted(numbers)} in one render"
        for what, numbers in {**seen, "globals": globals_seen, "filters": filters_seen}.items()
        if len(numbers) != 1
    ]
    problems += [
        f"{name}: {numbers}, allowed are {least[bound]} to {most[bound]}"
        for name, bound, numbers in (
            *((name, name, numbers) for name, numbers in seen.items()),
            ("globals", REGISTRY, globals_seen),
            ("filters", REGISTRY, filters_seen),
        )
        if not all(least[bound] <= number <= most[bound] for number in numbers)
    ]
    if not problems and max(globals_seen) - min(filters_seen) not in (0, 1):
        problems.append(f"globals {globals_seen} were never there with filters {filters_seen}")
    if sorted(seen) != _NAMES:
        problems.append(f"incomplete: {sorted(seen)}")
    return "; ".join(problems) and f"{'; '.join(problems)} in:\n{text}"


_PLACE_OF_FILTERS = 7
"""Pairs before that of the filters: the base's one, and two for each of three parts."""
