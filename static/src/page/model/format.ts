// Numbers as people read them: sizes, times, counts.

const count_ = new Intl.NumberFormat("en-US");

/** A whole number with thousands separators: 99800 → "99,800". */
export function count(n: number): string {
  return count_.format(n);
}

/** "1 row", "2 rows", "1,000 rows". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** Bytes in decimal units, as file managers show them: 1_234_567 → "1.2 MB". */
export function bytes(n: number): string {
  if (n < 1000) return plural(n, "byte");
  const units = ["kB", "MB", "GB", "TB"];
  let value = n / 1000;
  let unit = 0;
  // 999.95 would print as "1000", so the step up comes a little earlier.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** Two sizes in the unit of the larger: "6.1 of 8.4 MB". */
export function bytesOf(loaded: number, total: number): string {
  const whole = bytes(total);
  const unit = total >= 999.5e6 ? 1e9 : total >= 999_500 ? 1e6 : total >= 1000 ? 1e3 : 1;
  const part = Math.min(loaded, total) / unit;
  return `${part.toFixed(unit > 1 && total / unit < 9.95 ? 1 : 0)} of ${whole}`;
}

/** Milliseconds as "8 ms", "0.12 s", "4.2 s", "1 min 5 s". */
export function duration(ms: number): string {
  if (ms < 1) return "< 1 ms";
  if (ms < 99.5) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1000).toFixed(ms < 995 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
}

/** A running clock: one decimal, so that it ticks calmly. */
export function clock(ms: number): string {
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
const STEERING = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A name as it is, not as its control characters want it to look: "x\u202Egnp.csv" must not read as "xvsc.png". */
export function plainName(name: string): string {
  return name.replace(STEERING, "\ufffd");
}

/** The last part of a path or URL path. */
export function baseName(path: string): string {
  return path.split("/").filter(Boolean).at(-1) ?? path;
}
