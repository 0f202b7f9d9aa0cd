// The name that somebody may have meant who wrote another one.

/** The known name that is the fewest letters away, if those are two or less. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const byDistance = known.map((other) => ({ other, letters: distance(other, name) }));
  const near = byDistance.filter(({ letters }) => letters <= 2).sort((a, b) => a.letters - b.letters);
  return near[0]?.other;
}

/** Letters that have to be changed to make one name of the other; names are short. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2 || b.length > 20) return 3;
  let row = [...Array(b.length + 1).keys()];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
