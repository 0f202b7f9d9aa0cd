// A strain: code that wants to stop the page, or never to end, and what may come of it.

export interface Strain {
  id: string;
  title: string;
  /** Python; or JavaScript in the worker (`kept` has its originals) while `python` sleeps. */
  python: string;
  script?: string;
  /** Milliseconds the run may take. */
  timeout?: number;
  /** What may come of it. */
  status: readonly string[];
  /** What the control runs in its place, where the strain needs what only the sealed sandbox has. */
  unwatched?: string;
  /** Milliseconds more than others that the answer may take. */
  late?: number;
  /** What the page heard, fetched or was asked in that time (`tally`, see the rig), and how much of it is all right. */
  causes?: { gauge: string; most: number };
  /** Somebody answers input(), after so many milliseconds. */
  answer?: number;
  /** Longest standstill of the page that is all right, in ms, for what floods it with output. */
  gap?: number;
  /** The frame's process may end of it: then the page's own clock answers, and perhaps also for the next cell. */
  ends?: boolean;
  /**
   * What the control shows where nothing watches: "runs on" (no answer in the sealed run's time), "dies" (the
   * interpreter or its worker is gone), or Python that reads "passed" once it is past the sealed threshold. With a
   * `script` the same script runs in a plain worker: "runs on", or "gets through" when all its messages arrive.
   */
  control: "runs on" | "dies" | "gets through" | { python: string };
}

const slug = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, "-");
export const strain = (title: string, python: string, rest: Partial<Strain> = {}): Strain => ({
  id: `resources/python/${slug(title)}`,
  title,
  python,
  status: ["timeout", "crashed"],
  control: "runs on",
  ...rest,
});
export const inWorker = (title: string, script: string, rest: Partial<Strain> = {}): Strain => ({
  ...strain(title, "import asyncio\nawait asyncio.sleep(60)", rest),
  id: `resources/worker/${slug(title)}`,
  script,
});
