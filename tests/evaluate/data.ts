// Data: small files that questions are asked about, the same each time, and the records they were written from.

/** Numbers from 0 to 1, the same for the same seed (a linear congruence; nothing here is secret). */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const pick = <T>(from: readonly T[], part: number): T => from[Math.floor(part * from.length)] as T;
const day = (first: string, after: number): string =>
  new Date(Date.parse(first) + after * 86_400_000).toISOString().slice(0, 10);
const table = (delimiter: string, names: string[], rows: (string | number)[][]): string =>
  `${[names, ...rows].map((row) => row.join(delimiter)).join("\n")}\n`;

export const REGIONS = ["north", "south", "east", "west"] as const;
export const PRODUCTS = ["assam", "darjeeling", "oolong", "sencha", "rooibos"] as const;
export const DEPARTMENTS = ["engineering", "sales", "support", "finance"] as const;
export const CITIES = ["Bergen", "Lisbon", "Graz", "Turku"] as const;

const of = numbers(26);

export const sales = Array.from({ length: 240 }, (_, at) => {
  const product = pick(PRODUCTS, of());
  const base = 4 + PRODUCTS.indexOf(product) * 1.7;
  return {
    date: day("2026-01-01", Math.floor(at / 2)),
    region: pick(REGIONS, of() ** 1.2),
    product,
    units: 1 + Math.floor(of() * 60),
    price: Math.round((base + of() * 2) * 100) / 100,
  };
});

const FIRST = ["Ada", "Bo", "Cleo", "Dag", "Eva", "Finn", "Gro", "Hugo", "Ines", "Jan"];
const LAST = ["Falk", "Grube", "Hesse", "Imhof"];

export const staff = Array.from({ length: 40 }, (_, at) => ({
  name: `${FIRST[at % 10]} ${LAST[Math.floor(at / 10)]}`,
  department: pick(DEPARTMENTS, of()),
  salary: 30_000 + Math.floor(of() * 6_000) * 10,
  hired: day("2008-01-01", Math.floor(of() * 6_000)),
  manager: of() < 0.2 ? "" : `${pick(FIRST, of())} Falk`,
}));

export const weather = CITIES.flatMap((city, at) =>
  Array.from({ length: 90 }, (_, number) => ({
    day: day("2026-04-01", number),
    city,
    temp: of() < 0.04 ? null : Math.round((8 + at * 2 + number / 10 + of() * 9) * 10) / 10,
    rain: of() < 0.55 ? 0 : Math.round(of() * 180) / 10,
  })),
);

const CUSTOMERS = ["Orchid Ltd", "Pine AG", "Quartz SA", "Reed Oy", "Sage Inc"];

export const orders = Array.from({ length: 150 }, (_, at) => ({
  id: at + 1,
  customer: pick(CUSTOMERS, of() ** 1.5),
  status: pick(["paid", "paid", "open", "cancelled"], of()),
  total: Math.round(of() * 40_000) / 100,
  created: `${day("2026-05-01", Math.floor(of() * 60))}T12:00:00Z`,
}));

export const survey = Array.from({ length: 80 }, (_, at) => ({
  person: at + 1,
  age: 18 + Math.floor(of() * 60),
  score: Math.round(of() * 100) / 10,
  answer: of() < 0.6 ? "yes" : "no",
}));

export const targets = REGIONS.map((region) => ({ region, target: 9_000 + Math.floor(of() * 9_000) }));

/** The files, by name. */
export const FILES: Readonly<Record<string, string>> = {
  "sales.csv": table(
    ",",
    ["date", "region", "product", "units", "price"],
    sales.map(({ date, region, product, units, price }) => [date, region, product, units, price]),
  ),
  "staff.csv": table(
    ",",
    ["name", "department", "salary", "hired", "manager"],
    staff.map(({ name, department, salary, hired, manager }) => [name, department, salary, hired, manager]),
  ),
  "weather.tsv": table(
    "\t",
    ["day", "city", "temp_c", "rain_mm"],
    weather.map(({ day: date, city, temp, rain }) => [date, city, temp ?? "n/a", rain]),
  ),
  "orders.jsonl": orders.map((order) => `${JSON.stringify(order)}\n`).join(""),
  "survey.csv": table(
    ";",
    ["person", "age", "score", "answer"],
    survey.map(({ person, age, score, answer }) => [person, age, String(score).replace(".", ","), answer]),
  ),
  "targets.csv": table(
    ",",
    ["region", "target"],
    targets.map(({ region, target }) => [region, target]),
  ),
};
