import { expect, test } from "@jest/globals";
import { type Chart } from "../../../operations/document/chart";
import { drawChart } from "../../../operations/document/draw-chart";

test("an axis of percentages ends at 100, although a column reaches it", () => {
  const chart: Chart = {
    ...{ id: "cold", title: "Cold starts", numbers: "Steps" },
    x: { scale: "names", title: "Requests at once", names: ["1", "2"] },
    y: { scale: "linear", title: "Cold starts (%)", least: 100, format: "number" },
    series: [
      {
        ...{ kind: "columns", name: "without warming", color: "s4" },
        values: [
          { value: 100, label: "all" },
          { value: 50, label: "half" },
        ],
      },
    ],
  };

  const ends = [...drawChart(chart).matchAll(/>(\d+)<\/text>/g)].map(([, label]) => Number(label));

  expect(Math.max(...ends)).toBe(100);
});
