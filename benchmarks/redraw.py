"""
How long a choice in the panel of `9_explore` takes until its figure is drawn: the kernel's part.

    python -m benchmarks.redraw
"""

import statistics
import time

from analysis.explore import widgets
from analysis.explore.choices import Question
from analysis.tables import load

INDICATORS = ("deaths", "drills_held", "training_sessions", "hazards_found", "accidents")


def main() -> None:
    """Walk over every choice of a few indicators, and back; print what a redraw takes."""
    panel = widgets.Explorer(load.load(), indicator=INDICATORS[0])
    wall, processor = [], []
    for question in [*walk(panel), *walk(panel)]:
        began = time.perf_counter(), time.process_time()
        settled = panel.asked.nearest(question)
        widgets.answer_html(panel.asked.answer(settled, "en"), "redraw", "en")
        wall.append(time.perf_counter() - began[0])
        processor.append(time.process_time() - began[1])
    for name, seconds in (("wall", wall), ("processor", processor)):
        middle, worst = statistics.median(seconds), max(seconds)
        print(f"{name:>9}: median {middle:.3f} s, worst {worst:.3f} s, of {len(seconds)} redraws")


def walk(panel: widgets.Explorer) -> list[Question]:
    """Every region of each indicator, beside whatever comes first, then line by line."""
    found = []
    for indicator in INDICATORS:
        for region in panel.asked.regions(indicator):
            if region.reason is None:
                found += [Question(indicator, region.value, "", b) for b in ("", "apart")]
    return found


if __name__ == "__main__":
    main()
