import { emf } from "./emf";
import { type MetricName, type Publisher } from "./metrics";

/**
 * A publisher that publishes values of a metric only from a threshold on: `onlyFrom({ MemoryUtilization: 60 })`. It
 * saves log volume, but averages and percentiles then cover only the high values; the maximum stays correct.
 *
 * @param thresholds in each metric's unit; metrics without a threshold are always published
 * @param publisher where the rest goes; standard output by default
 */
export function onlyFrom(
  thresholds: Readonly<Partial<Record<MetricName, number>>>,
  publisher: Publisher = emf,
): Publisher {
  return {
    begin: () => publisher.begin?.(),
    publish: (data, properties) => {
      const due = data.map((datum) => {
        const threshold = thresholds[datum.name] ?? -Infinity;
        return { ...datum, values: datum.values.filter((value) => value >= threshold) };
      });
      return publisher.publish(
        due.filter(({ values }) => values.length > 0),
        properties,
      );
    },
  };
}
