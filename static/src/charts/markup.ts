// Markup where an engine asks for it in a type of its own (Trusted Types): one policy of each document makes it.

interface Factory {
  createPolicy(name: string, rules: { createHTML(markup: string): string }): { createHTML(markup: string): unknown };
}

/** What turns text into markup that this document takes. `change` is asked each time. */
export function markupPolicy(name: string, change: (markup: string) => string): (markup: string) => string {
  const { trustedTypes } = globalThis as unknown as { trustedTypes?: Factory };
  if (!trustedTypes) return change;
  const policy = trustedTypes.createPolicy(name, { createHTML: change });
  // An engine's own type; to TypeScript, a text.
  return (markup) => policy.createHTML(markup) as string;
}
