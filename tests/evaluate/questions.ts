// Questions: 25 about the files, each with an answer that is computed here from the records and not by Python, and with the
// honest code that the scripted model writes.

import { CITIES, DEPARTMENTS, orders, PRODUCTS, REGIONS, sales, staff, survey, targets, weather } from "./data";

export interface Question {
  id: string;
  question: string;
  files: readonly string[];
  truth: Truth;
  /** Python that prints the answer. */
  code: string;
  /** Code that the scripted model tries first, and that fails: how models err. */
  slip?: string;
}

export type Truth =
  /** A number, and how far from it an answer may be. */
  | { number: number; within: number }
  /** One of several names: the first that an answer names. */
  | { name: string; among: readonly string[] }
  /** All of these words. */
  | { words: readonly string[] };

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const exactly = (number: number): Truth => ({ number, within: 0 });
const about = (number: number, digits: number): Truth => ({ number, within: 0.51 / 10 ** digits });

/** The key with the largest value. A tie would be a bad question. */
function largest<K extends string>(keys: readonly K[], value: (key: K) => number): K {
  const sorted = [...keys].sort((one, other) => value(other) - value(one));
  const [first, second] = sorted as [K, K];
  if (!(value(first) > value(second))) throw new Error(`${first} and ${second} are equal: the question has no answer.`);
  return first;
}

function correlation(one: readonly number[], other: readonly number[]): number {
  const [x, y] = [mean(one), mean(other)];
  const off = (values: readonly number[], from: number): number =>
    Math.sqrt(sum(values.map((value) => (value - from) ** 2)));
  return sum(one.map((value, at) => (value - x) * ((other[at] as number) - y))) / (off(one, x) * off(other, y));
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2
    ? (sorted[Math.floor(half)] as number)
    : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
};

const revenue = (rows: typeof sales): number => sum(rows.map(({ units, price }) => units * price));
const inRegion = (region: string) => sales.filter((one) => one.region === region);
const inDepartment = (department: string) => staff.filter((one) => one.department === department);
const inCity = (city: string) => weather.filter((one) => one.city === city);
const temps = (rows: typeof weather): number[] => rows.flatMap(({ temp }) => (temp === null ? [] : [temp]));
const MONTHS = ["2026-01", "2026-02", "2026-03", "2026-04"] as const;

/** Days in a row without rain, at most. */
function dry(city: string): number {
  let [longest, now] = [0, 0];
  for (const { rain } of inCity(city)) {
    now = rain === 0 ? now + 1 : 0;
    longest = Math.max(longest, now);
  }
  return longest;
}

const SALES = "import pandas as pd\nframe = pd.read_csv('sales.csv')\n";
const STAFF = "import pandas as pd\nframe = pd.read_csv('staff.csv')\n";
const WEATHER = "import pandas as pd\nframe = pd.read_csv('weather.tsv', sep='\\t')\n";
const ORDERS = "import pandas as pd\nframe = pd.read_json('orders.jsonl', lines=True)\n";
const SURVEY = "import pandas as pd\nframe = pd.read_csv('survey.csv', sep=';', decimal=',')\n";

const salesQuestions: Omit<Question, "id" | "files">[] = [
  {
    question: "How many units were sold in all?",
    truth: exactly(sum(sales.map(({ units }) => units))),
    code: `${SALES}print(frame.units.sum())`,
  },
  {
    question: "Revenue is units times price. Which region has the most? Name it.",
    truth: { name: largest(REGIONS, (region) => revenue(inRegion(region))), among: REGIONS },
    code: `${SALES}frame['revenue'] = frame.units * frame.price\nprint(frame.groupby('region').revenue.sum().idxmax())`,
    slip: `${SALES}print(frame.groupby('region').revenue.sum().idxmax())`,
  },
  {
    question: "What is the revenue (units times price) of the region north, to two decimals?",
    truth: about(revenue(inRegion("north")), 2),
    code: `${SALES}north = frame[frame.region == 'north']\nprint(round((north.units * north.price).sum(), 2))`,
  },
  {
    question: "Which month has the highest revenue (units times price)? Write it as 2026-01.",
    truth: {
      name: largest(MONTHS, (month) => revenue(sales.filter(({ date }) => date.startsWith(month)))),
      among: MONTHS,
    },
    code: `${SALES}print((frame.units * frame.price).groupby(frame.date.str[:7]).sum().idxmax())`,
    slip: `${SALES}print((frame.units * frame.price).groupby(frame.date.dt.month).sum().idxmax())`,
  },
  {
    question: "How many different products are there?",
    truth: exactly(new Set(sales.map(({ product }) => product)).size),
    code: `${SALES}print(frame['product'].nunique())`,
  },
  {
    question: "What is the median number of units of a sale?",
    truth: exactly(median(sales.map(({ units }) => units))),
    code: `${SALES}print(frame.units.median())`,
  },
  {
    question: "Which product has the highest mean price? Name it.",
    truth: {
      name: largest(PRODUCTS, (name) =>
        mean(sales.filter(({ product }) => product === name).map(({ price }) => price)),
      ),
      among: PRODUCTS,
    },
    code: `${SALES}print(frame.groupby('product').price.mean().idxmax())`,
  },
  {
    question: "What part of all units was sold in the region south, in percent to one decimal?",
    truth: about((100 * sum(inRegion("south").map(({ units }) => units))) / sum(sales.map(({ units }) => units)), 1),
    code: `${SALES}print(round(100 * frame[frame.region == 'south'].units.sum() / frame.units.sum(), 1))`,
  },
  {
    question: "What is Pearson's correlation of units and price, to two decimals?",
    truth: about(
      correlation(
        sales.map(({ units }) => units),
        sales.map(({ price }) => price),
      ),
      2,
    ),
    code: `${SALES}print(round(frame.units.corr(frame.price), 2))`,
  },
  {
    question: "How many sales of more than 40 units were there in March 2026?",
    truth: exactly(sales.filter(({ date, units }) => date.startsWith("2026-03") && units > 40).length),
    code: `${SALES}dates = pd.to_datetime(frame.date)\nprint(len(frame[(dates.dt.month == 3) & (frame.units > 40)]))`,
  },
];

const staffQuestions: Omit<Question, "id" | "files">[] = [
  {
    question: "What is the mean salary in engineering, to the whole number?",
    truth: about(mean(inDepartment("engineering").map(({ salary }) => salary)), 0),
    code: `${STAFF}print(round(frame[frame.department == 'engineering'].salary.mean()))`,
  },
  {
    question: "Who has the highest salary? Give the full name.",
    truth: {
      words: [
        largest(
          staff.map(({ name }) => name),
          (name) => staff.find((one) => one.name === name)?.salary ?? 0,
        ),
      ],
    },
    code: `${STAFF}print(frame.loc[frame.salary.idxmax(), 'name'])`,
  },
  {
    question: "How many people have no manager?",
    truth: exactly(staff.filter(({ manager }) => manager === "").length),
    code: `${STAFF}print(frame.manager.isna().sum())`,
  },
  {
    question: "In which department is the gap between the highest and the lowest salary largest? Name it.",
    truth: {
      name: largest(DEPARTMENTS, (department) => {
        const salaries = inDepartment(department).map(({ salary }) => salary);
        return Math.max(...salaries) - Math.min(...salaries);
      }),
      among: DEPARTMENTS,
    },
    code: `${STAFF}print(frame.groupby('department').salary.agg(lambda one: one.max() - one.min()).idxmax())`,
  },
  {
    question: "How many people were hired before 2015?",
    truth: exactly(staff.filter(({ hired }) => hired < "2015").length),
    code: `${STAFF}print((pd.to_datetime(frame.hired) < '2015-01-01').sum())`,
  },
];

const weatherQuestions: Omit<Question, "id" | "files">[] = [
  {
    question: "Which city was the warmest in the mean? Name it.",
    truth: { name: largest(CITIES, (city) => mean(temps(inCity(city)))), among: CITIES },
    code: `${WEATHER}print(frame.groupby('city').temp_c.mean().idxmax())`,
  },
  {
    question: "How many temperatures are missing?",
    truth: exactly(weather.filter(({ temp }) => temp === null).length),
    code: `${WEATHER}print(frame.temp_c.isna().sum())`,
  },
  {
    question: "How much rain fell in Bergen in all, in mm to one decimal?",
    truth: about(sum(inCity("Bergen").map(({ rain }) => rain)), 1),
    code: `${WEATHER}print(round(frame[frame.city == 'Bergen'].rain_mm.sum(), 1))`,
  },
  {
    question: "How long was the longest run of days without any rain in Graz, in days?",
    truth: exactly(dry("Graz")),
    code: `${WEATHER}dry = frame[frame.city == 'Graz'].sort_values('day').rain_mm.eq(0)
print(dry.groupby((~dry).cumsum()).sum().max())`,
    slip: `${WEATHER}dry = frame[frame.city == 'Graz'].rain.eq(0)\nprint(dry.sum())`,
  },
  {
    question: "What was the highest temperature of all, in °C?",
    truth: exactly(Math.max(...temps(weather))),
    code: `${WEATHER}print(frame.temp_c.max())`,
  },
];

const otherQuestions: Omit<Question, "id">[] = [
  {
    files: ["orders.jsonl"],
    question: "What is the sum of the totals of paid orders, to two decimals?",
    truth: about(sum(orders.filter(({ status }) => status === "paid").map(({ total }) => total)), 2),
    code: `${ORDERS}print(round(frame[frame.status == 'paid'].total.sum(), 2))`,
  },
  {
    files: ["orders.jsonl"],
    question: "Which customer has the most orders? Name it.",
    truth: (() => {
      const names = [...new Set(orders.map(({ customer }) => customer))];
      return {
        name: largest(names, (name) => orders.filter(({ customer }) => customer === name).length),
        among: names,
      };
    })(),
    code: `${ORDERS}print(frame.customer.value_counts().idxmax())`,
  },
  {
    files: ["survey.csv"],
    question: "What is the mean score, to two decimals? Scores are written with a decimal comma.",
    truth: about(mean(survey.map(({ score }) => score)), 2),
    code: `${SURVEY}print(round(frame.score.mean(), 2))`,
    slip: `import pandas as pd\nframe = pd.read_csv('survey.csv', sep=';')\nprint(round(frame.score.mean(), 2))`,
  },
  {
    files: ["survey.csv"],
    question: "Of the people who are 50 or older, how many percent answered yes, to one decimal?",
    truth: (() => {
      const old = survey.filter(({ age }) => age >= 50);
      return about((100 * old.filter(({ answer }) => answer === "yes").length) / old.length, 1);
    })(),
    code: `${SURVEY}old = frame[frame.age >= 50]\nprint(round(100 * old.answer.eq('yes').mean(), 1))`,
  },
  {
    files: ["sales.csv", "targets.csv"],
    question: "How many regions have a revenue (units times price) below their target of targets.csv?",
    truth: exactly(targets.filter(({ region, target }) => revenue(inRegion(region)) < target).length),
    code: `${SALES}targets = pd.read_csv('targets.csv').set_index('region').target
print((frame.units * frame.price).groupby(frame.region).sum().lt(targets).sum())`,
    slip: `${SALES}targets = pd.read_csv('targets.csv').set_index('region').target
print(((frame.units * frame.price).groupby(frame.region).sum() < targets).sum())`,
  },
];

const on = (files: string[], list: Omit<Question, "id" | "files">[]): Omit<Question, "id">[] =>
  list.map((one) => ({ ...one, files }));

export const QUESTIONS: readonly Question[] = [
  ...on(["sales.csv"], salesQuestions),
  ...on(["staff.csv"], staffQuestions),
  ...on(["weather.tsv"], weatherQuestions),
  ...otherQuestions,
].map((one, at) => ({ id: `q${String(at + 1).padStart(2, "0")}`, ...one }));
