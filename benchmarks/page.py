"""The page with the figures and its picture, out of a run's results. Nothing in it is typed by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2

from benchmarks.measures import HOST_THREADS

Data = dict[str, Any]

COLOURS = {"ours": "#1f6feb", "naive": "#c2571a", "floor": "#57606a", "lean floor": "#8c959f", "script": "#2da44e"}
NAMES = {"ours": "this provider", "naive": "naive provider", "floor": "floor", "lean floor": "lean floor"}


def write(results: Data, folder: Path) -> None:
    """Write benchmarks.md, and its picture beside it.

    Args:
        results: what was measured, by measure.
        folder: where to.
    """
    (folder / "benchmarks.md").write_text(render(results), encoding="utf-8")
    (folder / "pictures").mkdir(exist_ok=True)
    _draw(results, folder / "pictures" / "benchmarks.svg")


def render(results: Data) -> str:
    """The page's text."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  # Markdown, of our own figures.
    )
    return environment.get_template("page.md.jinja").render(
        results, names=NAMES, threads=HOST_THREADS, verdicts=verdicts(results)
    )


def verdicts(results: Data) -> list[Data]:
    """What the project demands of itself, and what was measured: figure and limit."""
    times, bound = results["times"], results["times"]["bound"]
    own = {name: times[name]["ours"] for name in ("up", "no change", "preview", "refresh", "destroy")}
    floor, naive, state = times["up"]["floor"], times["up"]["naive"], times["state"]
    demands = [
        ("`up`, over the sum of the threads' bound and the floor", own["up"] / (bound["up"] + floor), 1.15),
        ("`up`, over the larger of the two", own["up"] / max(bound["up"], floor), 1.25),
        ("`up`, over the naive provider", own["up"] / naive, 1 / 1.3),
        ("`destroy`, over the naive provider", own["destroy"] / times["destroy"]["naive"], 1 / 2),
        ("an `up` of no change, over the floor", own["no change"] / times["no change"]["floor"], 1.15),
        ("a preview of no change, over the floor", own["preview"] / times["preview"]["floor"], 1.15),
        ("`refresh`, over its reads' share of the threads", own["refresh"] / bound["refresh"], 1.3),
        ("bytes of state a job, over the naive provider", state["ours"]["bytes"] / state["naive"]["bytes"], 1 / 2),
        ("bytes of state a job, over the floor", state["ours"]["bytes"] / state["floor"]["bytes"], 1.25),
        ("bytes of pickle", state["ours"]["pickle"], 100),
        ("milliseconds of importing the package", results["start_up"]["package"], 30),
    ]
    demands += [
        (f"at a quota of {run['rate']:g} writes a second, over the ideal", run["seconds"] / run["ideal"], 1.1)
        for run in results["quota"]["runs"]
        if run["who"] == "this provider"
    ]
    return [{"what": what, "measured": measured, "limit": limit} for what, measured, limit in demands]


def _draw(results: Data, path: Path) -> None:
    # Only the tools have it; the text needs none of it.
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    with mpl.rc_context(
        {
            "svg.hashsalt": "benchmarks",
            "font.size": 9,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlelocation": "left",
            "axes.titleweight": "bold",
            "legend.frameon": False,
            "figure.facecolor": "white",
        }
    ):
        figure, ((first, second), (third, fourth)) = plt.subplots(2, 2, figsize=(11, 8), layout="constrained")
        _bars(first, results["times"], ("up", "refresh", "destroy"))
        first.set_title(f"{results['conditions']['jobs']} jobs, {1000 * results['conditions']['latency']:g} ms a call")
        _bars(second, results["times"], ("no change", "preview"))
        second.set_title("Nothing to do")
        _lines(third, results["growth"])
        _curves(fourth, results["quota"])
        figure.savefig(path, metadata={"Date": None})
        plt.close(figure)


def _bars(axes: Any, times: Data, commands: tuple[str, ...]) -> None:
    width = 0.8 / len(NAMES)
    for place, (peer, name) in enumerate(NAMES.items()):
        heights = [times[command][peer] for command in commands]
        places = [n + place * width for n in range(len(commands))]
        bars = axes.bar(places, heights, width, color=COLOURS[peer], label=name)
        axes.bar_label(bars, fmt="%.1f", fontsize=7, padding=1)
    shift = width * (len(NAMES) - 1) / 2
    for n, command in enumerate(commands):
        if command in times["bound"]:
            axes.hlines(times["bound"][command], n - width / 2, n + 2 * shift + width / 2, "black", linewidth=1.2)
    axes.plot([], [], color="black", linewidth=1.2, label=f"calls x latency / {HOST_THREADS} threads")
    axes.set_xticks([n + shift for n in range(len(commands))], commands)
    axes.set_ylabel("seconds")
    axes.legend(fontsize=7)


def _lines(axes: Any, growth: Data) -> None:
    for peer, rows in growth.items():
        for command, style in (("up", "o-"), ("no change", "s--")):
            points = [(row["jobs"], row[command]) for row in rows]
            axes.plot(*zip(*points, strict=True), style, color=COLOURS[peer], label=f"{NAMES[peer]}, {command}")
    axes.set_title("As stacks grow")
    axes.set_xlabel("jobs")
    axes.set_ylabel("seconds")
    axes.legend(fontsize=7)


def _curves(axes: Any, quota: Data) -> None:
    rate = quota["together"]["rate"]
    shown = [run for run in quota["runs"] if run["rate"] == rate]
    for run, colour in zip(shown, (COLOURS["ours"], COLOURS["naive"], COLOURS["script"]), strict=True):
        axes.plot(run["curve"], range(1, len(run["curve"]) + 1), color=colour, label=run["who"])
    longest = max(run["curve"][-1] for run in shown)
    most = 2 * quota["jobs"]
    axes.plot([0, most / rate, longest], [0, most, most], color="black", linewidth=1, linestyle=":", label="the quota")
    axes.set_title(f"At a quota of {rate:g} writes a second")
    axes.set_xlabel("seconds")
    axes.set_ylabel("writes let through")
    axes.legend(fontsize=7, loc="lower right")
