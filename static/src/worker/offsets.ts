// Places in a text, as each language counts them: JavaScript in UTF-16 units, Python in characters, of which those beyond the
// Basic Multilingual Plane (emoji, for one) are two units.

/** Characters before a place that is given in units; a place within a character is behind it. */
export function toCharacters(text: string, units: number): number {
  let characters = 0;
  for (let at = 0; at < units && at < text.length; characters++) at += width(text, at);
  return characters;
}

/** Units before a place that is given in characters. */
export function toUnits(text: string, characters: number): number {
  let at = 0;
  for (let left = characters; left > 0 && at < text.length; left--) at += width(text, at);
  return at;
}

function width(text: string, at: number): 1 | 2 {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}
