// The browser's own record of what this page fetched: it lists what our code might forget to.

import type { Traffic } from "../model/traffic";

export function watchTraffic(traffic: Traffic, changed: () => void): void {
  const take = (entries: PerformanceEntryList) => {
    for (const entry of entries) {
      if (!(entry instanceof PerformanceResourceTiming)) continue;
      const { name, transferSize, decodedBodySize } = entry;
      // Zero is a cached answer, or one of another origin that doesn't let its size be known.
      const sent = transferSize > 0 ? transferSize : undefined;
      traffic.fetch(name, decodedBodySize, transferSize === 0 && decodedBodySize > 0, sent);
    }
    changed();
  };
  take(performance.getEntriesByType("navigation"));
  new PerformanceObserver((list) => take(list.getEntries())).observe({ type: "resource", buffered: true });
}
