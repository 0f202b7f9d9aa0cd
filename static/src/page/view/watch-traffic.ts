// The browser's own record of what this page fetched: it lists what our code might forget to.

import type { Traffic } from "../model/traffic";

export function watchTraffic(traffic: Traffic, changed: () => void): void {
  const take = (entries: PerformanceEntryList) => {
    for (const entry of entries) {
      if (!(entry instanceof PerformanceResourceTiming)) continue;
      const { name, transferSize, decodedBodySize } = entry;
      traffic.fetch(name, decodedBodySize, transferSize === 0 && decodedBodySize > 0);
    }
    changed();
  };
  take(performance.getEntriesByType("navigation"));
  new PerformanceObserver((list) => take(list.getEntries())).observe({ type: "resource", buffered: true });
}
