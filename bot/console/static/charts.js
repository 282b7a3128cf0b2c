/* The figures of each day, drawn. They are read from the table beside them, which says the same. */

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const still = window.matchMedia("(prefers-reduced-motion: reduce)");
const ROOM_FOR_NUMBERS = 9;

/** The days, the first of them first, and what the table has of each in this column. */
function read(column) {
  const rows = [...document.querySelectorAll("[data-days] tbody tr")].reverse();
  return {
    days: rows.map((row) => row.cells[0].textContent),
    now: rows.map((row) => "now" in row.dataset),
    numbers: rows.map((row) => Number(row.cells[column].textContent)),
  };
}

/** What ECharts is told of a place; how it is dressed, the style sheet says. */
function options(place) {
  const { column, kind, unit } = place.dataset;
  const { days, now, numbers } = read(Number(column));
  const { accentColor: bar, backgroundColor: paper, borderTopColor: line, color: ink, fontFamily } =
    getComputedStyle(place);
  const tells = days.length <= ROOM_FOR_NUMBERS;
  // Today is not over: its bar is paler than the rest.
  const pale = { itemStyle: { opacity: 0.55 }, label: { opacity: 1 } };
  const data = numbers.map((value, n) => (now[n] && kind === "bar" ? { value, ...pale } : value));
  return {
    animation: !still.matches,
    animationDuration: 400,
    textStyle: { color: ink, fontFamily },
    grid: { left: 0, right: 14, top: tells ? 24 : 10, bottom: 0, outerBoundsMode: "same" },
    xAxis: {
      type: "category",
      data: days,
      boundaryGap: kind === "bar",
      axisLine: { lineStyle: { color: line } },
      axisTick: { show: false },
      axisLabel: { color: ink, hideOverlap: true },
    },
    yAxis: {
      minInterval: 1,
      splitNumber: 3,
      axisLabel: { color: ink },
      splitLine: { lineStyle: { color: line } },
    },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      // At the top, whatever is pointed at: it covers no bar but those that reach up to it.
      position: ([x], _values, _box, _place, { contentSize: [width] }) => [x - width / 2, 0],
      padding: [3, 8],
      backgroundColor: paper,
      borderColor: line,
      textStyle: { color: ink, fontFamily, fontSize: 13 },
      axisPointer: { type: kind === "bar" ? "shadow" : "line" },
      formatter: ([{ name, value }]) => `${name} ${value.toLocaleString("zh-CN")} ${unit}`,
    },
    series: {
      type: kind,
      data,
      barMaxWidth: 40,
      color: bar,
      itemStyle: { borderRadius: [3, 3, 0, 0] },
      areaStyle: { opacity: 0.15 },
      symbolSize: 6,
      label: { show: tells, position: "top", color: ink },
    },
  };
}

const drawn = [...document.querySelectorAll("[data-chart]")].map((place) => {
  const chart = window.echarts.init(place);
  new ResizeObserver(() => chart.resize()).observe(place);
  return { place, chart };
});

function draw() {
  for (const { place, chart } of drawn) chart.setOption(options(place));
}

draw();
// Whoever points at a day in one sees it in all.
window.echarts.connect(drawn.map(({ chart }) => chart));
dark.addEventListener("change", draw);
