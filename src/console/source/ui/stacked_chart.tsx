// Stacked bars over time (uPlot), of which a part can be chosen with the pointer. The same figures stand in a table beside it.
import uPlot from "uplot";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Histogram } from "../../generated/api.ts";
import { formatInstant, localeOf } from "../lib/time.ts";
import { amount, language, theme, timeStyle, zone } from "../state/preferences.ts";
import { named, t } from "../texts/index.ts";
import { groupOf } from "./icon.tsx";

/** A colour of the style sheet, as a canvas takes it. */
function resolved(host: HTMLElement, property: string): string {
  const probe = document.createElement("span");
  probe.className = "colour-probe";
  probe.style.color = `var(${property})`;
  host.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

const variables: Record<string, string> = { "identity-validation": "--group-identity" };

const height = 240;

export function StackedChart({ histogram, label, chosen, onChoose }: {
  histogram: Histogram;
  label: string;
  chosen: { from: number; to: number } | null; // milliseconds
  onChoose: (from: number, to: number) => void;
}) {
  const host = useRef<HTMLDivElement>(null);
  const shown = useRef<uPlot | null>(null);
  const [pointed, setPointed] = useState<number | null>(null); // the bar below the pointer
  const span = useRef(chosen);
  span.current = chosen;
  // Marks what is chosen: also after the chart was drawn anew or has another width.
  const mark = () => {
    const plot = shown.current;
    if (!plot) return;
    const at = (milliseconds: number) => plot.valToPos(milliseconds / 1000, "x");
    const left = span.current ? Math.max(0, at(span.current.from)) : 0;
    const width = span.current ? Math.max(0, at(span.current.to) - left) : 0;
    plot.setSelect({ left, width, top: 0, height: plot.over.clientHeight }, false);
  };
  const choose = useRef(onChoose);
  choose.current = onChoose;
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    let plot: uPlot | null = null;
    // The bar at a place.
    const indexAt = (self: uPlot, left: number) => {
      const at = self.posToVal(left, "x");
      return Math.max(0, histogram.starts.filter((start) => Date.parse(start) / 1000 <= at).length - 1);
    };
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const draw = () => {
      plot?.destroy();
      const times = histogram.starts.map((start) => Date.parse(start) / 1000);
      const series = histogram.series.filter(({ events }) => events > 0);
      // Each series is drawn down to the axis, the highest first: what is seen of it is its own share.
      const sums = times.map(() => 0);
      const stacked = series.map(({ counts }) => counts.map((count, index) => (sums[index] = (sums[index] ?? 0) + count)));
      const text = resolved(element, "--text-faint");
      const grid = resolved(element, "--line");
      const font = `11px ${getComputedStyle(element).fontFamily}`;
      const interval = histogram.interval_seconds;
      const bars = uPlot.paths.bars?.({ size: [0.8, 40], align: 1, radius: 0.08 });
      const axis = { stroke: text, font, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
      plot = new uPlot({
        width: element.clientWidth, height, padding: [8, 20, 0, 0],
        cursor: { drag: { x: true, y: false, setScale: false }, y: false, points: { show: false } },
        legend: { show: false },
        scales: { x: { time: true, range: () => [(times[0] ?? 0), (times.at(-1) ?? 0) + interval] }, y: { range: (_, __, most) => [0, Math.max(most * 1.08, 1)] } },
        tzDate: (seconds) => (zone.value === "utc" ? uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC") : new Date(seconds * 1000)),
        axes: [
          { ...axis, size: 26, grid: { show: false }, values: (_, splits, __, ___, step) => splits.map((split) => tick(split, step)) },
          { ...axis, size: 46, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000], values: (_, splits) => splits.map((split) => split.toLocaleString(language.value, { notation: "compact" })) },
        ],
        series: [{}, ...[...series.keys()].reverse().map((index): uPlot.Series => {
          const group = groupOf(series[index]?.key ?? "");
          const colour = resolved(element, variables[group] ?? `--group-${group}`);
          return { label: named("group", group) ?? group, stroke: colour, fill: colour, width: 0, ...(bars ? { paths: bars } : {}), points: { show: false } };
        })],
        hooks: {
          setCursor: [(self) => setPointed(self.cursor.left !== undefined && self.cursor.left >= 0 ? indexAt(self, self.cursor.left) : null)],
          setSelect: [(self) => {
            const from = times[indexAt(self, self.select.left)] ?? 0;
            const to = (times[indexAt(self, self.select.left + self.select.width)] ?? 0) + interval;
            if (self.select.width >= 4) choose.current(from * 1000, to * 1000);
          }],
        },
      }, [times, ...[...stacked].reverse()] as uPlot.AlignedData, element);
      const drawn = (shown.current = plot);
      // A click chooses one bar; uPlot tells of drags alone.
      let pressed = 0;
      drawn.over.addEventListener("mousedown", ({ offsetX }) => (pressed = offsetX));
      drawn.over.addEventListener("click", ({ offsetX }) => {
        const at = times[indexAt(drawn, offsetX)] ?? 0;
        if (Math.abs(offsetX - pressed) < 4) choose.current(at * 1000, (at + interval) * 1000);
      });
      mark();
    };
    const tick = (seconds: number, step: number) => {
      const at = new Date(seconds * 1000);
      const timeZone = zone.value === "utc" ? { timeZone: "UTC" } : {};
      const midnight = (zone.value === "utc" ? at.getUTCHours() : at.getHours()) === 0;
      const style: Intl.DateTimeFormatOptions = step >= 86_400 || midnight ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
      return new Intl.DateTimeFormat(localeOf(language.value), { ...style, ...timeZone }).format(at);
    };
    draw();
    const sized = new ResizeObserver(() => {
      if (!plot || Math.abs(plot.width - element.clientWidth) <= 1) return;
      plot.setSize({ width: element.clientWidth, height });
      mark();
    });
    sized.observe(element);
    dark.addEventListener("change", draw);
    return () => {
      sized.disconnect();
      dark.removeEventListener("change", draw);
      plot?.destroy();
      shown.current = null;
    };
  }, [histogram, language.value, theme.value, zone.value]);
  useEffect(mark, [chosen]);
  const first = histogram.starts[0];
  const under = pointed === null ? undefined : histogram.starts[pointed];
  return (
    <>
      <div ref={host} class="chart" role="img" aria-label={first ? t("common.with_value", { name: label, value: formatInstant(first, "minute", timeStyle()) }) : label} />
      <div class="legend">
        {histogram.series.filter(({ events }) => events > 0).map(({ key, events, counts }) => (
          <span key={key} class={`series-${key}`}>
            <i />{named("group", key) ?? key} <b>{amount(pointed === null ? events : (counts[pointed] ?? 0))}</b>
          </span>
        ))}
        {under && <span class="at">{formatInstant(under, "minute", timeStyle())}</span>}
      </div>
    </>
  );
}
