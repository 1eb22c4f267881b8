#!/usr/bin/env python3
"""Draws the columns of a CSV file one above the other, over its first column:

    soak_plot.py FILE.csv FILE.svg"""
import csv
import sys

WIDTH, HEIGHT, LEFT, TOP, GAP = 720, 90, 90, 24, 34
UNITS = {"memory_kib": ("memory, MiB", 1024), "open_files": ("open files", 1),
         "wal_octets": ("write-ahead log, MiB", 1 << 20),
         "answer_p99_us": ("p99 to the 202, ms", 1000),
         "webhook_p99_us": ("p99 to the webhook, ms", 1000)}


def panel(name, seconds, values, top):
    title, unit = UNITS[name]
    values = [value / unit for value in values]
    most, longest = max(max(values) * 1.1, 1e-9), max(seconds[-1], 1)
    points = " ".join(f"{LEFT + x / longest * WIDTH:.1f},{top + HEIGHT - y / most * HEIGHT:.1f}"
                      for x, y in zip(seconds, values))
    bottom = top + HEIGHT
    return f"""<text x="{LEFT}" y="{top - 6}">{title}</text>
<path d="M{LEFT},{top}V{bottom}H{LEFT + WIDTH}" fill="none" stroke="#888"/>
<text x="{LEFT - 6}" y="{top + 10}" text-anchor="end">{most:.4g}</text>
<text x="{LEFT - 6}" y="{bottom}" text-anchor="end">0</text>
<text x="{LEFT + WIDTH}" y="{bottom + 14}" text-anchor="end">{longest / 60:.0f} min</text>
<polyline points="{points}" fill="none" stroke="#06c" stroke-width="1.5"/>"""


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        sys.exit("there are no samples")
    seconds = [float(row["seconds"]) for row in rows]
    panels = [panel(name, seconds, [float(row[name]) for row in rows], TOP + i * (HEIGHT + GAP))
              for i, name in enumerate(UNITS)]
    height = TOP + len(panels) * (HEIGHT + GAP)
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 20}" '
                   f'height="{height}" font-family="sans-serif" font-size="12">\n'
                   '<rect width="100%" height="100%" fill="#fff"/>\n')
        file.write("\n".join(panels) + "\n</svg>\n")


main()
